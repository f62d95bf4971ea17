import { isClearance } from '../clearance.ts'
import type { Clearance } from '../clearance.ts'
import type { Vault } from '../credentials/vault.ts'
import type { Concealed } from '../domain/concealed.ts'
import { Fault, assert } from '../domain/fault.ts'
import type { SecretName, UpstreamName } from '../domain/names.ts'
import type { Request } from '../domain/request.ts'
import type { AskRequest, CredentialHeader, Provider } from '../providers/provider.ts'
import { digestOf, digestOfAsk } from '../system/request-digest.ts'
import type { Sent } from './answer.ts'
import { ask } from './ask.ts'
import type { DialParts } from './dial.ts'
import { Pool, poolLimits } from './pool.ts'
import type { PoolLimits } from './pool.ts'
import { machineAddresses, systemResolver } from './resolver.ts'
import type { Resolver } from './resolver.ts'
import { send } from './send.ts'
import type { Upstream } from './send.ts'
import { openTunnel } from './tunnel.ts'

/**
 * Speaks to real infrastructure with the real credential. Sends nothing but what a clearance is
 * for, once.
 */
export interface Upstreams {
  /** Rejects when the clearance is not for exactly this; what the world does is in the result. */
  send(request: Request, clearance: Clearance, signal: AbortSignal): Promise<Sent>
  /** Holdpoint's own question. Resolves with the body of a 2xx answer. */
  ask(upstream: UpstreamName, request: AskRequest, clearance: Clearance): Promise<Uint8Array>
  /** The same with a credential that was found somewhere, to learn what it is. */
  readonly askWith: (
    upstream: UpstreamName,
    request: AskRequest,
    clearance: Clearance,
    found: Concealed,
  ) => Promise<Uint8Array>
  /** Ends every connection, whatever is under way. */
  close(): Promise<void>
}

export interface UpstreamConfig {
  readonly name: UpstreamName
  readonly provider: string
  /** an origin */
  readonly url: string
  /** every name under which it is governed */
  readonly hosts: readonly string[]
  readonly credential: SecretName
  readonly credentialHeader: CredentialHeader
  readonly discoverCredential: SecretName | null
  /** it may be on a private or loopback address; never on one of a metadata service */
  readonly allowPrivate: boolean
}

export interface UpstreamsOptions {
  readonly configs: readonly UpstreamConfig[]
  readonly providers: readonly Pick<Provider, 'name' | 'hosts' | 'credentialHeaders' | 'outcome'>[]
  readonly vault: Pick<Vault, 'open'>
  readonly resolver?: Resolver
  /** where this machine itself answers */
  readonly ownAddresses?: () => readonly string[]
  /** hosts that may be tunnelled to although they are on private addresses; none when not given */
  readonly tunnelNames?: readonly string[]
  readonly limits?: Partial<PoolLimits & Pick<DialParts, 'connectMilliseconds'>>
}

const connectMilliseconds = 10_000

export function createUpstreams(options: UpstreamsOptions): Upstreams {
  const limits = { ...poolLimits, connectMilliseconds, ...options.limits }
  const dialParts: DialParts = {
    resolver: options.resolver ?? systemResolver,
    ownAddresses: options.ownAddresses ?? machineAddresses,
    connectMilliseconds: limits.connectMilliseconds,
  }
  const upstreams = new Map(
    options.configs.map((config) => [config.name, upstreamOf(config, options, dialParts, limits)]),
  )
  const tunnelParts = {
    ...dialParts,
    governed: governedNames(options),
    privateNames: new Set(options.tunnelNames?.map((name) => name.toLowerCase())),
  }
  const tunnels = new AbortController()

  function find(name: UpstreamName): Upstream {
    const upstream = upstreams.get(name)
    if (upstream !== undefined) return upstream
    throw new Fault('upstream-unknown', `there is no upstream \`${name}\`; see \`upstreams\``)
  }

  async function sendOnce(
    { payload, digest }: Request,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Sent> {
    checkClearance(clearance, 'send')
    // Recomputed: the bytes about to be sent are those that were decided, whatever happened to them
    // since.
    if (clearance.request !== digest || digestOf(payload) !== digest) throw mismatch()
    if (payload.kind === 'tunnel') {
      if (clearance.upstream !== `${payload.host}:${payload.port}`) throw mismatch()
      clearance.spend()
      return openTunnel(tunnelParts, payload, AbortSignal.any([signal, tunnels.signal]))
    }
    assert(payload.kind === 'http', 'what is SQL is sent in its own session')
    if (clearance.upstream !== payload.upstream) throw mismatch()
    assert(payload.unreadable === null, 'what could not be read is never sent')
    return send(find(payload.upstream), payload, clearance, signal)
  }

  async function askOnce(
    name: UpstreamName,
    request: AskRequest,
    clearance: Clearance,
    found: Concealed | null = null,
  ): Promise<Uint8Array> {
    checkClearance(clearance, 'discover')
    if (clearance.upstream !== name || clearance.request !== digestOfAsk(name, request)) {
      throw mismatch()
    }
    return ask(find(name), request, clearance, found)
  }

  function close(): Promise<void> {
    tunnels.abort()
    for (const { pool } of upstreams.values()) pool.close()
    return Promise.resolve()
  }

  return { send: sendOnce, ask: askOnce, askWith: askOnce, close }
}

function upstreamOf(
  config: UpstreamConfig,
  { providers, vault }: UpstreamsOptions,
  parts: DialParts,
  limits: PoolLimits,
): Upstream {
  const provider = providers.find(({ name }) => name === config.provider)
  assert(provider !== undefined, 'an upstream has a provider')
  const url = new URL(config.url)
  const tls = url.protocol === 'https:'
  if (!tls && !(url.protocol === 'http:' && config.allowPrivate)) {
    throw new Fault(
      'upstream-insecure',
      `\`upstreams.${config.name}.url\` must start with https://; ` +
        'one on a private address may say `allowPrivate`',
    )
  }
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port)
  const place = { host: url.hostname, port, tls, allowPrivate: config.allowPrivate }
  return {
    host: url.host,
    pool: new Pool(place, parts, limits),
    vault,
    credential: config.credential,
    credentialHeader: config.credentialHeader,
    discoverCredential: config.discoverCredential,
    credentialHeaders: new Set(provider.credentialHeaders.map(({ name }) => name)),
    outcome: (status, body) => provider.outcome(status, body),
  }
}

function governedNames({ configs, providers }: UpstreamsOptions): ReadonlySet<string> {
  const names = [
    ...providers.flatMap(({ hosts }) => hosts),
    ...configs.flatMap(({ hosts, url }) => [...hosts, new URL(url).hostname]),
  ]
  return new Set(names.map((name) => name.toLowerCase()))
}

function checkClearance(clearance: Clearance, purpose: Clearance['purpose']): void {
  assert(isClearance(clearance), 'a clearance is made from receipts')
  assert(clearance.purpose === purpose, `a clearance to ${purpose} is needed`)
}

function mismatch(): Fault {
  return new Fault(
    'clearance-mismatch',
    'this is not the request that was cleared, so it is not sent; report this as a bug',
  )
}
