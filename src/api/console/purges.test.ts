import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient, http } from '../../../test/console/client.ts'
import type { Client } from '../../../test/console/client.ts'
import { openHost } from '../../../test/console/host.ts'
import type { Host } from '../../../test/console/host.ts'
import type { PersonName, UpstreamName } from '../../domain/names.ts'
import { createFakeClock } from '../../system/clock.ts'
import { systemRandom } from '../../system/random.ts'
import type { PurgeAsked, TrashItem } from '../keeper.ts'
import { createPurges } from '../purges.ts'
import type { Purges } from '../purges.ts'

const item: TrashItem = {
  ...{ upstream: 'shop-db' as UpstreamName, database: 'shop', action: 'req_1', decision: null },
  ...{ at: '2026-04-24T02:00:00.000Z', kind: 'rows', statement: 'DELETE FROM users' },
  ...{ tables: [], bytes: 9, expiresAt: null, undoneAt: null },
}

interface Scene {
  readonly host: Host
  readonly alice: Client
  readonly purges: Purges
  readonly purged: PurgeAsked[]
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock('2026-04-24T02:13:00.000Z')
  const purged: PurgeAsked[] = []
  const made: Purges[] = []
  const host = await openHost({
    clock,
    purges: ({ store, passkeys, site }) => {
      const purge = (asked: PurgeAsked) => {
        purged.push(asked)
        return Promise.resolve({ purged: true, bytes: 9, because: [] })
      }
      const options = { store, passkeys, rpId: site.rpId, minutes: 60, clock }
      const purges = createPurges({ ...options, random: systemRandom, keeper: { purge } })
      made.push(purges)
      return purges
    },
  })
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const owner = { person: 'alice' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(owner)
  const [purges] = made
  assert.ok(purges !== undefined)
  return { host, purges, purged, alice: await enrolClient(host, code) }
}

test('a person sees what a purge would destroy, and answers with a passkey', async (t) => {
  const { alice, purges, purged } = await open(t)
  const { id } = purges.ask(item, 'operator' as PersonName)
  const { waiting } = (await alice.get('/api/purges')).json as { waiting: { item: object }[] }
  assert.deepEqual(
    waiting.map((one) => one.item),
    [item],
  )
  const asked = await alice.post('/api/purges/challenge', { purge: id, answer: 'release' })
  const { nonce, options } = asked.json
  const response = alice.passkey.assert(options as { challenge: string })
  const settled = await alice.post('/api/purges/settle', { nonce, response })
  assert.equal(settled.json['kind'], 'purged')
  assert.equal(purged.length, 1)
  const again = await alice.post('/api/purges/settle', { nonce, response })
  assert.deepEqual([again.status, again.code], [409, 'challenge-unknown'])
  const over = await alice.post('/api/purges/challenge', { purge: id, answer: 'release' })
  assert.deepEqual([over.status, over.code], [409, 'purge-over'])
})

test('nobody who is not signed in sees or answers a purge', async (t) => {
  const { host, alice, purges, purged } = await open(t)
  const { id } = purges.ask(item, 'operator' as PersonName)
  const headers = { ...alice.headers, cookie: 'none=1' }
  assert.equal((await http(host.port, '/api/purges', { headers })).status, 401)
  const body = JSON.stringify({ purge: id, answer: 'release' })
  const json = { ...headers, 'content-type': 'application/json' }
  const sent = { method: 'POST', headers: json, body }
  assert.equal((await http(host.port, '/api/purges/challenge', sent)).status, 401)
  assert.equal((await alice.get('/purges')).status, 200, 'the page itself is for everyone')
  assert.deepEqual(purged, [])
})

test('where no database is governed there is nothing to purge', async (t) => {
  const host = await openHost({ clock: createFakeClock('2026-04-24T02:13:00.000Z') })
  t.after(() => host.close())
  const owner = { person: 'alice' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(owner)
  const alice = await enrolClient(host, code)
  assert.deepEqual((await alice.get('/api/purges')).json['waiting'], [])
  const asked = { purge: `purge_${'a'.repeat(16)}`, answer: 'release' }
  assert.equal((await alice.post('/api/purges/challenge', asked)).code, 'purge-over')
})
