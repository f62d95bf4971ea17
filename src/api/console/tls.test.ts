import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get as getHttp } from 'node:http'
import { get, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { openHost } from '../../../test/console/host.ts'
import { makeCertificate } from '../../../test/console/tls-certificate.ts'
import { createAuthenticator } from '../../../test/authenticator.ts'
import type { PersonName } from '../../domain/names.ts'
import { readTls } from './tls.ts'

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-tls-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

test('files that cannot serve are told by name, and never by content', async (t) => {
  const [one, other] = [await makeCertificate(), await makeCertificate()]
  const files = { 'a.pem': one.cert, 'a.key': one.key, 'b.key': other.key, 'no.pem': 'hunter2' }
  const folder = folderOf(t, files)
  const read = (certificate: string, key: string, domain = 'localhost') =>
    readTls({ certificate: join(folder, certificate), key: join(folder, key) }, domain)
  assert.deepEqual(read('a.pem', 'a.key'), one)
  const refuses = (work: () => unknown, says: RegExp): void => {
    assert.throws(work, ({ code, message }: Error & { code: string }) => {
      assert.equal(code, 'console-tls')
      assert.match(message, says)
      assert.doesNotMatch(message, /hunter2/)
      return true
    })
  }
  refuses(() => read('none.pem', 'a.key'), /none\.pem` cannot be read \(ENOENT\)/)
  refuses(() => read('no.pem', 'a.key'), /no\.pem` holds no certificate/)
  refuses(() => read('a.pem', 'no.pem'), /no\.pem` holds no private key/)
  refuses(() => read('a.pem', 'b.key'), /b\.key` is not the key of .*a\.pem`/)
  refuses(() => read('a.pem', 'a.key', 'console.example'), /is not for `console\.example`/)
})

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly json: Readonly<Record<string, unknown>>
}

test('with TLS: an https origin, HSTS, and a cookie that is `__Host-` and Secure', async (t) => {
  const tls = await makeCertificate()
  const host = await openHost({ tls })
  t.after(() => host.close())
  assert.equal(host.origin, `https://localhost:${host.port}`)
  const base = { host: `localhost:${host.port}`, origin: host.origin }
  const post = (path: string, body: object): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const headers = { ...base, 'content-type': 'application/json' }
      const asked = { host: '127.0.0.1', port: host.port, path, method: 'POST', headers }
      const trusted = { ca: tls.cert, servername: 'localhost', agent: false }
      const sending = request({ ...asked, ...trusted }, (reply) => {
        let text = ''
        reply.on('data', (part) => (text += String(part)))
        reply.on('end', () => {
          const json = JSON.parse(text) as Reply['json']
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, json })
        })
      })
      sending.on('error', reject)
      sending.end(JSON.stringify(body))
    })
  const invited = { person: 'alice' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(invited)
  const passkey = createAuthenticator({ origin: host.origin, rpId: 'localhost' })
  const { nonce, options } = (await post('/api/enrol/options', { code })).json
  const response = passkey.register(options as { challenge: string })
  const welcome = await post('/api/enrol/verify', { code, nonce, response })
  assert.equal(welcome.status, 200)
  const cookie = String(welcome.headers['set-cookie'])
  assert.match(
    cookie,
    /^__Host-holdpoint_session=hps_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure/,
  )
  assert.doesNotMatch(cookie, /Domain/i)
  assert.equal(welcome.headers['strict-transport-security'], 'max-age=31536000')
})

test('no plain request is answered there, and no old TLS', async (t) => {
  const tls = await makeCertificate()
  const host = await openHost({ tls })
  t.after(() => host.close())
  const { port } = host
  const plain = new Promise((resolve, reject) => {
    getHttp({ host: '127.0.0.1', port, agent: false }, resolve).on('error', reject)
  })
  await assert.rejects(plain)
  const old = new Promise((resolve, reject) => {
    const asked = { host: '127.0.0.1', port, ca: tls.cert, servername: 'localhost', agent: false }
    get({ ...asked, maxVersion: 'TLSv1.1', minVersion: 'TLSv1.1' }, resolve).on('error', reject)
  })
  await assert.rejects(old)
})
