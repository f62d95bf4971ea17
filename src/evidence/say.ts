import { inert } from '../wire/inert.ts'
import type { Word } from '../words/words.ts'

/** Holdpoint's own words. */
export function own(text: string): Word {
  return { kind: 'own', text }
}

/** What somebody else chose: a name, a note, a reason. */
export function name(text: string): Word {
  return { kind: 'name', text: text === '' ? '(empty)' : inert(text) }
}

/** Own words with names between them: say`${person} asked ${agent}`. */
export function say(pieces: TemplateStringsArray, ...names: readonly string[]): readonly Word[] {
  return pieces.flatMap((piece, at) => [
    ...(piece === '' ? [] : [own(piece)]),
    ...(at < names.length ? [name(names[at] ?? '')] : []),
  ])
}

/** As text alone; a name that could be read as part of the sentence is fenced in backticks. */
export function plainWords(words: readonly Word[]): string {
  return words.map(({ kind, text }) => (kind === 'own' ? text : fenced(text))).join('')
}

export function fenced(text: string): string {
  if (/^([a-z][a-z-]{0,23} )?[\p{L}\p{N}_.:/@*-]{1,120}$/u.test(text)) return text
  return `\`${text.replaceAll('`', '⟨U+0060⟩')}\``
}

export function joined(names: readonly string[]): readonly Word[] {
  return names.flatMap((each, at) => {
    const joint = at === 0 ? [] : [own(at === names.length - 1 ? ' and ' : ', ')]
    return [...joint, name(each)]
  })
}

/** `1 entry`, `2,000 entries` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** `0.8 s`, `12 s`, `3 min 5 s`, `1 h 2 min` */
export function lasting(milliseconds: number): string {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${seconds % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
