// Text of which parts are not known: the strings are known, in order; null stands for any text.
import { LimitReached, shellLimits } from './limits.ts'
import type { Word } from './syntax.ts'

export type Pieces = readonly (string | null)[]

/** As the shell counts characters: by code point. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(text)
}

export const hole: Pieces = [null]
export const nothing: Pieces = []

/** Stands for what is not known inside a text that is read again; what has it, is not known. */
export const holeMark = '\uE000'

/** A word on its way to a command. */
export interface Field extends Word {
  /** of a process substitution: what its program writes */
  readonly written?: Pieces
}

export function textOf(pieces: Pieces): string | null {
  let text = ''
  for (const piece of pieces) {
    if (piece === null) return null
    text += piece
  }
  return text
}

export function known(text: string): Pieces {
  return text === ''
    ? nothing
    : joined(
        text
          .split(holeMark)
          .flatMap((part) => [null, part])
          .slice(1),
      )
}

/** Neighbours put together; no empty strings, no two holes in a row. */
export function joined(pieces: Pieces): Pieces {
  const made: (string | null)[] = []
  let size = 0
  for (const piece of pieces) {
    const last = made.at(-1)
    size += piece?.length ?? 1
    if (piece === '') continue
    if (piece === null) {
      if (last !== null) made.push(null)
    } else if (typeof last === 'string') {
      made[made.length - 1] = last + piece
    } else made.push(piece)
  }
  if (size > shellLimits.valueMax) throw new LimitReached('a word is too long')
  return made
}

export function concat(...parts: readonly Pieces[]): Pieces {
  return joined(parts.flat())
}

export function samePieces(one: Pieces, other: Pieces): boolean {
  return one.length === other.length && one.every((piece, i) => piece === other[i])
}

/** With the mark where something is not known, to be read as a script. */
export function marked(pieces: Pieces): string {
  return pieces.map((piece) => piece ?? holeMark).join('')
}

export function fieldOf(raw: string, pieces: Pieces, glob = false): Field {
  const tidy = joined(pieces)
  return { raw, text: textOf(tidy), pieces: tidy, glob }
}

export function literalField(text: string): Field {
  return fieldOf(text, known(text))
}

/** Any number of words of which nothing is known. */
export function looseField(raw: string): Field {
  return { raw, text: null, pieces: hole, glob: false, loose: true }
}

/** What a command writes, without the newlines at its end, as `$(…)` gives it. */
export function withoutLastNewlines(pieces: Pieces): Pieces {
  const last = pieces.at(-1)
  if (typeof last !== 'string') return pieces
  return joined([...pieces.slice(0, -1), last.replace(/\n+$/, '')])
}
