import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { makeCertificate } from '../../test/console/tls-certificate.ts'
import { readConfiguration } from '../configuration/configuration.ts'
import { providers } from '../providers/table.ts'
import { startGate } from './gate.ts'
import { openState } from './state.ts'

test('a gate serves its console with the configured TLS, and names its provider', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-console-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const { cert, key } = await makeCertificate()
  writeFileSync(join(folder, 'a.pem'), cert)
  writeFileSync(join(folder, 'a.key'), key)
  const port = await freePort()
  const text = `
version: 1
listen: {agents: '127.0.0.1:0', console: '127.0.0.1:${port}'}
console:
  origin: https://localhost:${port}
  tls: {certificate: a.pem, key: a.key}
  openid: {issuer: 'https://id.example.com', clientId: a, clientSecret: b, people: {a@b.c: ann}}
`
  const configuration = readConfiguration(text, join(folder, 'holdpoint.yaml'), providers)
  const faults: unknown[] = []
  const report = (fault: unknown): void => void faults.push(fault)
  const state = await openState(configuration, { environment: {}, passphrase: null, report })
  t.after(() => state.close())
  const gate = await startGate(state)
  try {
    assert.equal(gate.console, `https://localhost:${port}`)
    assert.equal(await means(port, cert), '{"openid":"https://id.example.com"}')
  } finally {
    await gate.stop()
  }
  assert.deepEqual(faults, [])
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function means(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host: `localhost:${port}` }
    const asked = { host: '127.0.0.1', port, path: '/api/sign-in/means', headers, agent: false }
    get({ ...asked, ca, servername: 'localhost' }, (reply) => {
      let text = ''
      reply.on('data', (part) => (text += String(part)))
      reply.on('end', () => resolve(text))
    }).on('error', reject)
  })
}
