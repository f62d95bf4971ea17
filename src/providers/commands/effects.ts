// Makers of effects and readings, so that a row says only what is particular to it.
import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import type { Effect, Extent, Undo } from '../../domain/effect.ts'
import { isNonEmpty } from '../../domain/nonempty.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Invocation } from '../../languages/shell/syntax.ts'
import type { CommandReading } from './commands.ts'

const excerptCharactersMax = 200

export const nothingRead: CommandReading = { actions: [], carried: [] }

export function resource(provider: string, type: string, id: string | null): Resource {
  return { provider, type, id, within: {} }
}

type Changing = 'write' | 'destroy' | 'disarm' | 'escalate'

function changing(kind: Changing) {
  return (on: Resource, extent: Extent = 'whole', undo: Undo = 'never'): Effect => ({
    kind,
    resource: on,
    extent,
    undo,
  })
}

export const destroy = changing('destroy')
export const disarm = changing('disarm')
export const escalate = changing('escalate')
const writes = changing('write')

/** What is written can usually be written back. */
export function write(on: Resource, extent: Extent = 'some', undo: Undo = 'trivial'): Effect {
  return writes(on, extent, undo)
}

export function read(on: Resource, extent: Extent = 'whole'): Effect {
  return { kind: 'read', resource: on, extent }
}

export function disclose(on: Resource, extent: Extent = 'whole'): Effect {
  return { kind: 'disclose', resource: on, extent }
}

/** A person could still judge it from the command as shown. */
export function unknown(why: string): Effect {
  return { kind: 'unknown', why, legible: true }
}

export function excerptOf({ program, args }: Invocation): string {
  const text = [program, ...args].map(({ raw }) => raw).join(' ')
  return text.slice(0, excerptCharactersMax).toWellFormed()
}

/** One action for all that one invocation does; none when it does nothing. */
export function actionOf(
  verb: string,
  effects: readonly Effect[],
  invocation: Invocation,
): readonly Action[] {
  if (!isNonEmpty(effects)) return []
  const evidence = { reader: 'shell', excerpt: excerptOf(invocation), span: invocation.span }
  return [{ verb, effects, evidence }]
}

export function readingOf(
  verb: string,
  effects: readonly Effect[],
  carried: readonly Carried[],
  invocation: Invocation,
): CommandReading {
  return { actions: actionOf(verb, effects, invocation), carried }
}
