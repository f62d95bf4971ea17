import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { Fault } from '../domain/fault.ts'
import * as scram from './scram.ts'
import { saslPrepare } from './saslprep.ts'

const utf8 = (text: string): Uint8Array => Buffer.from(text)
const isFault = (fault: unknown): boolean => fault instanceof Fault && fault.code === 'scram'

// RFC 7677, 3: user `user`, password `pencil`.
const nonce = 'rOprNGfwEbeRWgbNEkqO'
const serverNonce = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const salt = { salt: Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), iterations: 4096 }
const clientFirst = `n,,n=user,r=${nonce}`
const serverFirst = `r=${nonce}${serverNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`
const clientFinal = `c=biws,r=${nonce}${serverNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`
const serverFinal = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='

function server(endpoint: Uint8Array | null = null): scram.ScramServer {
  return scram.createScramServer({ ...salt, nonce: serverNonce, endpoint })
}

test('the server of RFC 7677', () => {
  const side = server()
  assert.equal(side.begin('SCRAM-SHA-256', utf8(clientFirst)), serverFirst)
  const { authMessage, proof } = side.end(utf8(clientFinal))
  const verifier = scram.scramVerifier('pencil', salt)
  assert.ok(scram.scramProves(verifier, authMessage, proof))
  assert.ok(!scram.scramProves(scram.scramVerifier('pencils', salt), authMessage, proof))
  assert.ok(!scram.scramProves(verifier, `${authMessage} `, proof))
  assert.ok(!scram.scramProves(verifier, authMessage, proof.subarray(1)))
  const signature = Buffer.from(scram.scramServerSignature(verifier, authMessage))
  assert.equal(`v=${signature.toString('base64')}`, serverFinal)
})

async function agree(
  password: string,
  verifier: scram.ScramVerifier,
  ends: Readonly<{ client: Uint8Array | null; server: Uint8Array | null; offered?: string[] }>,
): Promise<string> {
  const mechanisms = ends.offered ?? scram.scramMechanisms(ends.server)
  const client = scram.createScramClient({
    ...{ password, nonce, mechanisms, endpoint: ends.client },
  })
  const side = server(ends.server)
  const first = side.begin(client.mechanism, utf8(client.first))
  const { authMessage, proof } = side.end(utf8(await client.answer(utf8(first))))
  assert.ok(scram.scramProves(verifier, authMessage, proof))
  const signature = Buffer.from(scram.scramServerSignature(verifier, authMessage))
  client.finish(utf8(`v=${signature.toString('base64')}`))
  return client.mechanism
}

test('client and server agree, and bind the channel where both can', async () => {
  const verifier = scram.scramVerifier('pencil', salt)
  const one = Buffer.alloc(32, 1)
  const two = Buffer.alloc(32, 2)
  const plain = { client: null, server: null }
  assert.equal(await agree('pencil', verifier, plain), 'SCRAM-SHA-256')
  assert.equal(await agree('pencil', verifier, { client: one, server: null }), 'SCRAM-SHA-256')
  assert.equal(await agree('pencil', verifier, { client: null, server: one }), 'SCRAM-SHA-256')
  assert.equal(await agree('pencil', verifier, { client: one, server: one }), 'SCRAM-SHA-256-PLUS')
  // Someone in between, with a certificate of their own.
  await assert.rejects(agree('pencil', verifier, { client: one, server: two }), isFault)
  // Someone in between, who takes the offer away.
  const stripped = { client: one, server: one, offered: ['SCRAM-SHA-256'] }
  await assert.rejects(agree('pencil', verifier, stripped), isFault)
})

test('a server that does not know the password is found out', async () => {
  const client = scram.createScramClient({
    ...{ password: 'pencil', nonce, mechanisms: ['SCRAM-SHA-256'], endpoint: null },
  })
  await client.answer(utf8(serverFirst))
  assert.throws(() => client.finish(utf8(serverFinal)), isFault, 'the name is not in our exchange')
  assert.throws(() => client.finish(utf8('e=other-error')), isFault)
})

test('what a server may not ask of a client', async () => {
  const lies = [
    'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
    `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1`,
    `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999`,
    `r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ=,i=4096`,
    `r=${nonce}x,i=4096`,
    `m=x,r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
  ]
  for (const lie of lies) {
    const client = scram.createScramClient({
      ...{ password: 'pencil', nonce, mechanisms: ['SCRAM-SHA-256'], endpoint: null },
    })
    await assert.rejects(client.answer(utf8(lie)), isFault, lie)
  }
})

test('what a client may not send', () => {
  const firsts = [
    'n,a=admin,n=,r=abc',
    'n,,m=x,n=,r=abc',
    'p=tls-unique,,n=,r=abc',
    'p=tls-server-end-point,,n=,r=abc',
    'n,,n=,r=',
    `n,,n=,r=${'a'.repeat(257)}`,
    'n,,n=,r=\u0001',
    'n,,r=abc',
    '',
  ]
  for (const first of firsts) {
    assert.throws(() => server().begin('SCRAM-SHA-256', utf8(first)), isFault, first)
  }
  assert.throws(() => server().begin('SCRAM-SHA-1', utf8(clientFirst)), isFault)
  assert.throws(() => server().begin('SCRAM-SHA-256-PLUS', utf8(clientFirst)), isFault)
  assert.throws(
    () => server(Buffer.alloc(32)).begin('SCRAM-SHA-256-PLUS', utf8(clientFirst)),
    isFault,
  )
  assert.throws(() => server().end(utf8(clientFinal)), isFault)
  const finals = [
    clientFinal.replace('c=biws', 'c=eSws'),
    clientFinal.replace('%hv', '%hw'),
    clientFinal.replace('VQ=', 'VR='),
    clientFinal.replace(',p=', ',p=AA'),
    `${clientFinal},x=1`,
    '',
  ]
  for (const final of finals) {
    const side = server()
    side.begin('SCRAM-SHA-256', utf8(clientFirst))
    assert.throws(() => side.end(utf8(final)), isFault, final)
  }
})

test('passwords are prepared as PostgreSQL does', () => {
  const rows: readonly (readonly [given: string, prepared: string])[] = [
    ['I\u00adX', 'IX'],
    ['user', 'user'],
    ['\u00aa', 'a'],
    ['\u2168', 'IX'],
    // Cannot be prepared: used raw.
    ['\u2168\u0007', '\u2168\u0007'],
    ['\u0627\u0031', '\u0627\u0031'],
    ['\u2168\u{1f600}', '\u2168\u{1f600}'],
    // ASCII is not looked at.
    ['a\u0007b', 'a\u0007b'],
    ['a\u00a0b', 'a b'],
    ['e\u0301', '\u00e9'],
  ]
  for (const [given, prepared] of rows) assert.equal(saslPrepare(given), prepared, given)
})

test('the end point of a certificate that is none is none', () => {
  assert.equal(scram.endpointOf(new Uint8Array()), null)
  assert.equal(scram.endpointOf(Buffer.from('3003020101', 'hex')), null)
  const oid = '06082a8648ce3d040303'
  const certificate = Buffer.from(`3010 3002 0500 300a ${oid}`.replace(/ /g, ''), 'hex')
  assert.deepEqual(scram.endpointOf(certificate), createHash('sha384').update(certificate).digest())
})
