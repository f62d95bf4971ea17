import assert from 'node:assert/strict'

import { readAuthority } from '../../src/doors/http/host.ts'
import { isOriginForm, readTarget } from '../../src/doors/http/target.ts'

/** A path that is read in one way is left as it is by a parser that normalises. */
export const fuzzHttpTarget = {
  name: 'http-target',
  seedInputs: [
    '/graphql/v2',
    '/a/../b/./c//d',
    '/%2e%2E/%2f;x=1?_method=DELETE&access_token=x&a=%41+b',
    '/a%20b/%C3%A9?query={me{id}}&variables=%7B%7D#x',
  ] as readonly string[],
  check(input: Uint8Array): void {
    const target = Buffer.from(input).toString('latin1')
    if (!isOriginForm(target)) return
    const { unreadable } = readTarget(target)
    const path = target.split('?', 1)[0] ?? ''
    if (unreadable === null) assert.equal(new URL(`http://h${target}`).pathname, path)
  },
}

/** A host that is taken as a name is the same name to the URL standard, and never an address. */
export const fuzzHttpAuthority = {
  name: 'http-authority',
  seedInputs: [
    'backboard.railway.com.:443',
    'EXAMPLE.com:80',
    '0x7f.1',
    '017700000001:80',
    '[::ffff:127.0.0.1]:443',
    'user@xn--bcher-kva.example%2e',
  ] as readonly string[],
  check(input: Uint8Array): void {
    const text = Buffer.from(input).toString('latin1')
    const authority = readAuthority(text)
    if (authority.kind !== 'name' || authority.host.includes('xn--')) return
    const { hostname, port } = new URL(`https://${text}`)
    assert.equal(hostname.replace(/\.$/, ''), authority.host)
    const { port: read } = authority
    assert.equal(port, read === null || read === 443 ? '' : String(read))
  },
}
