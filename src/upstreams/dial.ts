import { BlockList, connect as connectPlain, isIP } from 'node:net'
import type { OnReadOpts, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

import { refuseAddress } from './addresses.ts'
import type { Resolver } from './resolver.ts'

/** Where to, and what is let be connected to there. */
export interface Place {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly allowPrivate: boolean
}

/**
 * Nothing of a request has left when this is not `connected`. refused: the address is one that must
 * not be reached; unreachable: it could not be resolved, connected to, or trusted.
 */
export type Dialled =
  | Readonly<{ kind: 'connected'; socket: Socket }>
  | Readonly<{ kind: 'refused' | 'unreachable'; why: string }>

export interface DialParts {
  readonly resolver: Resolver
  /** where this machine itself answers; only an upstream that may be private may be there */
  readonly ownAddresses: () => readonly string[]
  /** for resolving, connecting and the TLS handshake together */
  readonly connectMilliseconds: number
}

const addressesMax = 4

/**
 * Resolves, judges every address, and connects to one that was judged: a name that is resolved
 * again to something else cannot come in between. One forbidden address condemns the name. onread:
 * as `net.connect` has it.
 */
export async function dial(
  parts: DialParts,
  place: Place,
  onread: OnReadOpts | null,
): Promise<Dialled> {
  const signal = AbortSignal.timeout(parts.connectMilliseconds)
  const addresses = await addressesOf(parts, place.host, signal)
  if (typeof addresses === 'string') return { kind: 'unreachable', why: addresses }
  const own = place.allowPrivate ? null : blockListOf(parts.ownAddresses())
  for (const address of addresses) {
    const why = refuseAddress(address, place.allowPrivate) ?? refuseOwn(own, address)
    if (why !== null) return { kind: 'refused', why: `\`${place.host}\` is ${address}: ${why}` }
  }
  let why = `\`${place.host}\` has no address`
  for (const address of addresses.slice(0, addressesMax)) {
    const dialled = await connect(place, address, onread, signal)
    if (typeof dialled !== 'string') return { kind: 'connected', socket: dialled }
    why = dialled
  }
  return { kind: 'unreachable', why }
}

async function addressesOf(
  { resolver }: DialParts,
  host: string,
  signal: AbortSignal,
): Promise<readonly string[] | string> {
  const literal = host.startsWith('[') ? host.slice(1, -1) : host
  if (isIP(literal) !== 0) return [literal]
  const late = new Promise<string>((resolve) => {
    signal.addEventListener('abort', () => resolve(`\`${host}\` was not resolved in time`))
  })
  const resolving = resolver(host).catch((fault: unknown) => {
    return `\`${host}\` cannot be resolved (${codeOf(fault)})`
  })
  return Promise.race([resolving, late])
}

function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const address of addresses) {
    const plain = address.split('%')[0] ?? ''
    list.addAddress(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

function refuseOwn(own: BlockList | null, address: string): string | null {
  const mine = own?.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') === true
  return mine ? 'it is this machine' : null
}

/** The socket, ready to be written to; or why not. */
function connect(
  { host, port, tls }: Place,
  address: string,
  onread: OnReadOpts | null,
  signal: AbortSignal,
): Promise<Socket | string> {
  if (signal.aborted) return Promise.resolve(`\`${host}\` was not connected to in time`)
  const reading = onread === null ? {} : { onread }
  const options = { host: address, port, noDelay: true, ...reading }
  const socket = tls ? connectTls({ ...options, ...tlsOptions(host) }) : connectPlain(options)
  return new Promise((resolve) => {
    const fail = (why: string): void => {
      signal.removeEventListener('abort', late)
      socket.on('error', () => undefined)
      socket.destroy()
      resolve(why)
    }
    const late = (): void => fail(`\`${host}\` was not connected to in time`)
    const broken = (fault: unknown): void => {
      fail(`\`${host}\` cannot be connected to (${codeOf(fault)})`)
    }
    signal.addEventListener('abort', late)
    socket.once('error', broken)
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', late)
      socket.off('error', broken)
      resolve(socket)
    })
  })
}

/** Said outright: neither the environment nor a default may turn verification off. */
function tlsOptions(host: string) {
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
    ALPNProtocols: ['http/1.1'],
    ...(isIP(host) === 0 && !host.startsWith('[') ? { servername: host } : {}),
  }
}

function codeOf(fault: unknown): string {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined
  return typeof code === 'string' ? code : 'failed'
}
