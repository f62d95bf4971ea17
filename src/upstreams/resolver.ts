import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'

/** All addresses of a host name, in the order in which they are to be tried. */
export type Resolver = (host: string) => Promise<readonly string[]>

export const systemResolver: Resolver = async (host) => {
  const found = await lookup(host, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}

/** Where this machine itself answers, its public addresses included. */
export function machineAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return all.map(({ address }) => address)
}
