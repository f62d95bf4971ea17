// Answers an agent before it acts. It never rejects: whatever goes wrong here is a refusal, with a
// line on how a person turns these hooks off.
import type { Advice } from '../../advice/advice.ts'
import type { Action } from '../../domain/action.ts'
import { worstEffect } from '../../domain/effect.ts'
import { Fault } from '../../domain/fault.ts'
import type { Reason } from '../../domain/verdict.ts'
import { sha256 } from '../../system/hash.ts'
import type { LeftOut, Snapshot } from '../../snapshots/snapshots.ts'
import { inert } from '../../wire/inert.ts'
import { actionsOf } from './actions.ts'
import { passing, readCall, refusing } from './agents.ts'
import { isHookAgent } from './event.ts'
import type { Asked, HookAgentName, HookAnswer, ToolCall } from './event.ts'
import type { AdvisedNote, HookParts, HookSession, Standing } from './parts.ts'
import { askedOf } from './tools.ts'
import { unkeptOf } from './unkept.ts'

export interface HookDesk {
  /** Never rejects. */
  answer(agent: string, event: Uint8Array): Promise<HookAnswer>
}

export const eventBytesMax = 8_388_608
const sessionsOpenMax = 1_000

type Refusal = Extract<Advice, { kind: 'refuse' }>
/** null: nothing takes snapshots here */
type Untaken = Readonly<{ why: string | null }>
/** What is answered, and the snapshot that was taken for it. */
type Settled = Readonly<{ refusal: Refusal | null; snapshot: string | null }>

export function createHookDesk(parts: HookParts): HookDesk {
  const open = new Map<string, HookSession>()

  function sessionOf(key: string, call: ToolCall): HookSession {
    const known = open.get(key) ?? parts.sessions.open(key)
    // The work tree is where a session began: an agent that walks away does not take it along.
    const session = known ?? { workTree: workTreeFor(parts, call), marks: [] }
    keep(key, session, known === null)
    return session
  }

  function keep(key: string, session: HookSession, durably: boolean): void {
    open.delete(key)
    open.set(key, session)
    const [oldest] = open.keys()
    if (open.size > sessionsOpenMax && oldest !== undefined) open.delete(oldest)
    if (durably) parts.sessions.keep(key, session)
  }

  async function judge(agent: HookAgentName, event: Uint8Array): Promise<HookAnswer> {
    if (event.length > eventBytesMax) {
      throw new Fault('hook-too-large', `the event is over ${eventBytesMax} bytes`)
    }
    const call = readCall(agent, event)
    const asked = askedOf(call)
    if (asked.length === 0) return passing(agent)
    const key = keyOf(agent, call)
    const session = sessionOf(key, call)
    const standing = standingOf(call, session.workTree)
    const actions = await actionsOf(asked, standing, parts)
    const text = asked.map(shownAsked).join('\n')
    const { refusal, snapshot } = await settle(parts, actions, session, text)
    if (refusal !== null) {
      const around = { ...parts.around, workTree: session.workTree, snapshots: false }
      const { remembered } = parts.advice
      const now = parts.clock.milliseconds()
      // Read again: another answer may have been given meanwhile.
      const { marks } = open.get(key) ?? session
      const after = remembered(marks, actions, around, now)
      keep(key, { workTree: session.workTree, marks: after }, after !== marks)
    }
    await record(parts, agent, actions, text, { refusal, snapshot })
    return refusal === null ? passing(agent) : refusing(agent, reasonOf(refusal))
  }

  return {
    async answer(name, event) {
      const agent = isHookAgent(name) ? name : 'claude-code'
      try {
        if (!isHookAgent(name)) throw new Fault('hook-agent', 'no agent of that name is known')
        return await within(parts.secondsMax, judge(name, event))
      } catch (fault) {
        return refusing(agent, faultReason(agent, fault))
      }
    },
  }
}

/** Advice first as if a snapshot could be taken; it is tried only where it is needed. */
async function settle(
  parts: HookParts,
  actions: readonly Action[],
  { workTree, marks }: HookSession,
  text: string,
): Promise<Settled> {
  const { advise, refusedBefore } = parts.advice
  const around = { ...parts.around, workTree, snapshots: workTree !== null }
  const advice = advise(actions, around)
  if (advice.kind === 'refuse') return { refusal: advice, snapshot: null }
  const before = refusedBefore(marks, actions, around, parts.clock.milliseconds())
  if (before !== null) return { refusal: before, snapshot: null }
  if (!advice.snapshot || workTree === null) return { refusal: null, snapshot: null }
  const taken = await takeSnapshot(parts, workTree, text)
  if ('id' in taken) {
    const unkept = unkeptOf(actions, workTree, taken)
    if (unkept) return { refusal: unkeptRefusal(unkept), snapshot: null }
    return { refusal: null, snapshot: taken.id }
  }
  const bare = advise(actions, { ...around, snapshots: false })
  return { refusal: bare.kind === 'refuse' ? becauseOf(bare, taken.why) : null, snapshot: null }
}

function unkeptRefusal({ path, why }: LeftOut): Refusal {
  const says = `it would destroy \`${inert(path)}\`, which no snapshot keeps: ${inert(why)}`
  return {
    kind: 'refuse',
    because: [{ code: 'no-snapshot', says }],
    instead: 'leave that one out, or ask the person you work for to do it',
  }
}

async function takeSnapshot(
  parts: HookParts,
  workTree: string,
  text: string,
): Promise<Snapshot | Untaken> {
  try {
    const snapshots = await parts.snapshots(workTree)
    if (snapshots === null) return { why: null }
    return await snapshots.take(`before: ${text.split('\n', 1)[0]?.slice(0, 160) ?? ''}`)
  } catch (fault) {
    return { why: whyUntaken(fault) }
  }
}

function whyUntaken(fault: unknown): string {
  if (fault instanceof Fault) return inert(fault.message)
  const { code } = fault as { code?: unknown }
  return typeof code === 'string' ? `it failed with ${inert(code)}` : 'a fault of the snapshot'
}

function becauseOf(refusal: Refusal, why: string | null): Refusal {
  if (why === null) return refusal
  const told = (reason: Reason): Reason =>
    reason.code === 'no-snapshot' ? { ...reason, says: `${reason.says} (${why})` } : reason
  const [first, ...rest] = refusal.because
  return { ...refusal, because: [told(first), ...rest.map(told)] }
}

async function record(
  parts: HookParts,
  agent: HookAgentName,
  actions: readonly Action[],
  text: string,
  { refusal, snapshot }: Settled,
): Promise<void> {
  const [first, ...rest] = actions.flatMap((action) => action.effects)
  const note: AdvisedNote = {
    agent,
    verdict: refusal === null ? 'pass' : 'refuse',
    codes: refusal?.because.map(({ code }) => code) ?? [],
    effect: first === undefined ? null : worstEffect(first, ...rest).kind,
    snapshot,
    digest: sha256(text),
    text,
  }
  await parts.record(note)
}

function workTreeFor({ around, disk }: HookParts, call: ToolCall): string | null {
  if (around.workTree !== null) return around.workTree
  const { directory, workspaces } = call
  const start = directory ?? workspaces[0] ?? null
  return start === null ? null : disk.workTreeOf(start)
}

/** Where nothing says where it is, relative paths are taken to start at the root: the worst. */
function standingOf({ directory, workspaces }: ToolCall, workTree: string | null): Standing {
  return { directory: directory ?? workspaces[0] ?? '/', workTree }
}

function keyOf(agent: HookAgentName, { session, directory, workspaces }: ToolCall): string {
  const of = session ?? workspaces[0] ?? directory ?? ''
  return sha256(`${agent}\n${session === null ? 'place' : 'session'}\n${of}`)
}

function shownAsked(asked: Asked): string {
  switch (asked.kind) {
    case 'shell':
      return asked.text
    case 'tool':
      return `${asked.name} ${JSON.stringify(asked.input ?? null)}`
    case 'unread':
      return asked.why
    default:
      return `${asked.kind} ${asked.path}`
  }
}

function reasonOf({ because, instead }: Refusal): string {
  const [first, ...rest] = because.map(({ says }) => says)
  const more = rest.map((says) => `\nAlso: ${says}.`).join('')
  return `holdpoint refused this: ${first}.${more}\nInstead: ${instead}.`
}

/** A person turns them off, and so it says a person. */
export function faultReason(agent: HookAgentName, fault: unknown): string {
  const why = fault instanceof Fault ? inert(fault.message) : 'a fault of the hook itself'
  return (
    `holdpoint refused this, because the hook could not judge it: ${why}.\n` +
    `A person can turn these hooks off: holdpoint hook uninstall ${agent}`
  )
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const fault = new Fault('hook-late', `it took longer than ${seconds} seconds`)
    timer = setTimeout(() => reject(fault), seconds * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
