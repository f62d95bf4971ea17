import assert from 'node:assert/strict'
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { test } from 'node:test'

import { checkpointText, openCheckpoint } from './checkpoint.ts'
import { emptyRoot, hashLeaf } from './merkle.ts'
import { createNoteSigner, createNoteVerifier, encodeSigningKey } from './note.ts'

const seed = Buffer.alloc(32, 7)
const signer = createNoteSigner(encodeSigningKey('example.com/log', seed))
const verifier = createNoteVerifier(signer.vkey)
const text = 'example.com/log\n1\n' + Buffer.alloc(32, 1).toString('base64') + '\n'

test('the verifier key of the specification is read, and its check value checked', () => {
  const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
  assert.equal(createNoteVerifier(vkey).name, 'example.com/foo')
  const broken = [
    vkey.replace('530d903a', '530d903b'),
    vkey.replace('example.com/foo', 'example.com/fop'),
    vkey.replace('AekyeRrm', 'BekyeRrm'),
    `${vkey}=`,
    vkey.slice(0, -4),
    '',
    'a+b+c',
  ]
  for (const other of broken) {
    assert.throws(() => createNoteVerifier(other), { code: 'ledger-vkey' }, other)
  }
})

test('a signed note opens to its text, and has the form of the specification', () => {
  const note = signer.sign(text)
  assert.match(
    note,
    /^example\.com\/log\n1\n[^\n]+\n\n\u2014 example\.com\/log [A-Za-z0-9+/]+=*\n$/,
  )
  assert.equal(verifier.open(note), text)
  assert.equal(signer.sign(text), note, 'the same text is never signed in two ways')
})

test('the signature is plain Ed25519 over the text', () => {
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const payload = Buffer.from(signer.sign(text).trimEnd().split(' ').at(-1) ?? '', 'base64')
  assert.deepEqual(payload.subarray(4), sign(null, Buffer.from(text), key))
  const [name, hash, encoded = ''] = signer.vkey.split('+')
  const digest = createHash('sha256').update(`${name}\n`).update(Buffer.from(encoded, 'base64'))
  assert.equal(digest.digest('hex').slice(0, 8), hash)
  assert.equal(payload.subarray(0, 4).toString('hex'), hash)
})

test('no byte of a note can be changed, left out or doubled', () => {
  const note = Buffer.from(signer.sign(text))
  for (let i = 0; i < note.length; i++) {
    for (const mask of [1, 0x20, 0x80]) {
      const flipped = Buffer.from(note)
      flipped[i] = (flipped[i] ?? 0) ^ mask
      assert.throws(() => verifier.open(flipped.toString()), { code: 'ledger-forged' }, `byte ${i}`)
    }
    const shorter = Buffer.concat([note.subarray(0, i), note.subarray(i + 1)])
    assert.throws(() => verifier.open(shorter.toString()), { code: 'ledger-forged' }, `byte ${i}`)
  }
})

test('other signatures are ignored; none of ours, or a wrong one of ours, refuses the note', () => {
  const other = createNoteSigner(encodeSigningKey('witness.example', Buffer.alloc(32, 8)))
  const line = (note: string): string => note.slice(note.lastIndexOf('\n\n') + 2)
  const note = signer.sign(text)
  assert.equal(verifier.open(note + line(other.sign(text))), text)
  assert.equal(verifier.open(`${text}\n${line(other.sign(text))}${line(note)}`), text)
  const refused = [
    other.sign(text),
    note + line(signer.sign('another\ntext\n')),
    note + line(note),
    note + 'no signature\n',
    text,
    '',
    `${note}\n`,
    note.replaceAll('\n', '\r\n'),
  ]
  for (const wrong of refused) assert.throws(() => verifier.open(wrong), { code: 'ledger-forged' })
})

test('a signing key is read back, or refused without being shown', () => {
  const key = encodeSigningKey('a.example', seed)
  assert.match(key, /^PRIVATE\+KEY\+a\.example\+[0-9a-f]{8}\+/)
  for (const broken of [key.slice(0, -1), key.replace('a.example', 'b.example'), 'secret', '']) {
    assert.throws(
      () => createNoteSigner(broken),
      (fault: Error & { code?: string }) =>
        fault.code === 'ledger-key' && (broken === '' || !fault.message.includes(broken)),
    )
  }
  for (const name of ['with space', 'with+plus', '', 'new\nline']) {
    assert.throws(() => encodeSigningKey(name, seed), { code: 'ledger-origin' })
  }
})

test('a checkpoint is three lines of one log', () => {
  const root = hashLeaf(Buffer.from('x'))
  const origin = 'example.com/log'
  const body = checkpointText({ origin, size: 12, root })
  const { size, root: read } = openCheckpoint(signer.sign(body), verifier)
  assert.deepEqual([size, Buffer.from(read)], [12, Buffer.from(root)])
  const base64 = Buffer.from(root).toString('base64')
  const empty = Buffer.from(emptyRoot).toString('base64')
  assert.equal(openCheckpoint(signer.sign(`${origin}\n0\n${empty}\n`), verifier).size, 0)
  const malformed = [
    `other.example\n12\n${base64}\n`,
    `${origin}\n012\n${base64}\n`,
    `${origin}\n-1\n${base64}\n`,
    `${origin}\n1e3\n${base64}\n`,
    `${origin}\n99999999999999999999\n${base64}\n`,
    `${origin}\n0\n${base64}\n`,
    `${origin}\n12\n${base64.slice(4)}\n`,
    `${origin}\n12\n${base64.replace('=', '')}\n`,
    `${origin}\n12\n${base64}\nan extension\n`,
    `${origin}\n12\n`,
  ]
  for (const wrong of malformed) {
    assert.throws(() => openCheckpoint(signer.sign(wrong), verifier), { code: 'ledger-malformed' })
  }
})
