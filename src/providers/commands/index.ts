import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import type { Invocation } from '../../languages/shell/syntax.ts'
import type { CommandReading, CommandRow, Surroundings } from './commands.ts'
import { mountsOf } from './containers-mounts.ts'
import { actionOf, nothingRead, readingOf, unknown } from './effects.ts'
import { elsewhere, isFresh, movedTo, throughMounts } from './elsewhere.ts'
import { programName } from './match.ts'
import { redirected } from './redirects.ts'
import { commandRows } from './table.ts'

export type { CommandReading, CommandRow, Surroundings } from './commands.ts'

const rowOf = new Map<string, CommandRow>(
  commandRows.flatMap((row) => row.programs.map((name) => [name, row] as const)),
)

/** What a list of invocations would do, in their order. Total. */
export function readInvocations(
  invocations: readonly Invocation[],
  surroundings: Surroundings,
): CommandReading {
  const actions: Action[] = []
  const carried: Carried[] = []
  const redirects = new Set<string>()
  invocations.forEach((invocation, at) => {
    const around = invocation.where.kind === 'here' ? surroundings : elsewhere
    const read = readInvocation(invocation, around, sourceOf(invocation, invocations))
    const also = redirectsOf(invocation, around, redirects)
    const wrapper = wrapperOf(invocations, at)
    const done = [...read.actions, ...also]
    actions.push(...done.flatMap((action) => placed(action, invocation, wrapper, surroundings)))
    carried.push(...read.carried)
  })
  return { actions, carried }
}

/** `php8.3` is `php`. A program without a row is nobody's: nothing. */
function readInvocation(
  invocation: Invocation,
  surroundings: Surroundings,
  before: Invocation | null,
): CommandReading {
  const name = programName(invocation.program)
  if (name === null) {
    return readingOf('run', [unknown('which program it is, is not known here')], [], invocation)
  }
  const row = rowOf.get(name) ?? rowOf.get(name.replace(/[\d.]+$/, ''))
  return row?.read(invocation, surroundings, before) ?? nothingRead
}

/** Whose output it reads. */
function sourceOf({ input }: Invocation, invocations: readonly Invocation[]): Invocation | null {
  return input.kind === 'pipe' ? (invocations[input.from] ?? null) : null
}

/** A wrapper is listed with the redirections of what it carries: they are this machine's. */
function redirectsOf(
  invocation: Invocation,
  surroundings: Surroundings,
  seen: Set<string>,
): readonly Action[] {
  return invocation.redirects.flatMap((redirect) => {
    const key = `${invocation.span.join(' ')} ${redirect.kind} ${redirect.path.raw}`
    if (seen.has(key) && invocation.where.kind === 'elsewhere') return []
    seen.add(key)
    const verb = { truncate: '>', append: '>>', read: '<', both: '<>' }[redirect.kind]
    return actionOf(verb, redirected(redirect, { invocation, surroundings }), invocation)
  })
}

/** The container command that carried it, which is listed before it. */
function wrapperOf(invocations: readonly Invocation[], at: number): Invocation | null {
  const { where } = invocations[at] ?? { where: { kind: 'here' as const } }
  if (where.kind === 'here') return null
  const before = invocations.slice(0, at)
  return before.findLast(({ program }) => programName(program) === where.by) ?? null
}

function placed(
  action: Action,
  { where }: Invocation,
  wrapper: Invocation | null,
  surroundings: Surroundings,
): readonly Action[] {
  if (where.kind === 'here') return [action]
  const container = ['docker', 'podman', 'nerdctl'].includes(where.by)
  if (!container || wrapper === null || !isFresh(wrapper)) return movedTo(where, action)
  const words = wrapper.args.slice(wrapper.args.findIndex(({ text }) => text === 'run') + 1)
  return throughMounts(mountsOf(words, { invocation: wrapper, surroundings }), action)
}
