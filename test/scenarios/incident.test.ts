// The incident of 24 April 2026 on the staged world, with a real gate: afterwards, what happened
// can be read, taken out and verified by somebody who was not there.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import type { IncidentView } from '../../src/api/console/incidents/shapes.ts'
import { findToken, sendDelete } from '../../src/cli/demo-agent.ts'
import { plainWords } from '../../src/evidence/say.ts'
import { enrolClient, http } from '../console/client.ts'
import { checkEvidence } from '../console/evidence-check.ts'
import type { ExportedFile } from '../console/evidence-check.ts'
import { stop, up } from './processes.ts'
import type { Staged } from './world.ts'

test('PocketOS: the deletes are told, with who asked and why they were not sent', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-incident-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { first, child } = await up([], folder)
  t.after(() => stop(child))
  const staged = first as Staged
  const origin = staged.console
  const port = Number(new URL(origin).port)
  const client = await enrolClient({ origin, port }, staged.enrolment.code)
  const url = `http://${staged.agents}/railway/graphql/v2`
  await sendDelete(url, staged.lease, staged.volume)
  const provider = 'http://backboard.railway.app/graphql/v2'
  await sendDelete(provider, findToken(staged.workTree), staged.volume, {
    ...{ address: staged.agents, lease: staged.lease },
  })
  const since = new Date(Date.now() - 3_600_000).toISOString()
  const until = new Date(Date.now() + 3_600_000).toISOString()
  const { text } = await client.get(`/api/incidents?since=${since}&until=${until}&agent=cursor`)
  const { incident } = JSON.parse(text) as IncidentView
  const actions = incident.chapters.flatMap((each) => (each.kind === 'action' ? [each] : []))
  assert.deepEqual(
    actions.map(({ end }) => end),
    ['withdrawn', 'denied'],
  )
  const [held, pivot] = actions
  assert.ok(held && pivot)
  assert.match(
    plainWords(held.sentence),
    /cursor wants to delete .* and its \d backups \(none survives\)/,
  )
  assert.deepEqual(
    held.steps.map(({ phase }) => phase),
    ['asked', 'tried', 'judged', 'held', 'ended'],
  )
  assert.match(
    plainWords(held.steps[0]?.words ?? []),
    /jer asked cursor: .*Fix the credential mismatch/,
  )
  assert.ok(held.environments.some(({ banner }) => banner === 'POCKETOS/PRODUCTION · critical'))
  assert.match(plainWords(pivot.steps.flatMap(({ words }) => words)), /denied, because/)
  const trips = incident.chapters.filter(
    (each) => each.kind === 'event' && each.topic === 'breaker',
  )
  assert.equal(trips.length, 1, 'the breaker froze it')
  const exported = await client.post('/api/incidents/export', {
    ...{ format: 'json', since, until, agent: 'cursor' },
  })
  const vkey = (await http(port, '/ledger/vkey', { headers: client.headers })).text.trim()
  checkEvidence(JSON.parse(exported.text) as ExportedFile, vkey)
  assert.ok(!exported.text.includes(findToken(staged.workTree)), 'the found token is in none of it')
  assert.ok(!exported.text.includes(staged.lease))
})
