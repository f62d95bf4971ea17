import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import { instantOf } from '../../../domain/instant.ts'
import { namePattern } from '../../../domain/names.ts'
import type { AgentName, MandateId, PersonName } from '../../../domain/names.ts'
import { mayAnswer } from '../../../holds/rules.ts'
import { mandateWords } from '../../../words/mandate.ts'
import { mandateRequestSchema } from '../../mandate-request.ts'
import { notFound } from '../../not-found.ts'
import { nothing, readSaying } from '../bodies.ts'
import type { ConsoleParts } from '../parts.ts'
import { param, read } from '../route.ts'
import type { PersonCall, PersonRoute } from '../route.ts'
import type { AgentDesk } from './desk.ts'
import type { DraftView, MatrixView } from './shapes.ts'
import { viewAgents, viewAgentWhole } from './views.ts'

const name = z.string().regex(namePattern, 'use lower-case letters, digits and `-`, 63 at most')
const newAgent = z.strictObject({
  agent: name.transform((text) => text as AgentName),
  owner: name.transform((text) => text as PersonName),
})

export const agentRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/agents',
    answer: ({ parts }) => ({ body: viewAgents(viewing(parts), parts.clock.now()) }),
  },
  {
    method: 'GET',
    path: '/api/agents/{agent}',
    answer: (call) => {
      const { parts } = call
      return { body: viewAgentWhole(viewing(parts), param(call, 'agent'), parts.clock.now()) }
    },
  },
  { method: 'POST', path: '/api/agents', answer: async (call) => ({ body: await add(call) }) },
  {
    method: 'GET',
    path: '/api/mandates/choices',
    answer: ({ parts }) => ({ body: deskOf(parts).choices() }),
  },
  {
    method: 'GET',
    path: '/api/mandates/{mandate}/matrix',
    answer: async (call) => ({ body: await matrixOf(call.parts, param(call, 'mandate')) }),
  },
  {
    method: 'POST',
    path: '/api/mandates/draft',
    only: 'reads',
    answer: async (call) => ({ body: await draft(call) }),
  },
  {
    method: 'POST',
    path: '/api/mandates/preview',
    heavy: true,
    only: 'reads',
    answer: async (call) => ({ body: await preview(call) }),
  },
  {
    method: 'POST',
    path: '/api/mandates/{mandate}/revoke',
    answer: async (call) => {
      read(nothing, call.body)
      const { powers } = deskOf(call.parts)
      const { endedAt } = await powers.revokeMandate(param(call, 'mandate'), call.person)
      return { body: { endedAt } }
    },
  },
  {
    method: 'POST',
    path: '/api/leases/{lease}/revoke',
    answer: async (call) => {
      read(nothing, call.body)
      const { powers } = deskOf(call.parts)
      const { endedAt } = await powers.revokeLease(param(call, 'lease'), call.person)
      return { body: { endedAt } }
    },
  },
]

function deskOf({ agents }: ConsoleParts): AgentDesk {
  if (agents !== undefined) return agents
  throw new Fault('not-found', 'no gate runs here that governs agents')
}

function viewing(parts: ConsoleParts): Parameters<typeof viewAgents>[0] {
  return { store: parts.store, lastSeen: deskOf(parts).lastSeen }
}

/**
 * An agent by itself has no power: nothing passes without a mandate and a lease, and both want a
 * passkey. So adding one wants none; only an owner does it, and names who answers for it.
 */
async function add({ parts, person, body }: PersonCall): Promise<object> {
  if (parts.store.person(person)?.roles.includes('owner') !== true) {
    throw new Fault('may-not-answer', 'only an owner adds an agent; ask one')
  }
  const { agent, owner } = readSaying(newAgent, { added: body }, 'added')
  if (!mayAnswer(parts.store.person(owner)?.roles ?? [])) {
    throw new Fault('name-invalid', 'its owner is a person who is enrolled and may answer for it')
  }
  const added = await deskOf(parts).powers.addAgent(agent, owner)
  return { agent: added.name }
}

async function matrixOf(parts: ConsoleParts, id: MandateId): Promise<MatrixView> {
  const record = parts.store.mandate(id)
  if (record === null) throw notFound('mandate', id, [])
  return deskOf(parts).matrices.of(record.mandate)
}

/** Nothing is written, and nothing is granted by looking. */
async function draft({ parts, person, body }: PersonCall): Promise<DraftView> {
  const { powers, matrices } = deskOf(parts)
  const mandate = powers.draftMandate(readSaying(mandateRequestSchema, body, 'request'), person)
  return { mandate, words: mandateWords(mandate), matrix: await matrices.of(mandate) }
}

const weekMilliseconds = 7 * 86_400_000

async function preview({ parts, person, body }: PersonCall): Promise<object> {
  const { replay } = parts
  const { powers } = deskOf(parts)
  if (replay === undefined) throw new Fault('not-found', 'no recorded traffic is kept here')
  const mandate = powers.draftMandate(readSaying(mandateRequestSchema, body, 'request'), person)
  const since = instantOf(parts.clock.milliseconds() - weekMilliseconds)
  return replay.run({ since, mandate })
}
