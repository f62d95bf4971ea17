import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { connect, TLSSocket } from 'node:tls'
import type { SecureContext } from 'node:tls'

import { createFakeClock } from '../../system/clock.ts'
import type { FakeClock } from '../../system/clock.ts'
import { openAuthority } from './authority.ts'
import type { Authority } from './authority.ts'

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'holdpoint-ca-'))
  t.after(() => rm(made, { recursive: true, force: true }))
  return join(made, 'ca')
}

function clockNow(): FakeClock {
  return createFakeClock('2026-01-01T00:00:00.000Z')
}

/** The certificate that a server with this context shows. */
async function leafOf(t: TestContext, context: SecureContext): Promise<X509Certificate> {
  const server = createServer((socket) => {
    new TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      const found = client.getPeerX509Certificate()
      client.destroy()
      if (found === undefined) reject(new Error('no certificate'))
      else resolve(found)
    })
    client.on('error', reject)
  })
}

test('made at the first start, found again at the next', async (t) => {
  const path = await folder(t)
  const first = await openAuthority(path, { clock: clockNow() })
  const again = await openAuthority(path, { clock: clockNow() })
  assert.equal(again.certificatePem, first.certificatePem)
  assert.match(first.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  assert.equal((await stat(path)).mode & 0o777, 0o700)
  assert.equal((await stat(join(path, 'ca-key.pem'))).mode & 0o777, 0o600)
  assert.deepEqual((await readdir(path)).sort(), ['ca-key.pem', 'ca.pem'])
  assert.equal(await readFile(first.certificatePath, 'utf8'), first.certificatePem)
})

test('the authority may sign leaves and nothing more', async (t) => {
  const authority = await openAuthority(await folder(t), { clock: clockNow() })
  const certificate = new X509Certificate(authority.certificatePem)
  assert.ok(certificate.ca)
  assert.ok(certificate.verify(certificate.publicKey))
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.equal(certificate.validToDate.getUTCFullYear(), 2035)
})

test('a leaf is for one host, for a week, and of the authority', async (t) => {
  const authority = await openAuthority(await folder(t), { clock: clockNow() })
  const issuer = new X509Certificate(authority.certificatePem)
  const leaf = await leafOf(t, await authority.secureContext('backboard.railway.app'))
  assert.equal(leaf.subjectAltName, 'DNS:backboard.railway.app')
  assert.ok(leaf.checkIssued(issuer))
  assert.ok(leaf.verify(issuer.publicKey))
  assert.ok(!leaf.ca)
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(leaf.validToDate.toISOString(), '2026-01-08T00:00:00.000Z')
  assert.equal(leaf.checkHost('backboard.railway.com'), undefined)
})

test('a name as long as names get', async (t) => {
  const authority = await openAuthority(await folder(t), { clock: clockNow() })
  const host = `${`${'a'.repeat(62)}.`.repeat(4).slice(0, 249)}.dev`
  const leaf = await leafOf(t, await authority.secureContext(host))
  assert.equal(leaf.subjectAltName, `DNS:${host}`)
})

test('asked for often and at once, a leaf is made once', async (t) => {
  const authority = await openAuthority(await folder(t), { clock: clockNow() })
  const asked = Array.from({ length: 20 }, () => authority.secureContext('a.example'))
  const contexts = new Set(await Promise.all(asked))
  assert.equal(contexts.size, 1)
  assert.ok(contexts.has(await authority.secureContext('a.example')))
  assert.notEqual(await authority.secureContext('b.example'), [...contexts][0])
})

test('a leaf is made anew in its last day, for all who ask', async (t) => {
  const clock = clockNow()
  const authority = await openAuthority(await folder(t), { clock })
  const first = await authority.secureContext('a.example')
  clock.advance(5 * 86_400)
  assert.equal(await authority.secureContext('a.example'), first)
  clock.advance(86_400 + 1)
  const asked = Array.from({ length: 5 }, () => authority.secureContext('a.example'))
  const [second, ...more] = await Promise.all(asked)
  assert.notEqual(second, first)
  assert.ok(more.every((context) => context === second))
})

test('so many leaves are kept, and the least used goes first', async (t) => {
  const authority = await openAuthority(await folder(t), { clock: clockNow(), leavesMax: 4 })
  const kept = await authority.secureContext('kept.example')
  const gone = await authority.secureContext('gone.example')
  for (let n = 0; n < 3; n += 1) {
    await authority.secureContext(`${n}.example`)
    if (n === 1) await authority.secureContext('kept.example')
  }
  assert.equal(await authority.secureContext('kept.example'), kept)
  assert.notEqual(await authority.secureContext('gone.example'), gone)
})

test('a key that others may read is not used', async (t) => {
  const path = await folder(t)
  await openAuthority(path, { clock: clockNow() })
  for (const mode of [0o640, 0o604, 0o620, 0o660]) {
    await chmod(join(path, 'ca-key.pem'), mode)
    await assert.rejects(openAuthority(path, { clock: clockNow() }), { code: 'ca-key-exposed' })
  }
  await chmod(join(path, 'ca-key.pem'), 0o600)
  await openAuthority(path, { clock: clockNow() })
})

const damages: readonly (readonly [name: string, harm: (path: string) => Promise<unknown>])[] = [
  ['an empty key', (path) => writeFile(join(path, 'ca-key.pem'), '')],
  [
    'a torn certificate',
    (path) => writeFile(join(path, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nMIIB'),
  ],
]
for (const [name, harm] of damages) {
  test(`damage is said, and nothing is overwritten: ${name}`, async (t) => {
    const path = await folder(t)
    await openAuthority(path, { clock: clockNow() })
    await harm(path)
    const before = await readFile(join(path, 'ca-key.pem'), 'utf8')
    await assert.rejects(openAuthority(path, { clock: clockNow() }), { code: 'ca-unreadable' })
    assert.equal(await readFile(join(path, 'ca-key.pem'), 'utf8'), before)
  })
}

test('a key and a certificate that are not a pair', async (t) => {
  const [one, other] = [await folder(t), await folder(t)]
  const foreign = await openAuthority(other, { clock: clockNow() })
  await openAuthority(one, { clock: clockNow() })
  await writeFile(join(one, 'ca.pem'), foreign.certificatePem)
  await assert.rejects(openAuthority(one, { clock: clockNow() }), { code: 'ca-unreadable' })
})

test('stopped between key and certificate, both are made anew', async (t) => {
  const path = await folder(t)
  const first = await openAuthority(path, { clock: clockNow() })
  await rm(join(path, 'ca.pem'))
  const second: Authority = await openAuthority(path, { clock: clockNow() })
  assert.notEqual(second.certificatePem, first.certificatePem)
})

test('an authority at its end says so', async (t) => {
  const path = await folder(t)
  await openAuthority(path, { clock: clockNow() })
  const late = createFakeClock('2036-01-01T00:00:00.000Z')
  await assert.rejects(openAuthority(path, { clock: late }), { code: 'ca-expired' })
})
