import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import { namePattern } from '../../../domain/names.ts'
import type { AgentName, PersonName } from '../../../domain/names.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import { listActions } from './list.ts'

const actionsMax = 200
const agentName = z
  .string()
  .regex(namePattern)
  .transform((name) => name as AgentName)

const actionsQuery = z.strictObject({
  before: z
    .string()
    .regex(/^(0|[1-9]\d{0,14})$/)
    .transform(Number)
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .refine((limit) => limit <= actionsMax)
    .default(100),
  /** an empty name: strangers, who have none */
  agent: agentName.or(z.literal('').transform(() => null)).optional(),
  verdict: z.enum(['allow', 'hold', 'deny']).optional(),
})

const stopBody = z.strictObject({ agent: agentName.nullable() })

export const nowRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/now',
    answer: ({ parts }) => ({ body: parts.board.view() }),
  },
  {
    method: 'GET',
    path: '/api/actions',
    answer: async ({ parts, query }) => ({
      body: await listActions(parts.store, read(actionsQuery, query)),
    }),
  },
  {
    method: 'POST',
    path: '/api/stop',
    answer: async ({ parts, person, body }) => ({
      body: await stop(parts, person, read(stopBody, body).agent),
    }),
  },
]

/** Takes power away, so no passkey is asked for. What is stopped already stays as it is. */
async function stop(
  { store, ledger }: ConsoleParts,
  by: PersonName,
  agent: AgentName | null,
): Promise<object> {
  if (agent !== null && store.agent(agent) === null) {
    throw new Fault('unknown-agent', 'there is no such agent; see the list of agents')
  }
  const isStopped = store.killed().some((kill) => kill.agent === agent)
  if (!isStopped) await ledger.append({ kind: 'killed', agent, by })
  return { killed: store.killed() }
}
