import { isAbsolute } from 'node:path'

import { z } from 'zod'

import { Concealed } from '../domain/concealed.ts'
import { effectKinds } from '../domain/effect.ts'
import { namePattern } from '../domain/names.ts'
import type {
  AgentName,
  AskId,
  DecisionId,
  Digest,
  HoldId,
  LeaseId,
  MandateId,
  PersonName,
  SecretName,
  UpstreamName,
} from '../domain/names.ts'
import { mandateRequestSchema } from './mandate-request.ts'

const name = z
  .string()
  .regex(namePattern, '{value} is not a name: use lower-case letters, digits and `-`')
const id = z.string().regex(/^[a-z0-9_-]{1,80}$/, '{value} is not an id')

const agent = name.transform((text) => text as AgentName)
const by = name.transform((text) => text as PersonName)
const secret = name.transform((text) => text as SecretName)
const mandate = id.transform((text) => text as MandateId)
const lease = id.transform((text) => text as LeaseId)

const upstream = name.transform((text) => text as UpstreamName)
const ask = id.transform((text) => text as AskId)
const decision = id.transform((text) => text as DecisionId)
/** null for the one that the configuration means */
const database = z
  .string()
  .min(1)
  .max(63)
  .refine((text) => !text.includes('\0'), 'a name holds a NUL')
  .nullable()

const newDatabase = database.refine(
  (text) => text === null || !text.toLowerCase().startsWith('holdpoint'),
  '{value} is a name that Holdpoint keeps for its own databases',
)
const file = z
  .string()
  .max(4096)
  .regex(/^[^\0]+$/, 'a path holds a NUL')
  .refine(isAbsolute, '{value} is no absolute path')

const toolName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.\-/]{0,127}$/, '{value} is no tool')
const definition = z
  .string()
  .regex(/^[0-9a-f]{64}$/, '{value} is no digest')
  .transform((text) => text as Digest)

/** How long a lease may live: short, because it is what an agent holds. */
const leaseMinutesMax = 10_080
/** Of a command that a hook was asked about: what is longer is cut by who tells of it. */
export const advisedCharactersMax = 32_768
const secretCharactersMax = 8192

/** What the control plane takes, operation by operation: checked again on the side that acts. */
export const controlInputs = {
  status: z.strictObject({}),
  mcpTools: z.strictObject({}),
  mcpAccept: z.strictObject({ upstream, tool: toolName, definition, by }),
  agentAdd: z.strictObject({ agent, owner: by }),
  agentList: z.strictObject({}),
  mandateGrant: z.strictObject({ request: mandateRequestSchema, by }),
  mandateRevoke: z.strictObject({ mandate, by }),
  mandateList: z.strictObject({ ended: z.boolean() }),
  leaseIssue: z.strictObject({
    agent,
    /** null: the one mandate of this agent that stands */
    mandate: mandate.nullable(),
    minutes: z.int().min(1).max(leaseMinutesMax),
    by,
  }),
  leaseRevoke: z.strictObject({ lease, by }),
  leaseList: z.strictObject({ ended: z.boolean() }),
  advised: z.strictObject({
    agent,
    lease: lease.nullable(),
    verdict: z.enum(['pass', 'refuse']),
    codes: z.array(z.string().regex(/^[a-z-]{1,40}$/, '{value} is no code')).max(20),
    effect: z.enum(effectKinds).nullable(),
    snapshot: z
      .string()
      .regex(/^[0-9a-f]{40,64}$/, '{value} is no snapshot')
      .nullable(),
    /** kept beside the ledger; only its digest goes in */
    text: z.string().max(advisedCharactersMax),
  }),
  secretPut: z.strictObject({
    secret,
    value: z
      .string()
      .max(secretCharactersMax, `longer than ${secretCharactersMax} characters`)
      .regex(/^[\x21-\x7e]+$/, 'a credential is visible ASCII, without spaces or line ends')
      .transform((text) => new Concealed('secret', text)),
    by,
  }),
  secretRemove: z.strictObject({ secret, by }),
  secretList: z.strictObject({}),
  credentialCheck: z.strictObject({
    provider: z.string().regex(/^[a-z0-9-]{1,40}$/),
    value: z
      .string()
      .regex(/^[\x21-\x7e]{1,8192}$/, 'a credential is visible ASCII, without spaces or line ends')
      .transform((text) => new Concealed('found', text)),
    by,
  }),
  holdList: z.strictObject({ all: z.boolean() }),
  holdShow: z.strictObject({ hold: id.transform((text) => text as HoldId) }),
  askList: z.strictObject({}),
  askAnswer: z.strictObject({
    ...{ ask, by, answer: z.enum(['refused', 'told']) },
    note: z.string().max(1000),
  }),
  explain: z.strictObject({ decision }),
  entries: z.strictObject({ from: z.int().min(0), count: z.int().min(1).max(1000) }),
  kill: z.strictObject({ agent: agent.nullable(), by }),
  killLift: z.strictObject({ agent: agent.nullable(), by }),
  resume: z.strictObject({ agent, by }),
  enrolFirst: z.strictObject({ person: by }),
  policiesReload: z.strictObject({}),
  postgresEnrol: z.strictObject({ upstream, database, by }),
  postgresUnenrol: z.strictObject({ upstream, database, by }),
  postgresStatus: z.strictObject({ by }),
  undo: z.strictObject({ decision, dryRun: z.boolean(), force: z.boolean(), by }),
  trashList: z.strictObject({ by }),
  /** the decision, or its name in the database */
  trashPurge: z.strictObject({ action: id, by }),
  backupVerify: z.strictObject({ file, by }),
  backupRestore: z.strictObject({ file, upstream, database, name: newDatabase, by }),
} as const

export type ControlOperation = keyof typeof controlInputs
export type ControlInput<K extends ControlOperation> = z.output<(typeof controlInputs)[K]>
