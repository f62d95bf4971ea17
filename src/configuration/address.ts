/** Where to listen. Port 0 lets the system choose. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:7400`, `[::1]:7400`, `localhost:0`; the schema has checked the form. */
export function parseAddress(text: string): Address {
  const colon = text.lastIndexOf(':')
  const host = text
    .slice(0, colon)
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  return { host, port: Number(text.slice(colon + 1)) }
}

export function showAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Addresses that no other machine can reach: 127.0.0.0/8, ::1, and the name that means them. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  const octets = host.split('.')
  return (
    octets.length === 4 &&
    octets[0] === '127' &&
    octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255)
  )
}
