// Statements that a client of a database is given: in its arguments, or at its standard input.
import type { Carried } from '../../../domain/carried.ts'
import type { Effect } from '../../../domain/effect.ts'
import type { Input, Word } from '../../../languages/shell/syntax.ts'
import { unknown } from '../effects.ts'
import type { Meant } from '../row.ts'

export type SqlEngine = Extract<Carried, { kind: 'sql' }>['engine']

export const none: Meant = { effects: [], carried: [] }

export function only(...effects: readonly Effect[]): Meant {
  return { effects, carried: [] }
}

export function together(all: readonly Meant[]): Meant {
  return {
    effects: all.flatMap(({ effects }) => effects),
    carried: all.flatMap(({ carried }) => carried),
  }
}

export function sql(engine: SqlEngine, text: string, target: string | null): Meant {
  return { effects: [], carried: [{ kind: 'sql', engine, text, target }] }
}

export function sqlOf(engine: SqlEngine, word: Word, target: string | null): Meant {
  if (word.text === null) return only(unknown('the statement is not known here'))
  return sql(engine, word.text, target)
}

/** What comes at the standard input, and is run. */
export function inputOf(input: Input, read: (text: string) => Meant): Meant {
  switch (input.kind) {
    case 'nothing':
      return none
    case 'text':
      return read(input.text)
    case 'inherited':
      return only(unknown('what is typed into it is not known here'))
    case 'file':
      return input.path.text === '/dev/null'
        ? none
        : only(unknown(`what is in \`${input.path.raw.slice(0, 80)}\` is not known here`))
    case 'pipe':
      return only(unknown('what is piped into it is not known here'))
  }
}

export function fileUnknown({ raw }: Word): Meant {
  return only(unknown(`what is in \`${raw.slice(0, 80)}\` is not known here`))
}

/** `postgres://user:secret@host/db` without what is secret in it. */
export function withoutPassword(text: string | null): string | null {
  if (text === null) return null
  return text
    .replace(/^([a-z][a-z0-9+]*:\/\/[^:@/]*):[^@/]*@/i, '$1@')
    .replace(/\bpassword=('[^']*'|\S+)/i, 'password=…')
    .slice(0, 200)
}
