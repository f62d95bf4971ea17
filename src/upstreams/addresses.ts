// Which addresses may be connected to. Anything that is not known to be public is refused: private
// ones unless the configuration allows them for this upstream, the rest always. An address that
// carries an IPv4 one inside (mapped, NAT64, 6to4) counts as that one.
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
import { isIPv4, isIPv6 } from 'node:net'

type Kind = 'private' | 'never'

interface Range {
  readonly bytes: readonly number[]
  readonly bits: number
  readonly kind: Kind | 'ipv4-inside'
  readonly what: string
}

/** The first that holds counts. */
const ranges4: readonly Range[] = [
  range4('169.254.0.0/16', 'never', 'a link-local or metadata address'),
  range4('100.100.100.200/32', 'never', 'a metadata address'),
  range4('168.63.129.16/32', 'never', 'a metadata address'),
  range4('192.0.0.0/24', 'never', 'a reserved or metadata address'),
  range4('0.0.0.0/8', 'never', 'an unspecified address'),
  range4('127.0.0.0/8', 'private', 'a loopback address'),
  range4('10.0.0.0/8', 'private', 'a private address'),
  range4('172.16.0.0/12', 'private', 'a private address'),
  range4('192.168.0.0/16', 'private', 'a private address'),
  range4('100.64.0.0/10', 'private', 'a shared address'),
  range4('198.18.0.0/15', 'private', 'a benchmarking address'),
  range4('192.0.2.0/24', 'never', 'a documentation address'),
  range4('198.51.100.0/24', 'never', 'a documentation address'),
  range4('203.0.113.0/24', 'never', 'a documentation address'),
  range4('192.88.99.0/24', 'never', 'a 6to4 relay'),
  range4('224.0.0.0/4', 'never', 'a multicast address'),
  range4('240.0.0.0/4', 'never', 'a reserved or broadcast address'),
]

const ranges6: readonly Range[] = [
  range6('::1/128', 'private', 'the loopback address'),
  range6('::ffff:0:0/96', 'ipv4-inside', 'an IPv4-mapped address'),
  range6('64:ff9b::/96', 'ipv4-inside', 'a NAT64 address'),
  range6('2002::/16', 'ipv4-inside', 'a 6to4 address'),
  range6('fd00:ec2::254/128', 'never', 'a metadata address'),
  range6('fd20:ce::254/128', 'never', 'a metadata address'),
  range6('fc00::/7', 'private', 'a private address'),
  range6('2001::/23', 'never', 'a reserved address'),
  range6('2001:db8::/32', 'never', 'a documentation address'),
  range6('3fff::/20', 'never', 'a documentation address'),
]
const globalUnicast = range6('2000::/3', 'never', 'a public address')

/** Why nothing may be sent there, in one clause; null when it may. */
export function refuseAddress(address: string, allowPrivate: boolean): string | null {
  if (isIPv4(address)) return refuse4(bytes4(address), allowPrivate)
  if (!isIPv6(address) || address.includes('%')) return 'what was resolved is not a plain address'
  const bytes = bytes6(address)
  const range = ranges6.find((each) => within(each, bytes))
  if (range === undefined) return within(globalUnicast, bytes) ? null : 'it is not a public address'
  if (range.kind !== 'ipv4-inside') return refuseKind(range.kind, range.what, allowPrivate)
  const at = range.bits === 16 ? 2 : 12
  return refuse4(bytes.slice(at, at + 4), allowPrivate)
}

function refuse4(bytes: readonly number[], allowPrivate: boolean): string | null {
  const range = ranges4.find((each) => within(each, bytes))
  if (range === undefined || range.kind === 'ipv4-inside') return null
  return refuseKind(range.kind, range.what, allowPrivate)
}

function refuseKind(kind: Kind, what: string, allowPrivate: boolean): string | null {
  return kind === 'private' && allowPrivate ? null : `it is ${what}`
}

function within({ bytes, bits }: Range, address: readonly number[]): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : 0xff & (0xff << (8 - (bits - bit)))
    const at = bit / 8
    if (((bytes[at] ?? 0) & mask) !== ((address[at] ?? 0) & mask)) return false
  }
  return true
}

function range4(cidr: string, kind: Kind, what: string): Range {
  const [address = '', bits] = cidr.split('/')
  return { bytes: bytes4(address), bits: Number(bits), kind, what }
}

function range6(cidr: string, kind: Range['kind'], what: string): Range {
  const [address = '', bits] = cidr.split('/')
  return { bytes: bytes6(address), bits: Number(bits), kind, what }
}

function bytes4(address: string): number[] {
  return address.split('.').map(Number)
}

/** Of text that `isIPv6` takes; a dotted tail is four bytes. */
function bytes6(address: string): number[] {
  const [head = '', tail] = address.split('::')
  const before = groups(head)
  if (tail === undefined) return before
  const after = groups(tail)
  const zeros = Array.from({ length: 16 - before.length - after.length }, () => 0)
  return [...before, ...zeros, ...after]
}

function groups(text: string): number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return bytes4(group)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
