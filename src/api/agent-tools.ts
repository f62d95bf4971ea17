// What an agent can ask of Holdpoint itself, as tools: the same at the MCP door and at
// `http://holdpoint.internal/`. None of them acts on anything, and none gives power.
import { z } from 'zod'

import type { Ask } from '../domain/ask.ts'
import { Fault } from '../domain/fault.ts'
import type { Standing } from '../domain/mandate.ts'
import type { AgentName, AskId, HoldId } from '../domain/names.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { Holds } from '../holds/holds.ts'
import type { StoreReads } from '../store/store.ts'
import { askTold, holdTold } from './agent-told.ts'
import type { Asks } from './asks.ts'
import { detailSchema, egressHostSchema, scopeFrom } from './mandate-request.ts'
import type { Preview, PreviewAsked } from './preview.ts'
import { whoami } from './whoami.ts'

export interface ToolDefinition {
  readonly name: string
  readonly title: string
  readonly description: string
  /** JSON Schema, 2020-12 */
  readonly inputSchema: object
  readonly readOnly: boolean
}

export interface ToolAnswer {
  /** for a model to read */
  readonly text: string
  /** for programs; the same */
  readonly structured: object
  readonly isError: boolean
  /** what kind of no it is: `tool-arguments`, `not-found`, `busy`, `conflict`, …; null for an answer */
  readonly code: string | null
}

export interface AgentTools {
  list(): readonly ToolDefinition[]
  /** Never rejects: what cannot be done is an answer that says so. null: there is no such tool. */
  call(
    name: string,
    args: unknown,
    standing: Standing,
    signal: AbortSignal,
  ): Promise<ToolAnswer> | null
}

export interface AgentToolParts {
  readonly store: Pick<StoreReads, 'hold' | 'spent'>
  readonly holds: Pick<Holds, 'wait' | 'state'>
  readonly asks: Asks
  readonly preview: Preview
  /** the providers that are governed: what a scope means that names no resources */
  readonly providers: readonly string[]
  /** Whether the lease that asked may still be told. */
  readonly stands: (standing: Standing) => boolean
}

interface ToolRow<S extends z.ZodType> {
  readonly title: string
  readonly description: string
  readonly schema: S
  readonly readOnly: boolean
  run(desk: Desk, args: z.output<S>, standing: Standing, signal: AbortSignal): Promise<object>
}

type Tool = Omit<ToolDefinition, 'name'> &
  Readonly<{
    /** Throws a Fault where the arguments are wrong, or it cannot be done. */
    run(desk: Desk, args: unknown, standing: Standing, signal: AbortSignal): Promise<object>
  }>

/** The parts, and how many of an agent's calls wait or are previewed just now. */
interface Desk extends AgentToolParts {
  readonly busy: Map<AgentName, number>
}

const waitSecondsMax = 60
/** More of one agent at once are refused, or answered without waiting. */
const busyMax = 20
/** characters */
const textMax = 1_048_576

export function createAgentTools(parts: AgentToolParts): AgentTools {
  const desk: Desk = { ...parts, busy: new Map() }
  return {
    list: () =>
      [...tools].map(([name, { title, description, inputSchema, readOnly }]) => ({
        ...{ name, title, description, inputSchema, readOnly },
      })),
    call(name, args, standing, signal) {
      const tool = tools.get(name)
      return tool === undefined ? null : run(desk, tool, args, standing, signal)
    },
  }
}

async function run(
  desk: Desk,
  tool: Tool,
  args: unknown,
  standing: Standing,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  try {
    const structured = await tool.run(desk, args, standing, signal)
    if (!desk.stands(standing)) return failed('lease-ended', 'the lease has ended; tell the person')
    return { text: JSON.stringify(structured, null, 2), structured, isError: false, code: null }
  } catch (fault) {
    if (fault instanceof Fault) return failed(fault.code, fault.message)
    throw fault
  }
}

function failed(code: string, says: string): ToolAnswer {
  return { text: says, structured: { code, error: says }, isError: true, code }
}

const id = z.string().regex(/^(hold|ask)_[a-z0-9]{1,40}$/, 'it is no id of a hold or of a question')
const words = (most: number): z.ZodString => z.string().trim().min(1).max(most)

/** One of three; a tool's arguments are an object, so that what is not meant is left out. */
const previewAsked = z.strictObject({
  surface: z.enum(['http', 'sql', 'shell']),
  request: z
    .strictObject({
      method: z.string().max(32),
      url: z.string().max(8192),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().max(textMax).nullable().optional(),
    })
    .optional()
    .describe('for http'),
  statement: z.string().max(textMax).optional().describe('for sql'),
  upstream: z.string().max(100).optional().describe('for sql: the server; else the first'),
  database: z.string().max(100).optional().describe('for sql'),
  command: z.string().max(65_536).optional().describe('for shell'),
  directory: z.string().max(4096).optional().describe('for shell: where it would run'),
})

function previewOf(asked: z.output<typeof previewAsked>): PreviewAsked {
  const { surface, command, directory } = asked
  if (surface !== 'shell') return { surface, value: asked }
  if (command !== undefined && directory !== undefined) return { surface, command, directory }
  throw new Fault('tool-arguments', 'a command line needs `command` and `directory`')
}

function defineTool<S extends z.ZodType>(row: ToolRow<S>): Tool {
  const { title, description, readOnly, schema } = row
  return {
    ...{ title, description, readOnly, inputSchema: z.toJSONSchema(schema, { io: 'input' }) },
    run: (desk, args, standing, signal) => row.run(desk, checked(schema, args), standing, signal),
  }
}

function checked<S extends z.ZodType>(schema: S, args: unknown): z.output<S> {
  const given = schema.safeParse(args)
  if (given.success) return given.data
  const [issue] = given.error.issues
  const at = issue?.path.join('.') ?? ''
  const what = at === '' ? 'the arguments' : `\`${at}\``
  throw new Fault('tool-arguments', `${what}: ${issue?.message ?? 'wrong'}`)
}

/** A row for each tool. */
const tools: ReadonlyMap<string, Tool> = new Map(
  Object.entries({
    whoami: defineTool({
      title: 'Who am I here',
      description:
        'Who you are at Holdpoint, what your mandate lets you do and what not, in plain words, and ' +
        'what is left of its budget. Ask this first.',
      schema: z.strictObject({}),
      readOnly: true,
      run: ({ store }, _, standing) => Promise.resolve(whoami(standing, store)),
    }),
    preview: defineTool({
      title: 'What would this do',
      description:
        'Reads a request, a SQL statement or a command line as Holdpoint would, says what it would ' +
        'do, where, and whether it would be allowed, held for a person or denied. Nothing is sent.',
      schema: previewAsked,
      readOnly: true,
      run: (desk, asked, standing) =>
        whileBusy(desk, standing.agent, () => desk.preview(standing, previewOf(asked))),
    }),
    wait_for_hold: defineTool({
      title: 'Wait for a person',
      description:
        'The state of a hold or of a question of yours, when it changes or after `seconds` (at ' +
        'most 60). When a hold is released, send that same request again, unchanged: it passes once.',
      schema: z.strictObject({ id, seconds: z.int().min(0).max(waitSecondsMax).default(30) }),
      readOnly: true,
      run: (desk, { id, seconds }, standing, signal) =>
        id.startsWith('ask_')
          ? waitForAsk(desk, id as AskId, standing, seconds, signal)
          : waitForHold(desk, id as HoldId, standing, seconds, signal),
    }),
    request_access: defineTool({
      title: 'Ask for more than the mandate',
      description:
        'Asks a person to widen your mandate for a while. Say why, what you would do, where, and ' +
        'for how long; ask for as little as the task takes. Then call `wait_for_hold` with the id.',
      schema: z.strictObject({
        reason: words(1000),
        authorization_details: z.array(detailSchema).min(1).max(10),
        egress: z.array(egressHostSchema).max(20).default([]),
        minutes: z.int().min(1).max(480).default(60),
      }),
      readOnly: false,
      async run({ asks, providers }, asked, standing) {
        const [first, ...rest] = asked.authorization_details
        if (first === undefined) throw new Fault('mandate-empty', 'say what you want to do')
        const scopes = mapNonEmpty([first, ...rest], (one) => scopeFrom(one, providers))
        const { reason, egress, minutes } = asked
        const why = { reason, tried: [], intends: null }
        return opened(await asks.open(standing, { kind: 'access', scopes, egress, minutes }, why))
      },
    }),
    report_stuck: defineTool({
      title: 'Say that you are stuck',
      description:
        'Tells a person that you cannot go on: a credential that does not work, something missing, ' +
        'instructions that contradict each other. Do this instead of looking for another way.',
      schema: z.strictObject({
        situation: words(2000),
        tried: z.array(words(300)).max(20).default([]),
        intends: words(500).nullable().default(null),
      }),
      readOnly: false,
      async run({ asks }, { situation, tried, intends }, standing) {
        const said = { reason: situation, tried, intends }
        return opened(await asks.open(standing, { kind: 'help' }, said))
      },
    }),
  }),
)

function opened({ id, expiresAt }: Ask): object {
  return {
    id,
    state: 'waiting',
    expires_at: expiresAt,
    next: 'a person has been told; wait with `wait_for_hold`, and do not try another way meanwhile',
  }
}

async function waitForHold(
  desk: Desk,
  id: HoldId,
  { agent }: Standing,
  seconds: number,
  signal: AbortSignal,
): Promise<object> {
  const record = desk.store.hold(id)
  if (record?.hold.agent !== agent) throw new Fault('not-found', 'you have no such hold')
  const wait = (): Promise<unknown> => desk.holds.wait(id, seconds * 1000, signal)
  if (seconds > 0 && isFree(desk, agent)) await whileBusy(desk, agent, wait)
  return holdTold(record, desk.holds.state(id) ?? record.state)
}

async function waitForAsk(
  desk: Desk,
  id: AskId,
  { agent }: Standing,
  seconds: number,
  signal: AbortSignal,
): Promise<object> {
  const record = desk.asks.record(id)
  if (record?.ask.agent !== agent) throw new Fault('not-found', 'you have no such question')
  const wait = (): Promise<unknown> => desk.asks.wait(id, seconds * 1000, signal)
  if (seconds > 0 && isFree(desk, agent)) await whileBusy(desk, agent, wait)
  const state = desk.asks.record(id)?.state ?? record.state
  return askTold(record.ask, state)
}

function isFree({ busy }: Desk, agent: AgentName): boolean {
  return (busy.get(agent) ?? 0) < busyMax
}

async function whileBusy<T>({ busy }: Desk, agent: AgentName, work: () => Promise<T>): Promise<T> {
  const already = busy.get(agent) ?? 0
  if (already >= busyMax) throw new Fault('busy', `${busyMax} calls of yours are under way; wait`)
  busy.set(agent, already + 1)
  try {
    return await work()
  } finally {
    const left = (busy.get(agent) ?? 1) - 1
    if (left === 0) busy.delete(agent)
    else busy.set(agent, left)
  }
}
