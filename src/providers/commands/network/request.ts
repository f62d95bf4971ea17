// Parts of a request, as clients on the command line are given them.
import type { Carried } from '../../../domain/carried.ts'
import type { Input, Word } from '../../../languages/shell/syntax.ts'

export type Body = Extract<Carried, { kind: 'http' }>['body']

/** `X-Name: value`; what is not known in it stays out. */
export function headerOf(word: Word): readonly (readonly [string, string])[] {
  const text = joined(word)
  const at = text.indexOf(':')
  if (at <= 0) return []
  return [[text.slice(0, at).trim(), text.slice(at + 1).trim()]]
}

/** What is known of a word, with `…` where something is not. */
export function joined({ text, pieces }: Word): string {
  return text ?? pieces.map((piece) => piece ?? '…').join('')
}

/** file: `@name` stands for what is in that file, `@-` for the input. */
export function bodyOf(word: Word | null, form: 'plain' | 'file', input: Input): Body {
  if (word === null) return null
  if (word.text === null) return { unknown: 'a part of what it sends' }
  if (form === 'plain' || !word.text.startsWith('@')) return word.text
  if (word.text === '@-' && input.kind === 'text') return input.text
  return { unknown: `what is in \`${word.text.slice(1, 80)}\`` }
}
