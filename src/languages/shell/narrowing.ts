// Which of a folder's entries are meant: all of them, or those that something picks out.
import type { Word } from './syntax.ts'

/** `*`, `.[!.]*`, `**` and a folder of each, but not `*.log`. */
export function matchesAll(pattern: string): boolean {
  const entry = String.raw`\.?(\[[!^][^\]]*\]|\?)*\*+`
  return new RegExp(`^(${entry}/+)*${entry}/*$`).test(pattern)
}

/** The part of a word that stands below a folder which is known. */
export function isEveryEntry({ text, glob }: Word): boolean {
  if (text === null || !glob) return false
  const before = text.slice(0, text.search(/[*?[]/))
  return matchesAll(text.slice(before.lastIndexOf('/') + 1))
}

const picks =
  /^-(i?name|i?path|i?wholename|i?regex|i?lname|size|[acm]time|[acm]min|newer.*|empty|perm)$/
const named = /^-i?(name|path|wholename)$/

/** Whether the tests of a `find` leave something out: words before what is done to what it finds. */
export function narrows(tests: readonly Word[]): boolean {
  const words: (string | null)[] = []
  let narrow: boolean | null = null
  for (let at = 0; at < tests.length; at++) {
    const text = tests[at]?.text ?? null
    if (!/^-(delete|exec|execdir|ok|okdir)$/.test(text ?? '')) {
      words.push(text)
      continue
    }
    // What stands before an `-o` is for something else.
    narrow = (narrow ?? true) && isNarrow(alternatives(words).at(-1) ?? [])
    if (text !== '-delete') at = endOfCommand(tests, at)
  }
  return narrow ?? alternatives(words).every(isNarrow)
}

function endOfCommand(tests: readonly Word[], from: number): number {
  const end = tests.findIndex(
    ({ text }, i) => i > from && (text === ';' || (text === '+' && tests[i - 1]?.text === '{}')),
  )
  return end < 0 ? tests.length : end
}

type Texts = readonly (string | null)[]

function alternatives(words: Texts): readonly Texts[] {
  const groups: (string | null)[][] = [[]]
  let depth = 0
  for (const word of words) {
    if (word === '(') depth += 1
    if (word === ')') depth -= 1
    if (depth === 0 && /^(-o|-or|,)$/.test(word ?? '')) groups.push([])
    else groups.at(-1)?.push(word)
  }
  return groups
}

function isNarrow(words: Texts): boolean {
  let negated = false
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '!' || word === '-not') {
      negated = !negated
      continue
    }
    if (word === '(') {
      const end = closing(words, at)
      if (!negated && alternatives(words.slice(at + 1, end)).every(isNarrow)) return true
      at = end
    } else if (!negated && isPicking(word, words[at + 1] ?? null)) return true
    if (/^-/.test(word) && picks.test(word) && word !== '-empty') at += 1
    negated = false
  }
  return false
}

function closing(words: Texts, from: number): number {
  let depth = 0
  for (let at = from; at < words.length; at++) {
    if (words[at] === '(') depth += 1
    if (words[at] === ')' && --depth === 0) return at
  }
  return words.length
}

function isPicking(word: string, value: string | null): boolean {
  if (word === '-type' || word === '-xtype') return !/[fd]/.test(value ?? 'f')
  if (!picks.test(word)) return false
  return !named.test(word) || value === null || !matchesAll(value.replace(/^\.\//, ''))
}
