// Text that others wrote, made harmless to look at. What cannot be seen, moves the cursor, turns
// the direction of reading or passes for another letter is written out as its code point,
// `⟨U+202E⟩`.
// Categories are Unicode's own (UAX #44); look-alikes follow the idea of UTS #39, mixed scripts
// within one word, with a short table for words that are all look-alikes.
// https://www.unicode.org/reports/tr39/

export interface InertPiece {
  /** escape: stands for one character that was taken out; no text can pass for one */
  readonly kind: 'plain' | 'escape'
  readonly text: string
}

/** Control, format, private, unassigned, half surrogates, spaces but the plain one, fillers. */
const unseen = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u115f\u1160\u3164\uffa0]/u

/** Styled and full-width letters, digits, punctuation; foreign digits; odd hyphens and slashes. */
const disguised = new RegExp(
  '[\\uff01-\\uffee\\u2100-\\u218b\\u2460-\\u24ff\\u{1d400}-\\u{1d7ff}\\u{1f100}-\\u{1f1e5}' +
    '\\u2010-\\u2015\\u2024\\u2044\\u2212\\u2215\\u2236\\u29f8\\ua789\\u02b0-\\u02ff' +
    '\\u0250-\\u02af\\u0131\\u017f]|(?![0-9])\\p{Nd}',
  'u',
)

/** Letters of other scripts that pass for Latin ones. */
const lookalikes = new Set(
  'аАвВеЕѕЅіІјЈоОрРсСуУхХһӏԁԛԜԝкКмМнНтТԌԍαΑβΒεΕζΖηΗιΙκΚμΜνΝοΟρΡτΤυΥχΧγՕօսոհցքյ',
)

const word = /[\p{L}\p{M}\p{N}_]+/gu
const foreignLetter = /(?!\p{Script=Latin})\p{L}/u
const anyForeignLetter = new RegExp(foreignLetter.source, 'u')
const latinLetter = /\p{Script=Latin}/u
const onlyAscii = /^[\x20-\x7e]*$/
const onlyAsciiLines = /^[\x20-\x7e\n\t]*$/

/** More marks than this on one letter hide it, or its neighbours. */
const marksMax = 2

/** The text in pieces. With `lines`, line feeds and tabs stay as they are. */
export function inertPieces(text: string, lines: boolean): readonly InertPiece[] {
  if (text === '') return []
  if ((lines ? onlyAsciiLines : onlyAscii).test(text)) return [{ kind: 'plain', text }]
  const foreign = foreignAt(text)
  const pieces: InertPiece[] = []
  let plain = ''
  let marks = marksMax
  let at = 0
  for (const character of text) {
    const isMark = /\p{M}/u.test(character)
    marks = isMark ? marks + 1 : /\p{L}/u.test(character) ? 0 : marksMax
    const kept = lines && (character === '\n' || character === '\t')
    if (!kept && ((marks > marksMax && isMark) || foreign.has(at) || isUnsafe(character))) {
      if (plain !== '') pieces.push({ kind: 'plain', text: plain })
      pieces.push({ kind: 'escape', text: escapeOf(character) })
      plain = ''
    } else plain += character
    at += character.length
  }
  if (plain !== '') pieces.push({ kind: 'plain', text: plain })
  return pieces
}

/** On one line: for names, sentences, terminals. */
export function inert(text: string): string {
  return join(inertPieces(text, false))
}

/** Line feeds and tabs are kept: for a request shown whole. */
export function inertBlock(text: string): string {
  return join(inertPieces(text, true))
}

function join(pieces: readonly InertPiece[]): string {
  return pieces.map((piece) => piece.text).join('')
}

function isUnsafe(character: string): boolean {
  return character !== ' ' && (unseen.test(character) || disguised.test(character))
}

/** Where letters stand that make a word look like another: offsets in code units. */
function foreignAt(text: string): ReadonlySet<number> {
  const found = new Set<number>()
  for (const match of text.matchAll(word)) {
    const [whole] = match
    if (!anyForeignLetter.test(whole)) continue
    const letters = whole.match(/\p{L}/gu) ?? []
    const passes = letters.every((letter) => lookalikes.has(letter))
    if (!latinLetter.test(whole) && !passes) continue
    let at = match.index
    for (const character of whole) {
      if (foreignLetter.test(character)) found.add(at)
      at += character.length
    }
  }
  return found
}

function escapeOf(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`
}
