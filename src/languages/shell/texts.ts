// Encodings that hide a text which is all there. Bytes that are no UTF-8 are no text: null.
import { charactersOf } from './pieces.ts'

export function decodeBase64(text: string): string | null {
  const tidy = text.replace(/[\r\n]/g, '')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(tidy)) return null
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const char of tidy.replace(/=+$/, '')) {
    held = ((held << 6) | alphabet.indexOf(char)) & 0xfff_ffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 0xff)
    }
  }
  return decodeUtf8(Uint8Array.from(bytes))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text)
  let made = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two, three] = bytes.slice(at, at + 3)
    const bits = (one << 16) | ((two ?? 0) << 8) | (three ?? 0)
    made += alphabet[bits >> 18] ?? ''
    made += alphabet[(bits >> 12) & 63] ?? ''
    made += two === undefined ? '=' : (alphabet[(bits >> 6) & 63] ?? '')
    made += three === undefined ? '=' : (alphabet[bits & 63] ?? '')
  }
  return made
}

export function decodeHex(text: string): string | null {
  const tidy = text.replace(/\s/g, '')
  if (tidy.length % 2 === 1 || !/^[\da-f]*$/i.test(tidy)) return null
  const pairs = tidy.match(/../g) ?? []
  return decodeUtf8(Uint8Array.from(pairs.map((pair) => Number.parseInt(pair, 16))))
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

/** `tr`: one set into another, or `-d` one away; null: options and sets that are not taken. */
export function translated(text: string, args: readonly string[]): string | null {
  const deletes = args[0] === '-d'
  const [from, to, ...more] = (deletes ? args.slice(1) : args).map(setOf)
  if (from === undefined || from === null || more.length > 0) return null
  if (deletes)
    return to === undefined
      ? charactersOf(text)
          .filter((char) => !from.includes(char))
          .join('')
      : null
  if (to === undefined || to === null || to.length === 0) return null
  return charactersOf(text)
    .map((char) => {
      const at = from.lastIndexOf(char)
      return at < 0 ? char : (to[Math.min(at, to.length - 1)] ?? char)
    })
    .join('')
}

function setOf(written: string): readonly string[] | null {
  if (/\[:|\[=|\[.*\*|\\[^n\\t]|^-./.test(written) || !/^[\n\t -~]*$/.test(written)) return null
  const text = written.replace(/\\(.)/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char)
  const made: string[] = []
  for (let at = 0; at < text.length; at++) {
    const last = text[at + 2]
    if (text[at + 1] !== '-' || last === undefined) {
      made.push(text[at] ?? '')
      continue
    }
    for (let code = text.charCodeAt(at); code <= last.charCodeAt(0); code++)
      made.push(String.fromCharCode(code))
    at += 2
  }
  return made
}
