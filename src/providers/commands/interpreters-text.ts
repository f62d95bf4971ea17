// What a program in another language does, said in effects of this machine.
import type { Carried } from '../../domain/carried.ts'
import type { Effect } from '../../domain/effect.ts'
import { readProgram } from '../../languages/shell/programs.ts'
import type { ProgramCall } from '../../languages/shell/programs.ts'
import type { Program, Word } from '../../languages/shell/syntax.ts'
import { unknown } from './effects.ts'
import { absolute } from './paths.ts'
import type { Call, Meant } from './row.ts'
import { adds, movesAway, overwrites, reads, removes } from './touches.ts'

/** Text for an interpreter; one of which not all is known may do anything. */
export function runsProgram(language: Program['language'], word: Word, call: Call): Meant {
  const { text } = word
  if (text === null) {
    return { effects: [unknown(`a ${language} program of which not all is known`)], carried: [] }
  }
  const { calls } = readProgram({ language, text })
  const read = calls.map((one) => meantBy(one, call))
  return {
    effects: distinct(read.flatMap(({ effects }) => effects)),
    carried: read.flatMap(({ carried }) => carried),
  }
}

function distinct(effects: readonly Effect[]): readonly Effect[] {
  const seen = new Set<string>()
  return effects.filter((effect) => {
    const key = JSON.stringify(effect)
    return seen.has(key) ? false : seen.add(key)
  })
}

export function together(all: readonly Meant[]): Meant {
  return {
    effects: all.flatMap(({ effects }) => effects),
    carried: all.flatMap(({ carried }) => carried),
  }
}

function meantBy(one: ProgramCall, call: Call): Meant {
  const only = (effects: readonly Effect[]): Meant => ({ effects, carried: [] })
  switch (one.kind) {
    case 'delete':
      return only([removes(one.path, call)])
    case 'truncate':
      return only(overwrites(one.path, call))
    case 'append':
      return only(adds(one.path, call))
    case 'read':
      return only(reads(one.path, call))
    case 'move':
      return only([movesAway(one.from, call), ...overwrites(one.to, call)])
    case 'copy':
      return only([...reads(one.from, call), ...overwrites(one.to, call)])
    case 'run':
      return { effects: [], carried: [shellOf(textFor(one.text), one.directory, call)] }
    case 'argv':
      return {
        effects: [],
        carried: [shellOf(one.words.map(quoted).join(' '), one.directory, call)],
      }
    case 'carried':
      return { effects: [], carried: [one.carried] }
    case 'unread':
      return only([unknown(one.why)])
  }
}

/** A variable that nobody sets: what is not known stays so when a shell reads it again. */
const hole = '${NOT_KNOWN_HERE}'

function textFor({ text, pieces }: Word): string {
  return text ?? pieces.map((piece) => piece ?? hole).join('')
}

function quoted({ text, pieces }: Word): string {
  const known = (piece: string): string => `'${piece.replaceAll("'", `'\\''`)}'`
  if (text !== null) return known(text)
  return pieces.map((piece) => (piece === null ? `"${hole}"` : known(piece))).join('')
}

export function shellOf(text: string, directory: Word | null, call: Call): Carried {
  const { invocation, surroundings } = call
  const start = { directory: invocation.directory, home: surroundings.home }
  const given = directory?.text ?? null
  const at = given === null ? start.directory : absolute(given, start)
  return { kind: 'shell', text, directory: at }
}
