// Private keys in PEM (RFC 7468), OpenSSH's and PGP's included; plain or behind a passphrase.
import type { Kind, Span } from './found.ts'
import { isRandom } from './look-alikes.ts'

export interface KeyBlock {
  readonly kind: Kind
  readonly span: Span
  readonly reachOf: string | null
}

const charactersMax = 16_384
const bodyCharactersMin = 56
const header = /-----BEGIN ((?:[A-Z0-9]{2,12} ){0,3})PRIVATE KEY(?: BLOCK)?-----/y
const footer = /-----END (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/

const ssh: Kind = {
  id: 'ssh-private-key',
  provider: 'ssh',
  says: 'private key',
  reach: 'unknown',
  destroys: 'yes',
}
const google: Kind = {
  id: 'google-service-account-key',
  provider: 'google',
  says: 'key of a service account',
  reach: 'project',
  destroys: 'yes',
}
const plain: Kind = {
  id: 'private-key',
  provider: 'unknown',
  says: 'private key',
  reach: 'unknown',
  destroys: 'unknown',
}
const locked: Kind = {
  id: 'private-key-with-passphrase',
  provider: 'unknown',
  says: 'private key behind a passphrase',
  reach: 'resource',
  destroys: 'unknown',
}

export function* privateKeysIn(text: string): Generator<KeyBlock> {
  for (let at = text.indexOf('-----BEGIN '); at !== -1; at = text.indexOf('-----BEGIN ', at + 11)) {
    header.lastIndex = at
    const begin = header.exec(text)
    if (begin === null) continue
    const inside = text.slice(at + begin[0].length, at + charactersMax)
    const end = footer.exec(inside)
    if (end === null) continue
    const written = inside.slice(0, end.index)
    const body = written.replace(/^[\w-]+: .*$/gm, '').replace(/[^A-Za-z0-9+/=]/g, '')
    if (body.length < bodyCharactersMin || !isRandom(body.slice(-48).replace(/=+$/, ''))) continue
    const span = { start: at, end: at + begin[0].length + end.index + end[0].length }
    yield { ...judge(begin[1] ?? '', written, body, text), span }
    at = span.end - 11
  }
}

function judge(label: string, written: string, body: string, text: string): Omit<KeyBlock, 'span'> {
  if (label.startsWith('ENCRYPTED') || /Proc-Type: 4,ENCRYPTED/.test(written)) {
    return { kind: locked, reachOf: null }
  }
  if (label.startsWith('OPENSSH')) {
    // "openssh-key-v1", 0, then the cipher's name after its length: `none` without a passphrase.
    const cipher = Buffer.from(body.slice(0, 64), 'base64').toString('latin1').slice(19, 23)
    return { kind: cipher === 'none' ? ssh : locked, reachOf: null }
  }
  if (/"type"\s*:\s*"service_account"/.test(text)) {
    const project = /"project_id"\s*:\s*"([\w.:-]{1,80})"/.exec(text)?.[1] ?? null
    return { kind: google, reachOf: project }
  }
  return { kind: plain, reachOf: null }
}
