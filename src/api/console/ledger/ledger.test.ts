import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient } from '../../../../test/console/client.ts'
import type { Client } from '../../../../test/console/client.ts'
import { openHost } from '../../../../test/console/host.ts'
import type { Host } from '../../../../test/console/host.ts'
import type { PersonName } from '../../../domain/names.ts'
import type { LedgerEntryView, LedgerFound } from './shapes.ts'

async function open(t: TestContext): Promise<{ host: Host; alice: Client }> {
  const host = await openHost()
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const person = 'alice' as PersonName
  const { code } = await host.world.people.openEnrolment({ person, roles: ['owner'] })
  return { host, alice: await enrolClient(host, code) }
}

async function find(client: Client, query: string): Promise<LedgerFound> {
  const { status, json } = await client.get(`/api/ledger${query}`)
  assert.equal(status, 200)
  return json as Partial<LedgerFound> as LedgerFound
}

test('entries are found by kind and by text, newest first', async (t) => {
  const { host, alice } = await open(t)
  const { hold } = await host.world.arrive()
  const all = await find(alice, '')
  assert.equal(all.size, host.world.ledger.size())
  assert.equal(all.entries[0]?.index, all.size - 1)
  const kinds = await find(alice, '?kinds=held,decided')
  assert.deepEqual(new Set(kinds.entries.map(({ kind }) => kind)), new Set(['held', 'decided']))
  const byText = await find(alice, `?text=${hold.toUpperCase()}`)
  assert.ok(byText.entries.length > 0)
  assert.ok(byText.entries.every(({ kind }) => kind === 'held'))
  assert.deepEqual((await find(alice, '?text=nobody-wrote-this')).entries, [])
})

test('a page of entries says where the next one goes on, without gap or double', async (t) => {
  const { host, alice } = await open(t)
  for (let i = 0; i < 210; i++) {
    await host.world.ledger.append({ kind: 'policies-rejected', why: `${i}` })
  }
  const first = await find(alice, '')
  assert.equal(first.entries.length, 200)
  const second = await find(alice, `?before=${first.next}`)
  const indexes = [...first.entries, ...second.entries].map(({ index }) => index)
  assert.equal(second.next, null)
  assert.deepEqual(indexes, [...indexes.keys()].reverse())
  assert.equal(indexes.length, first.size)
})

test('an entry is shown as it is hashed, with what it is about', async (t) => {
  const { host, alice } = await open(t)
  const { hold, decision } = await host.world.arrive()
  const { entries } = await find(alice, '?kinds=held')
  const index = entries[0]?.index ?? -1
  const { json } = await alice.get(`/api/ledger/entries/${index}`)
  const entry = json as Partial<LedgerEntryView>
  const [leaf] = host.world.store.leaves(index, 1)
  assert.equal(entry.text, Buffer.from(leaf ?? []).toString())
  assert.equal(entry.hold, hold)
  assert.equal(entry.decision, decision.id)
})

test('what is not there, and what is no question, is told', async (t) => {
  const { alice } = await open(t)
  assert.equal((await alice.get('/api/ledger/entries/999999')).status, 404)
  assert.equal((await alice.get('/api/ledger/entries/01')).status, 404)
  assert.equal((await alice.get('/api/ledger/entries/-1')).status, 404)
  assert.equal((await alice.get('/api/ledger?before=x')).status, 400)
  assert.equal((await alice.get('/api/ledger?since=yesterday')).status, 400)
  assert.equal((await alice.get('/api/ledger?surprise=1')).status, 400)
  assert.equal((await alice.get('/api/ledger/entries/0/proof')).status, 404, 'none is published')
})

test('what an agent wrote stands in a line as harmless text', async (t) => {
  const { host, alice } = await open(t)
  const why = 'x\u202egnp.\u001b[2J\n<script>'
  await host.world.ledger.append({ kind: 'policies-rejected', why })
  const { entries } = await find(alice, '?kinds=policies-rejected')
  assert.match(entries[0]?.says ?? '', /⟨U\+202E⟩.*⟨U\+001B⟩/)
})
