import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import * as facts from '../../test/contracts/facts.ts'
import { openLedger, takesEverything } from '../../test/receipts.ts'
import { clearToSend } from '../clearance.ts'
import type { Action } from '../domain/action.ts'
import type { Decision } from '../domain/decision.ts'
import type { Effect } from '../domain/effect.ts'
import type { RequestId, SessionId, UpstreamName } from '../domain/names.ts'
import type { Request } from '../domain/request.ts'
import type { Sent } from '../parts.ts'
import { createSend } from './path.ts'

const trial: NonNullable<Action['trial']> = 'rows'

/** What an agent's session at a server is asked for. */
interface Session {
  tried: boolean
  readonly sent: boolean[]
}

async function scene(t: TestContext): Promise<
  Readonly<{
    session: Session
    send: (decision: Decision | null) => Promise<Sent>
  }>
> {
  const { ledger } = await openLedger(t, takesEverything)
  const session: Session = { tried: true, sent: [] }
  const went: Sent = {
    kind: 'not-replied',
    outcome: { kind: 'unknown', why: 'a stand-in for a server' },
  }
  const sending = createSend(
    {
      state: () => ({ open: true, transaction: 'I', quiet: true, tried: session.tried }),
      send: (_request, _clearance, _signal, mayDrop = false) => {
        session.sent.push(mayDrop)
        return Promise.resolve(went)
      },
    },
    { send: () => assert.fail('SQL goes to no HTTP upstream') },
    { send: () => assert.fail('SQL goes to no MCP server') },
  )
  const decided = await ledger.append(facts.decided('one'))
  const sent = await ledger.append(facts.sent('one'))
  const request = decided.fact.decision.request.digest
  const clearance = clearToSend({ decided, claimed: null, guarded: [], sent, request })
  const { signal } = new AbortController()
  return { session, send: (decision) => sending(sqlRequest, clearance, signal, decision) }
}

const sqlRequest: Request = {
  door: 'postgres',
  session: {
    ...{ id: 'session_1' as SessionId, peer: 'test' },
    ...{ sever: () => undefined, onClose: () => undefined },
  },
  presented: [],
  payload: {
    ...{ kind: 'sql', upstream: 'shop-db' as UpstreamName, database: 'shop', form: 'simple' },
    ...{ text: 'DELETE FROM users', settings: [], parameters: [], types: [] },
    ...{ messages: new Uint8Array(), unreadable: null },
  },
  id: 'req_one' as RequestId,
  receivedAt: facts.start,
  digest: facts.decision('one', facts.allow).request.digest,
}

function decisionOf(effect: Effect, tried: boolean): Decision {
  const impact = facts.impactOf(effect)
  const action = tried ? { ...impact.action, trial } : impact.action
  return facts.decision('one', facts.allow, { impacts: [{ ...impact, action }] })
}

test('what was judged by its trial is not run once that trial is over', async (t) => {
  const { session, send } = await scene(t)
  const decision = decisionOf(facts.destroy('users'), true)
  session.tried = false
  assert.deepEqual(await send(decision), {
    kind: 'not-replied',
    outcome: { kind: 'failed', code: 'trial-lost', status: null },
  })
  assert.deepEqual(session.sent, [], 'nothing has reached the server')
  session.tried = true
  await send(decision)
  assert.deepEqual(session.sent, [true], 'while it is open it is sent')
})

test('what needed no trial, or came to nothing in it, needs none to be sent', async (t) => {
  const { session, send } = await scene(t)
  session.tried = false
  const unknown: Effect = { kind: 'unknown', why: 'its trial failed', legible: true }
  for (const decision of [
    decisionOf(facts.read('users'), false),
    decisionOf(facts.destroy('users'), false),
    decisionOf(unknown, true),
    null,
  ]) {
    await send(decision)
  }
  assert.deepEqual(session.sent, [false, true, true, false])
})
