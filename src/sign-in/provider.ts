// What is asked of the provider, and nothing else is: its endpoints, as it says itself where they
// are, for so long, so much, and without following it elsewhere.
// https://openid.net/specs/openid-connect-discovery-1_0.html
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client'
import type { CustomFetch, ServerMetadata } from 'openid-client'

import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { Clock } from '../system/clock.ts'
import { inert } from '../wire/inert.ts'
import type { OpenIdSettings } from './openid.ts'

export interface Provider {
  /** As the provider describes itself; without a secret. */
  found(): Promise<Configuration>
  withSecret(secret: Concealed): Promise<Configuration>
  /** What goes wrong is told in our words. */
  asked<T>(work: () => Promise<T>): Promise<T>
}

export interface ProviderOptions {
  readonly settings: OpenIdSettings
  readonly fetch: CustomFetch
  readonly clock: Clock
}

/** Only for a provider on this machine: the configuration lets no other say `http:`. */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- it is marked so to be noticed
const insecure: readonly ((configuration: Configuration) => void)[] = [allowInsecureRequests]
const timeoutSeconds = 10
const foundMilliseconds = 3_600_000
const answerBytesMax = 262_144

export function createProvider(options: ProviderOptions): Provider {
  const { settings, clock } = options
  const issuer = new URL(settings.issuer)
  const plain = issuer.protocol === 'http:'
  const described = `${settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  let found: Readonly<{ configuration: Configuration; until: number }> | null = null

  /** Another port, path or host is somewhere else. */
  const send: CustomFetch = async (url, asked) => {
    if (!allowed(url)) throw new Fault('openid-elsewhere', `\`${inert(url)}\` is not the provider`)
    return bounded(await options.fetch(url, { ...asked, redirect: 'manual' }))
  }

  function allowed(url: string): boolean {
    const { protocol } = new URL(url)
    if (protocol !== 'https:' && !(plain && protocol === 'http:')) return false
    const { token_endpoint, jwks_uri, userinfo_endpoint } = metadata()
    const known = [described, token_endpoint, jwks_uri, userinfo_endpoint]
    return known.some((endpoint) => endpoint !== undefined && sameUrl(endpoint, url))
  }

  function metadata(): Readonly<ServerMetadata> {
    return found?.configuration.serverMetadata() ?? { issuer: settings.issuer }
  }

  function prepare(configuration: Configuration): Configuration {
    configuration[customFetch] = send
    configuration.timeout = timeoutSeconds
    // The signature, too: not only that the answer came from the provider's address.
    enableNonRepudiationChecks(configuration)
    if (plain) for (const allow of insecure) allow(configuration)
    return configuration
  }

  async function find(): Promise<Configuration> {
    if (found !== null && found.until > clock.milliseconds()) return found.configuration
    const configuration = await discovery(issuer, settings.clientId, undefined, None(), {
      [customFetch]: send,
      timeout: timeoutSeconds,
      execute: [...(plain ? insecure : []), enableNonRepudiationChecks],
    })
    checkPage(configuration.serverMetadata().authorization_endpoint, plain)
    found = { configuration, until: clock.milliseconds() + foundMilliseconds }
    return configuration
  }

  return {
    found: () => looked(find),
    withSecret: async (secret) => {
      const known = await looked(find)
      const server = known.serverMetadata()
      const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
      const basic = methods.includes('client_secret_basic')
      const proof = (basic ? ClientSecretBasic : ClientSecretPost)(secret.reveal())
      return prepare(new Configuration(server, settings.clientId, undefined, proof))
    },
    asked,
  }
}

/** The browser is sent there. */
function checkPage(page: string | undefined, plain: boolean): void {
  const protocol = page !== undefined && URL.canParse(page) ? new URL(page).protocol : ''
  if (protocol === 'https:' || (plain && protocol === 'http:')) return
  throw new Fault('openid-elsewhere', 'the provider names no page to sign in at')
}

function sameUrl(one: string, other: string): boolean {
  return new URL(one).href === new URL(other).href
}

async function bounded(response: Response): Promise<Response> {
  const parts: Uint8Array[] = []
  let bytes = 0
  const stream = response.body as ReadableStream<Uint8Array> | null
  const reader = stream?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    const part = read.value
    bytes += part.length
    if (bytes > answerBytesMax) {
      throw new Fault('openid-elsewhere', `it answered more than ${answerBytesMax} bytes`)
    }
    parts.push(part)
  }
  const { status, statusText, headers } = response
  const body = bytes === 0 ? null : Buffer.concat(parts)
  return new Response(body, { status, statusText, headers })
}

/** Nothing can be done about it here but to try later, or by the other way. */
async function looked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw unreachable(cause)
  }
}

async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    if (isAway(cause)) throw unreachable(cause)
    throw refused(`its answer was not accepted (${whyOf(cause)})`, cause)
  }
}

export function refused(why: string, cause?: unknown): Fault {
  const says = `the provider did not sign you in: ${why}; begin again`
  return new Fault('openid-refused', says, { cause })
}

function unreachable(cause: unknown): Fault {
  const says = `the provider gave no answer that can be used (${whyOf(cause)})`
  const instead = 'sign in with a passkey, or try again later'
  return new Fault('openid-unreachable', `${says}; ${instead}`, { cause })
}

/** The provider's own code, or the library's; both may be anything. */
function whyOf(cause: unknown): string {
  const { code, error, cause: inner } = cause as Readonly<Record<string, unknown>>
  if (inner instanceof Fault) return inner.message
  const said = [error, code].find((each) => typeof each === 'string' && each !== '')
  return inert((typeof said === 'string' ? said : 'no connection').slice(0, 100))
}

function isAway(cause: unknown): boolean {
  const { code, cause: inner } = cause as Readonly<Record<string, unknown>>
  if (code === 'OAUTH_TIMEOUT' || inner instanceof Fault) return true
  if (inner instanceof Response && inner.status >= 500) return true
  return cause instanceof TypeError && cause.message === 'fetch failed'
}
