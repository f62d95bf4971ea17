// What an auditor has: an exported file, the ledger's key, and RFC 6962. Nothing of Holdpoint's.
import assert from 'node:assert/strict'
import { createHash, createPublicKey, verify } from 'node:crypto'

export interface ExportedFile {
  readonly format: string
  readonly exported: Readonly<{ at: string; by: string }>
  readonly incident: Readonly<{ entries: number }>
  readonly ledger: Readonly<{ checkpoint: string; vkey: string }>
  readonly entries: readonly ExportedEntry[]
  readonly unproven: readonly number[]
}

export interface ExportedEntry {
  readonly index: number
  readonly entry: string
  readonly leaf: string
  readonly proof: string | null
}

/** Throws where anything in the file does not lead to the signed root. */
export function checkEvidence(file: ExportedFile, vkey: string): void {
  assert.equal(file.format, 'holdpoint/evidence/1')
  assert.equal(file.incident.entries, file.entries.length)
  const { size, root } = openNote(file.ledger.checkpoint, vkey)
  for (const entry of file.entries) {
    assert.equal((JSON.parse(entry.entry) as { index: number }).index, entry.index)
    const leaf = sha256(Buffer.concat([Buffer.from([0]), Buffer.from(entry.entry)]))
    assert.equal(leaf.toString('hex'), entry.leaf)
    if (entry.proof === null) {
      assert.ok(file.unproven.includes(entry.index))
      continue
    }
    const [head = '', ...rest] = entry.proof.split('\n\n')
    assert.equal(rest.join('\n\n'), file.ledger.checkpoint)
    const [header, index, ...path] = head.split('\n')
    assert.equal(header, 'c2sp.org/tlog-proof@v1')
    assert.equal(index, `index ${entry.index}`)
    const hashes = path.map((line) => Buffer.from(line, 'base64'))
    assert.deepEqual(rootFrom(leaf, entry.index, size, hashes), root, `entry ${entry.index}`)
  }
}

/** C2SP signed-note and tlog-checkpoint, one Ed25519 signature. */
function openNote(note: string, vkey: string): { size: number; root: Buffer } {
  const [name = '', id = '', encoded = ''] =
    vkey.split('+').length === 3 ? vkey.split('+') : splitKey(vkey)
  const split = note.lastIndexOf('\n\n')
  const text = note.slice(0, split + 1)
  const line = note.slice(split + 2).trimEnd()
  const [, signer = '', signature = ''] = /^— (\S+) (\S+)$/.exec(line) ?? []
  assert.equal(signer, name)
  const signed = Buffer.from(signature, 'base64')
  assert.equal(signed.subarray(0, 4).toString('hex'), id)
  const raw = Buffer.from(encoded, 'base64').subarray(1)
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
  assert.ok(verify(null, Buffer.from(text), key, signed.subarray(4)), 'the signature verifies')
  const [origin, size = '', root = ''] = text.split('\n')
  assert.equal(origin, name)
  return { size: Number(size), root: Buffer.from(root, 'base64') }
}

/** Base64 may hold `+`: the name has none, and the id is the next piece. */
function splitKey(vkey: string): readonly string[] {
  const [name = '', id = ''] = vkey.split('+')
  return [name, id, vkey.slice(name.length + id.length + 2)]
}

/** RFC 9162 2.1.3.2, which is RFC 6962's tree. */
function rootFrom(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | null {
  if (index >= size) return null
  let [at, last] = [index, size - 1]
  let hash = leaf
  for (const sibling of path) {
    if (last === 0) return null
    if (at % 2 === 1 || at === last) {
      hash = node(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
    } else hash = node(hash, sibling)
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 ? hash : null
}

function node(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([Buffer.from([1]), left, right]))
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
