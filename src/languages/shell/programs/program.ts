// What a program in another language does that matters outside of it, as far as its text tells.
import type { Carried } from '../../../domain/carried.ts'
import { hole, joined, textOf } from '../pieces.ts'
import type { Pieces } from '../pieces.ts'
import type { Program, Word } from '../syntax.ts'

export type Language = Program['language']

export type ProgramCall =
  | Readonly<{ kind: 'delete'; path: Word; recursive: boolean }>
  /** opens it anew, over what is there */
  | Readonly<{ kind: 'truncate'; path: Word }>
  | Readonly<{ kind: 'append'; path: Word }>
  | Readonly<{ kind: 'read'; path: Word }>
  /** over what is at `to` */
  | Readonly<{ kind: 'move' | 'copy'; from: Word; to: Word }>
  /** text for a shell */
  | Readonly<{ kind: 'run'; text: Word; directory: Word | null }>
  /** a program with its words, past any shell */
  | Readonly<{ kind: 'argv'; words: readonly Word[]; directory: Word | null }>
  | Readonly<{ kind: 'carried'; carried: Carried }>
  /** it would run something that the text does not tell */
  | Readonly<{ kind: 'unread'; why: string }>

export interface ProgramReading {
  readonly calls: readonly ProgramCall[]
}

/** A value in the program, as far as it follows from literals. */
export type Value =
  | Readonly<{ kind: 'text'; pieces: Pieces }>
  /** a path object: `/` joins */
  | Readonly<{ kind: 'path'; pieces: Pieces }>
  | Readonly<{ kind: 'number'; number: number }>
  | Readonly<{ kind: 'list'; items: readonly Value[] }>
  | Readonly<{ kind: 'object'; entries: ReadonlyMap<string, Value> }>
  /** something with a name: `os`, `os.remove`; a variable that is not known has its own */
  | Readonly<{ kind: 'name'; name: string; receiver: Value | null }>
  | Readonly<{ kind: 'unknown' }>

export const unknown: Value = { kind: 'unknown' }

export function text(pieces: Pieces): Value {
  return { kind: 'text', pieces: joined(pieces) }
}

export function piecesOf(value: Value | undefined): Pieces {
  switch (value?.kind) {
    case 'text':
    case 'path':
      return value.pieces
    case 'number':
      return [String(value.number)]
    default:
      return hole
  }
}

export function wordOf(value: Value | undefined): Word {
  const pieces = joined(piecesOf(value))
  const whole = textOf(pieces)
  return { raw: whole ?? '…', text: whole, pieces, glob: false }
}

export function knownText(value: Value | undefined): string | null {
  return value === undefined ? null : textOf(piecesOf(value))
}

export interface Arguments {
  readonly values: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
}

export function entry(value: Value | undefined, name: string): Value | undefined {
  return value?.kind === 'object' ? value.entries.get(name) : undefined
}
