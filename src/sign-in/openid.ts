// Who somebody is, asked of an OpenID provider: authorization code with PKCE, state and nonce. It
// says who is there, and nothing of what they may do: what a person decides still takes a passkey.
// https://openid.net/specs/openid-connect-core-1_0.html https://www.rfc-editor.org/rfc/rfc9700
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  fetchUserInfo,
} from 'openid-client'
import type { CustomFetch } from 'openid-client'

import type { Clearance } from '../clearance.ts'
import type { Concealed } from '../domain/concealed.ts'
import type { FactOf } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { Digest, PersonName } from '../domain/names.ts'
import { createChallenges } from '../holds/challenges.ts'
import type { Challenges } from '../holds/challenges.ts'
import type { Ledger, Receipt } from '../ledger/ledger.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { inert } from '../wire/inert.ts'
import { createProvider, refused } from './provider.ts'
import type { Provider } from './provider.ts'

export interface OpenId {
  /** whose word is taken: an origin, perhaps with a path */
  readonly issuer: string
  /** whom it may name */
  readonly people: readonly PersonName[]
  /** Where the browser goes, and the half that it keeps at home meanwhile. */
  begin(): Promise<Begun>
  /** The query that the browser came back with, and its half; each works once. */
  finish(answer: string, half: string): Promise<Vouched>
}

export interface Begun {
  readonly location: string
  /** without it the answer is worth nothing: nobody is signed in as somebody else by a link */
  readonly half: string
}

export interface Vouched {
  readonly person: PersonName
  readonly means: FactOf<'signed-in'>['how'] & Readonly<{ kind: 'openid' }>
}

export interface OpenIdSettings {
  readonly issuer: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** whom an e-mail address, in lower case, or a subject stands for */
  readonly people: ReadonlyMap<string, PersonName>
}

export interface OpenIdOptions {
  readonly settings: OpenIdSettings
  /** a page of the console, registered at the provider */
  readonly redirectUri: string
  readonly ledger: Pick<Ledger, 'append'>
  readonly clear: (receipt: Receipt<FactOf<'signing-in'>>) => Clearance
  /** the client's secret, out of the vault */
  readonly secret: (clearance: Clearance) => Concealed
  readonly fetch: CustomFetch
  readonly clock: Clock
  readonly random: Random
}

interface Pending {
  readonly state: string
  readonly half: Digest
  readonly nonce: string
  readonly verifier: string
}

interface Parts extends OpenIdOptions {
  readonly provider: Provider
  readonly pending: Challenges<Pending>
}

/** how long a person may take at the provider */
const pendingSeconds = 600
const pendingMax = 1000

export function createOpenId(options: OpenIdOptions): OpenId {
  const { settings, fetch, clock, random } = options
  const parts: Parts = {
    ...options,
    provider: createProvider({ settings, fetch, clock }),
    pending: createChallenges({ clock, random, seconds: pendingSeconds, max: pendingMax }),
  }
  return {
    issuer: settings.issuer,
    people: [...new Set(settings.people.values())].sort(),
    begin: () => begin(parts),
    finish: (answer, half) => finish(parts, answer, half),
  }
}

async function begin(parts: Parts): Promise<Begun> {
  const { provider, random, settings, redirectUri } = parts
  const configuration = await provider.found()
  const [nonce, verifier, half] = [secretOf(random), secretOf(random), secretOf(random)]
  const { state } = parts.pending.put((state) => ({ state, nonce, verifier, half: sha256(half) }))
  const location = buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: settings.scopes.join(' '),
    ...{ state, nonce },
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { location: location.href, half }
}

function secretOf(random: Random): string {
  return random.bytes(32).toString('base64url')
}

async function finish(parts: Parts, answer: string, half: string): Promise<Vouched> {
  const { settings, ledger } = parts
  const given = new URLSearchParams(answer)
  const pending = parts.pending.take(given.get('state') ?? '')
  if (pending?.half !== sha256(half)) {
    throw new Fault(
      'challenge-unknown',
      'this sign-in was not begun in this browser, was used, or is too old; begin again',
    )
  }
  const error = given.get('error')
  if (error !== null) throw refused(`it said \`${inert(error.slice(0, 100))}\``)
  const claims = await claimsOf(parts, pending, given)
  const person = personOf(settings, claims)
  const means = { kind: 'openid', issuer: settings.issuer, subject: claims.subject } as const
  await ledger.append({ kind: 'signed-in', person, how: means })
  return { person, means }
}

interface Claims {
  readonly subject: string
  /** null where the provider gave none, or has not made sure that it is theirs */
  readonly email: string | null
  readonly unverified: boolean
}

/** Written down, then asked: with the client's secret, at the provider's own endpoints. */
async function claimsOf(
  parts: Parts,
  { state, nonce, verifier }: Pending,
  given: URLSearchParams,
): Promise<Claims> {
  const { settings, provider, ledger, redirectUri } = parts
  await provider.found()
  const { issuer, clientId } = settings
  const code = sha256(given.get('code') ?? '')
  const request = sha256(canonicalJson({ issuer, clientId, redirectUri, code }))
  const clearance = parts.clear(await ledger.append({ kind: 'signing-in', issuer, request }))
  const secret = parts.secret(clearance)
  clearance.spend()
  const configuration = await provider.withSecret(secret)
  const url = new URL(`${redirectUri}?${given.toString()}`)
  return provider.asked(async () => {
    const tokens = await authorizationCodeGrant(configuration, url, {
      ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
      idTokenExpected: true,
    })
    const stated = tokens.claims()
    if (stated === undefined) throw refused('it gave no ID token')
    const known = claimsIn(stated.sub, stated)
    const isKnown = settings.people.has(stated.sub)
    const asks = stated['email'] === undefined && !isKnown && wantsEmail(settings)
    if (!asks || configuration.serverMetadata().userinfo_endpoint === undefined) return known
    return claimsIn(stated.sub, await fetchUserInfo(configuration, tokens.access_token, stated.sub))
  })
}

function wantsEmail({ people }: OpenIdSettings): boolean {
  return [...people.keys()].some((key) => key.includes('@'))
}

function claimsIn(subject: string, stated: Readonly<Record<string, unknown>>): Claims {
  const { email, email_verified: verified } = stated
  const plain = typeof email === 'string' && /^[\x21-\x7e]{1,252}@[\x21-\x7e]{1,252}$/.test(email)
  return {
    subject,
    email: plain && verified === true ? email.toLowerCase() : null,
    unverified: plain && verified !== true,
  }
}

/** A subject never stands for an e-mail address, however it is spelled. */
function personOf(settings: OpenIdSettings, { subject, email, unverified }: Claims): PersonName {
  const bySubject = subject.includes('@') ? undefined : settings.people.get(subject)
  const person = bySubject ?? (email === null ? undefined : settings.people.get(email))
  if (person !== undefined) return person
  if (unverified) {
    throw new Fault(
      'openid-unknown-person',
      'the provider has not verified your e-mail address; verify it there, and sign in again',
    )
  }
  const who = inert((email ?? subject).slice(0, 254))
  throw new Fault(
    'openid-unknown-person',
    `nobody here is known as \`${who}\`; ask an owner to add it to \`console.openid.people\``,
  )
}
