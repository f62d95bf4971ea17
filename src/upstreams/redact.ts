// Takes secrets out of what an upstream answers: as they are, and in the forms in which answers
// echo what they were sent (JSON, HTML, percent-encoding, hexadecimal, UTF-16, base64 and base64url
// at any of its three alignments). Letters count in either case. An answer without any is passed on
// as the same bytes.

export interface Redactor {
  text(text: string): string
  bytes(bytes: Uint8Array): Uint8Array
  /**
   * For an answer that comes in pieces: nothing is let go that may be the beginning of a secret.
   */
  stream(): RedactingStream
}

export interface RedactingStream {
  /** what may go on of all that came; empty when it must wait for more */
  push(bytes: Uint8Array): Uint8Array
  /** the rest, when nothing more comes */
  end(): Uint8Array
}

export const redacted = '[redacted by holdpoint]'
/** shorter texts are everywhere, and no secrets */
const plainCharactersMin = 4
const encodedCharactersMin = 8
const nothing = new Uint8Array(0)

export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = [...new Set(secrets.flatMap(formsOf))]
  forms.sort((one, other) => other.length - one.length)
  if (forms.length === 0) return unchanged
  const pattern = new RegExp(forms.map(escapeForPattern).join('|'), 'gi')
  const lowered = [...new Set(forms.map((form) => form.toLowerCase()))]
  const text = (from: string): string => {
    pattern.lastIndex = 0
    return pattern.test(from) ? from.replace(pattern, redacted) : from
  }
  const bytes = (from: Uint8Array): Uint8Array => {
    const read = latin1(from)
    const written = text(read)
    return written === read ? from : Buffer.from(written, 'latin1')
  }
  return { text, bytes, stream: () => createStream(text, lowered) }
}

const unchanged: Redactor = {
  text: (text) => text,
  bytes: (bytes) => bytes,
  stream: () => ({ push: (bytes) => bytes, end: () => nothing }),
}

function createStream(text: (from: string) => string, forms: readonly string[]): RedactingStream {
  let kept = ''
  const longest = Math.max(...forms.map(({ length }) => length))

  function push(bytes: Uint8Array): Uint8Array {
    const came = latin1(bytes)
    const whole = kept + came
    const clean = text(whole)
    const wait = beginning(clean, forms, longest)
    if (wait === 0 && kept === '' && clean === came) return bytes
    kept = clean.slice(clean.length - wait)
    return Buffer.from(clean.slice(0, clean.length - wait), 'latin1')
  }

  function end(): Uint8Array {
    const rest = kept
    kept = ''
    return rest === '' ? nothing : Buffer.from(rest, 'latin1')
  }

  return { push, end }
}

/**
 * How many of the last characters may be the beginning of a form that goes on in the next piece.
 */
function beginning(text: string, forms: readonly string[], longest: number): number {
  const tail = text.slice(-(longest - 1)).toLowerCase()
  let most = 0
  for (const form of forms) {
    const first = form.charAt(0)
    let at = tail.indexOf(first, Math.max(0, tail.length - form.length + 1))
    while (at !== -1 && tail.length - at > most) {
      if (form.startsWith(tail.slice(at))) most = tail.length - at
      at = tail.indexOf(first, at + 1)
    }
  }
  return most
}

function formsOf(secret: string): readonly string[] {
  if (secret.length < plainCharactersMin) return []
  if (secret.length < encodedCharactersMin) return [secret]
  const json = JSON.stringify(secret).slice(1, -1)
  const forms = [
    secret,
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[<>&']/g, (mark) => `\\u00${hexOf(mark)}`),
    ...percentSafe.map((safe) => percent(secret, safe)),
    html(secret, '&#39;'),
    html(secret, '&#x27;'),
    html(secret, '&apos;'),
    Buffer.from(secret, 'latin1').toString('hex'),
    Array.from(secret).join('\0'),
  ]
  for (const base64 of alignments(secret)) {
    const url = base64.replaceAll('+', '-').replaceAll('/', '_')
    forms.push(base64, url, encodeURIComponent(base64), base64.replaceAll('/', '\\/'))
  }
  return forms
}

/**
 * What base64 makes of the secret wherever it stands: the characters that no neighbour can change.
 */
function alignments(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'latin1')
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    const start = Math.ceil((before * 8) / 6)
    const end = Math.floor(((before + bytes.length) * 8) / 6)
    return encoded.slice(start, end)
  })
}

/** What is left as it is by one who encodes: a URI, a part of one, RFC 3986, a form, all. */
const percentSafe = [
  /[A-Za-z0-9\-_.!~*'();/?:@&=+$,#]/,
  /[A-Za-z0-9\-_.!~*'()]/,
  /[A-Za-z0-9\-_.~]/,
  /[A-Za-z0-9\-_.*]/,
  /[A-Za-z0-9]/,
]

function percent(secret: string, safe: RegExp): string {
  return Array.from(secret, (each) => (safe.test(each) ? each : `%${hexOf(each)}`)).join('')
}

function html(secret: string, apostrophe: string): string {
  return secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", apostrophe)
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0')
}

function escapeForPattern(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, (mark) => `\\x${hexOf(mark)}`)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
