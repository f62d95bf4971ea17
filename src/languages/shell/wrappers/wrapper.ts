// What a wrapper is: a program that runs another one, given as words or as text.
import type { Command } from '../invoke.ts'
import type { Field, Pieces } from '../pieces.ts'
import type { Roots, Run } from '../run.ts'
import type { Input, Invocation, Whereabouts, Word } from '../syntax.ts'

interface Changes {
  /** as it is listed in `through` */
  readonly through: string
  readonly input?: Input
  readonly roots?: Roots | null
  readonly where?: Whereabouts
  readonly user?: string
  readonly times?: Invocation['times']
  readonly directory?: string | null
  readonly assignments?: readonly Readonly<{ name: string; value: Word }>[]
}

export type Inner =
  | Readonly<{ kind: 'argv'; argv: readonly Field[]; lookUp?: boolean } & Changes>
  | Readonly<{ kind: 'text'; text: Pieces; positional?: readonly Field[] } & Changes>
  | Readonly<{ kind: 'unread'; why: string }>

export interface Taken {
  readonly inner: readonly Inner[]
  /** the wrapper is listed too, for what it does beside */
  readonly listed: boolean
}

/** null: it runs nothing but itself, this time. */
export type Wrapper = (run: Run, command: Command) => Taken | null

/** Options of a program: those that take a value in the next word or in their own. */
export interface Options {
  /** letters that take a value */
  readonly letters?: string
  /** long ones that take a value, without their dashes */
  readonly long?: readonly string[]
  /** words that are no options end them at once, as `env` and `sudo` have it */
  readonly single?: boolean
}

export interface Parsed {
  /** by letter or long name; null where the value is not known, '' where it has none */
  readonly options: ReadonlyMap<string, readonly (Field | null)[]>
  readonly rest: readonly Field[]
}

/** Up to the first word that is no option; null: a word that may be one is not known. */
export function parseOptions(args: readonly Field[], spec: Options): Parsed | null {
  const options = new Map<string, (Field | null)[]>()
  const put = (name: string, value: Field | null): void => {
    options.set(name, [...(options.get(name) ?? []), value])
  }
  for (let at = 0; at < args.length; at++) {
    const field = args[at]
    if (field === undefined) break
    const head = field.text ?? field.pieces[0]
    if (field.loose === true || head === null || head === undefined) {
      // Nothing tells whether it is an option.
      if (field.text === '') return { options, rest: args.slice(at) }
      return null
    }
    if (head === '--') return { options, rest: args.slice(at + 1) }
    if (!/^-./s.test(head)) return { options, rest: args.slice(at) }
    if (head.startsWith('--') || (spec.single === true && !/^-[a-zA-Z]$/.test(head))) {
      const [, name = '', equals] = /^--?([^=]*)(=?)/s.exec(head) ?? []
      const takes = equals === '' && (spec.long ?? []).includes(name)
      put(
        name,
        takes ? (args[++at] ?? null) : equals === '' ? null : after(field, head.indexOf('=') + 1),
      )
      continue
    }
    for (let i = 1; i < head.length; i++) {
      const letter = head[i] ?? ''
      if (!(spec.letters ?? '').includes(letter)) {
        put(letter, null)
        continue
      }
      const own = i + 1 < head.length || field.text === null
      put(letter, own ? after(field, i + 1) : (args[++at] ?? null))
      break
    }
  }
  return { options, rest: [] }
}

/** The field without its first characters. */
export function after(field: Field, from: number): Field {
  const [first, ...others] = field.pieces
  const pieces = [first?.slice(from) ?? null, ...others].filter((piece) => piece !== '')
  const text = pieces.includes(null) ? null : pieces.join('')
  return { ...field, pieces, text }
}

export function unreadable(name: string): Taken {
  return {
    inner: [{ kind: 'unread', why: `\`${name}\` with options that are not known` }],
    listed: true,
  }
}

export function lastOf(parsed: Parsed, ...names: readonly string[]): Field | undefined {
  return names.flatMap((name) => parsed.options.get(name) ?? []).at(-1) ?? undefined
}

export function baseOf(field: Field | undefined): string {
  const text = field?.text ?? ''
  return (text.split('/').at(-1) ?? '').replace(/\.exe$/i, '').toLowerCase()
}

/** A list of names, as a line of text. */
export function names(text: string): readonly string[] {
  return text.split(/\s+/)
}
