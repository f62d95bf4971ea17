import assert from 'node:assert/strict'
import { test } from 'node:test'

import { openWorld } from '../../test/console/world.ts'
import { clearToDiscover, clearToGuard } from '../clearance.ts'
import type { Decision } from '../domain/decision.ts'
import type { DecisionId, Digest, SafeguardName, UpstreamName } from '../domain/names.ts'
import type { CommandEnd } from './run-command.ts'
import { createSafeguards } from './safeguards.ts'

const name = 'independent-backup' as SafeguardName

test('a safeguard runs on a clearance to guard that decision, once', async (t) => {
  const world = await openWorld()
  t.after(() => world.close())
  const { decision: held } = await world.arrive()
  const because = [{ code: 'test', says: 'it is allowed' }] as const
  const allowed: Decision = {
    ...held,
    id: 'dec_allowed' as DecisionId,
    verdict: { kind: 'allow', because, safeguards: [name] },
  }
  const decided = await world.ledger.append({ kind: 'decided', decision: allowed })
  let runs = 0
  const safeguards = createSafeguards({
    configured: [
      { kind: 'command', name, command: ['x'], artefact: '/nowhere/{decision}', minutesMax: 1 },
    ],
    environment: {},
    concealed: [],
    run: () => Promise.resolve<CommandEnd>({ kind: 'exited', code: ++runs }),
    backups: null,
  })
  const run = (decision: Decision, clearance: ReturnType<typeof clearToGuard>) =>
    Promise.resolve().then(() => safeguards.run(name, decision, clearance))

  const clearance = clearToGuard({ decided, claimed: null })
  await assert.rejects(run(held, clearance), { code: 'clearance-mismatch' })
  assert.equal((await run(allowed, clearance)).kind, 'failed')
  assert.equal(runs, 1)
  await assert.rejects(run(allowed, clearance), { code: 'bug' })

  const upstream = 'railway' as UpstreamName
  const request = held.request.digest satisfies Digest
  const looking = await world.ledger.append({ kind: 'discovering', upstream, request })
  await assert.rejects(run(allowed, clearToDiscover(looking)), { code: 'bug' })
  assert.equal(runs, 1)
})
