// `console`: where people open it, its own TLS, and the OpenID provider that may say who they are.
import { resolve } from 'node:path'

import { z } from 'zod'

import type { PersonName, SecretName } from '../domain/names.ts'
import { isLoopback, parseAddress } from './address.ts'
import type { Path } from './document.ts'
import { name, path, secretName } from './values.ts'

/** Files in PEM form, absolute paths; read when the gate starts. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

export interface ConsoleOpenId {
  /** without a slash at its end, unless the provider writes one */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: SecretName
  readonly scopes: readonly string[]
  /** e-mail addresses in lower case, and subjects */
  readonly people: ReadonlyMap<string, PersonName>
}

export interface ConsoleSettings {
  /** the origin at which people open the console; null for the address it listens on */
  readonly consoleOrigin: string | null
  /** null: none of its own, behind a proxy or on loopback */
  readonly consoleTls: TlsFiles | null
  /** null: people sign in with passkeys alone */
  readonly consoleOpenId: ConsoleOpenId | null
}

const claimed = z
  .string()
  .max(254)
  .regex(/^[\x21-\x7e]+$/, '{value} is neither an e-mail address nor a subject')

const openid = z.strictObject({
  issuer: z.string().max(300).describe('the address by which the provider names itself'),
  clientId: z
    .string()
    .max(200)
    .regex(/^[\x21-\x7e]+$/),
  clientSecret: secretName.describe("the secret that holds the client's secret at the provider"),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
    .max(20)
    .default(['openid', 'email']),
  people: z
    .record(claimed, name)
    .describe('who is who: a verified e-mail address, or a subject, and the name of the person'),
})

export const consoleSchema = z.strictObject({
  origin: z.string().max(300).optional().describe('the address people open it at, an origin'),
  tls: z
    .strictObject({
      certificate: path.describe('the certificate and those above it, PEM'),
      key: path.describe('its private key, PEM'),
    })
    .optional()
    .describe("the console's own TLS; needed to listen where other machines can reach"),
  openid: openid.optional().describe('an OpenID provider that people may sign in with'),
})

export type ConsoleFile = z.output<typeof consoleSchema>

type Say = (path: Path, says: string, code?: string) => void

export function checkConsole(value: ConsoleFile, listen: string, say: Say): void {
  const { origin, tls } = value
  if (origin !== undefined) checkOrigin(origin, say)
  if (tls !== undefined && !origin?.startsWith('https:')) {
    say(['console', 'tls'], 'with a certificate, say `origin: https://…` as people open it')
  }
  const { host } = parseAddress(listen)
  if (tls === undefined && !isLoopback(host)) {
    const says = `\`${host}\` takes TLS: give \`tls: {certificate, key}\`, or listen on 127.0.0.1`
    say(['listen', 'console'], says, 'console-needs-tls')
  }
  if (value.openid !== undefined) checkOpenId(value.openid, say)
}

/** Passkeys work on https, and on http only at localhost by name. */
function checkOrigin(text: string, say: Say): void {
  const url = parseOrigin(text)
  if (url !== null && (url.protocol === 'https:' || url.hostname === 'localhost')) return
  say(
    ['console', 'origin'],
    'not an origin that passkeys work at; write `https://…`, or `http://localhost:PORT`',
  )
}

/** An http or https URL that is nothing but an origin. */
export function parseOrigin(text: string): URL | null {
  const url = parseWeb(text)
  return url?.pathname === '/' ? url : null
}

function parseWeb(text: string): URL | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  const web = url.protocol === 'https:' || url.protocol === 'http:'
  return web && bare && !/[?#@]/.test(text) ? url : null
}

function checkOpenId({ issuer, scopes, people }: z.output<typeof openid>, say: Say): void {
  const url = parseWeb(issuer)
  const at = ['console', 'openid']
  if (url === null || (url.protocol !== 'https:' && !isLoopback(url.hostname))) {
    say([...at, 'issuer'], 'not the address of a provider; write it as in `https://id.example.com`')
  }
  if (!scopes.includes('openid')) say([...at, 'scopes'], 'add `openid`, or no one is named')
  const emails = Object.keys(people).filter((key) => key.includes('@'))
  if (new Set(emails.map((email) => email.toLowerCase())).size !== emails.length) {
    say([...at, 'people'], 'the same address stands there twice, in other letters')
  }
}

export function settleConsole(
  { origin, tls, openid }: ConsoleFile,
  folder: string,
): ConsoleSettings {
  return {
    consoleOrigin: origin === undefined ? null : new URL(origin).origin,
    consoleTls:
      tls === undefined
        ? null
        : { certificate: resolve(folder, tls.certificate), key: resolve(folder, tls.key) },
    consoleOpenId: openid === undefined ? null : settleOpenId(openid),
  }
}

function settleOpenId({ people, ...openid }: z.output<typeof consoleSchema>['openid'] & object) {
  const known = Object.entries(people).map(
    ([key, person]) => [key.includes('@') ? key.toLowerCase() : key, person as PersonName] as const,
  )
  return {
    ...openid,
    clientSecret: openid.clientSecret as SecretName,
    people: new Map(known),
  }
}
