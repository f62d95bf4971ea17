// Values for the corpora, made from parts when a test runs: none is real, and none stands in the
// repository, where a scanner of a forge would find it.
import { createHash, generateKeyPairSync } from 'node:crypto'

const alphabets: Readonly<Record<string, string>> = {
  hex: '0123456789abcdef',
  HEX: '0123456789ABCDEF',
  low: '0123456789abcdefghijklmnopqrstuvwxyz',
  up: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  let: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  b62: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  b64: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/',
  url: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_',
  num: '0123456789',
}

/** The same letters for the same seed, evenly drawn. */
function drawn(alphabet: string, length: number, seed: string): string {
  let value = ''
  for (let block = 0; value.length < length; block++) {
    for (const byte of createHash('sha512').update(`${seed}/${block}`).digest()) {
      if (byte >= Math.floor(256 / alphabet.length) * alphabet.length) continue
      value += alphabet.charAt(byte % alphabet.length)
      if (value.length === length) break
    }
  }
  return value
}

const pems = new Map<string, string>()

function pem(kind: string): string {
  const known = pems.get(kind)
  if (known !== undefined) return known
  const format =
    kind === 'LOCKED'
      ? ({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const)
      : ({ type: 'pkcs8', format: 'pem' } as const)
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: format,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const text = kind === 'SSH' ? openSsh(privateKey) : privateKey.trim()
  pems.set(kind, text)
  return text
}

/** The frame of OpenSSH's format, without a cipher, round other bytes. */
function openSsh(seed: string): string {
  const frame = Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none', 'latin1')
  const body = Buffer.concat([frame, Buffer.from(drawn(alphabets['b62'] ?? '', 300, seed))])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  const label = 'OPENSSH PRIVATE KEY'
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`].join('\n')
}

function made(name: string, argument: string, seed: string): string {
  const alphabet = alphabets[name]
  if (alphabet !== undefined) return drawn(alphabet, Number(argument), seed)
  if (name === 'uuid') {
    const hex = drawn('0123456789abcdef', 32, seed)
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
  }
  if (name === 'pem') return pem(argument)
  if (name === 'pem1') return pem(argument).replaceAll('\n', '\\n')
  if (name === 'jwt') {
    const part = (value: string): string => Buffer.from(value).toString('base64url')
    const signature = drawn(alphabets['url'] ?? '', 43, seed)
    return `${part('{"alg":"HS256","typ":"JWT"}')}.${part(argument)}.${signature}`
  }
  throw new Error(`no such value: ${name}`)
}

/**
 * `{b62:36}` becomes 36 letters, `[base64 …]` and `[percent …]` what is in them, encoded; `\n`
 * and `\t` are a line end and a tab, `\\` a backslash. Seeded by `seed`, so that a line always reads the same.
 */
export function filled(template: string, seed: string): string {
  let count = 0
  const text = template
    .replace(/\\([\\nt|])/g, (_, unit: string) => ({ n: '\n', t: '\t' })[unit] ?? unit)
    .replace(
      /\{(hex|HEX|low|up|let|b62|b64|url|num|pem|pem1|jwt):((?:\{[^{}]*\}|[^{}])*)\}|\{(uuid)\}/g,
      (_, name, argument, lone) =>
        made(String(name ?? lone), String(argument ?? ''), `${seed}#${count++}`),
    )
  const base64 = (from: string): string =>
    from.replace(/\[base64 ([^[\]]*)\]/g, (_, inner: string) =>
      Buffer.from(inner).toString('base64'),
    )
  return base64(base64(text)).replace(/\[percent ([^\]]*)\]/g, (_, inner: string) =>
    encodeURIComponent(inner),
  )
}
