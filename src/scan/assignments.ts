// Where a text gives a value to a name that sounds secret: `KEY=value`, `"key": "value"`,
// `key: value`, `<key>value</key>`, `--key value`, `"--key", "value"`, `set -x KEY value`. One
// pattern for all formats: it must find what is there, and not whether a parser would take it.
import type { Span } from './found.ts'

export interface Assignment {
  readonly key: string
  readonly span: Span
  /** in quotation marks: a literal also in source code */
  readonly quoted: boolean
}

const sounding =
  /(?:token|secret|passw(?:or)?d|passwd|passphrase|pass|pwd|api_?-?key|access_?-?key|accountkey|private_?-?key|admin_?-?key|service_?-?key|master_?-?key|encryption_?-?key|signing_?-?key|deploy_?-?key|auth|credentials?|_key|railway_key|_pat|client-key-data)/gi

const keyUnit = /[A-Za-z0-9_.-]/
const keyCharactersMax = 80
const keyAfter = /[A-Za-z0-9_.-]{0,80}/y
const between =
  /["'`]?\]?[ \t]{0,8}(?:(?:=>|:=|\?=|[:=])[ \t]{0,8}|>(?=[^\s<]))|["'`]?(?:[ \t]{0,8},[ \t\r\n]{0,40}|[ \t]{1,8})(?=["'`\w/+.-])/y
const quotedValue = /(["'`])([^"'`\n\r]{6,8192})\1/y
const bareValue = /[^\s"'`,;<>(){}[\]\\]{6,8192}/y

const assignmentsMax = 20_000

export function* assignmentsIn(text: string): Generator<Assignment> {
  let count = 0
  let done = 0
  for (const match of text.matchAll(sounding)) {
    if (match.index < done) continue
    if (++count > assignmentsMax) return
    const lead = keyBefore(text, match.index)
    const tail = stick(keyAfter, text, match.index + match[0].length)?.[0] ?? ''
    const keyEnd = match.index + match[0].length + tail.length
    const key = lead + match[0] + tail
    done = keyEnd
    const found = valueAfter(text, key, keyEnd)
    if (found === null) continue
    // A short bare value may hold the next name: `env TOKEN=…`. A long one would be read for each.
    const { start, end } = found.span
    done = Math.max(done, found.quoted || end - start > 128 ? end : keyEnd)
    yield found
  }
}

function keyBefore(text: string, end: number): string {
  let start = end
  while (start > 0 && end - start < keyCharactersMax && keyUnit.test(text.charAt(start - 1))) {
    start -= 1
  }
  return text.slice(start, end)
}

function valueAfter(text: string, key: string, keyEnd: number): Assignment | null {
  const join = stick(between, text, keyEnd)
  if (join === null) return null
  // Apart by a space or a comma: only options take their values so, and `set -x` of fish.
  if (!/[:=>]/.test(join[0]) && !takesNext(text, key, keyEnd - key.length)) return null
  const at = keyEnd + join[0].length
  const name = key.replace(/^[-.]+/, '')
  const quoted = stick(quotedValue, text, at)
  if (quoted !== null) {
    const body = quoted[2] ?? ''
    return { key: name, span: { start: at + 1, end: at + 1 + body.length }, quoted: true }
  }
  const bare = stick(bareValue, text, at)
  if (bare === null) return null
  return { key: name, span: { start: at, end: at + bare[0].length }, quoted: false }
}

function takesNext(text: string, key: string, start: number): boolean {
  if (/^--?\w|^password$/.test(key)) return true
  return /(?:^|\s)-\w*x\s+$/.test(text.slice(Math.max(0, start - 12), start))
}

function stick(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
