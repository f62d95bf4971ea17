// C2SP tlog-proof: `c2sp.org/tlog-proof@v1`, the index, the inclusion proof from the leaf's sibling
// up, an empty line, the checkpoint. C2SP tlog-policy says whom to believe. https://c2sp.org/tlog-
// proof
import { setImmediate } from 'node:timers/promises'

import { Fault } from '../domain/fault.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { openLogFiles } from './log-files.ts'
import type { LogFiles } from './log-files.ts'
import {
  Frontier,
  consistencyProof,
  equal,
  hashBytes,
  hashLeaf,
  inclusionProof,
  isConsistent,
  rootFromInclusion,
} from './merkle.ts'
import type { Hash, NodeAt } from './merkle.ts'
import { createNoteVerifier } from './note.ts'
import { decodeBundle, hashOf, levelWidth, tilePath, tileWidth } from '../wire/tiles.ts'

export interface EntryProof {
  readonly index: number
  readonly size: number
  /** the entry's bytes: what is proven to be in the ledger */
  readonly entry: Uint8Array
  /** a `.tlog-proof` file */
  readonly proof: string
  /** a tlog-policy file: the ledger's own key, and no witness */
  readonly policy: string
}

/** Several entries under one checkpoint. */
export interface EntryProofs {
  readonly size: number
  /** the signed checkpoint that each proof ends with */
  readonly note: string
  readonly proofs: readonly EntryProof[]
}

/**
 * Proofs from a published folder. Each is checked against the signed root before it is given out.
 */
export interface Prover {
  /** the checkpoint that is in the folder now */
  checkpoint(): Promise<Checkpoint>
  entry(index: number): Promise<EntryProof>
  /** of those that the checkpoint covers, in order; each file is read once. Yields to the loop. */
  entries(indices: readonly number[]): Promise<EntryProofs>
  inclusion(index: number, size: number): Promise<readonly Hash[]>
  /** that the tree at `size` extends the one at `older` */
  consistency(older: number, size: number): Promise<readonly Hash[]>
}

export function createProver(folder: string, vkey: string): Prover {
  const files = openLogFiles(folder)
  const verifier = createNoteVerifier(vkey)

  async function readNote(): Promise<string> {
    const note = await files.read('checkpoint')
    if (note === null)
      throw new Fault('ledger-empty', `\`${folder}\` has no checkpoint yet; wait a second`)
    return Buffer.from(note).toString()
  }

  async function checkpoint(): Promise<Checkpoint> {
    return openCheckpoint(await readNote(), verifier)
  }

  async function inclusion(index: number, size: number): Promise<readonly Hash[]> {
    const newest = await checkpoint()
    checkRange(index, size - 1, 'entry')
    checkRange(size, newest.size, 'size')
    const proof = await withNodes(files, newest.size, (nodeAt) =>
      inclusionProof(index, size, nodeAt),
    )
    const leaf = await withNodes(files, newest.size, (nodeAt) => nodeAt(0, index))
    const root = rootFromInclusion(leaf, index, size, proof)
    await checkRoot(files, newest, { size, root })
    return proof
  }

  async function consistency(older: number, size: number): Promise<readonly Hash[]> {
    const newest = await checkpoint()
    checkRange(older, size, 'size')
    checkRange(size, newest.size, 'size')
    const roots = [older, size].map((each) => rootAt(files, newest.size, each))
    const [olderRoot, root] = await Promise.all(roots)
    const proof = await withNodes(files, newest.size, (nodeAt) =>
      consistencyProof(older, size, nodeAt),
    )
    await checkRoot(files, newest, { size, root: root ?? null })
    if (olderRoot === undefined || root === undefined) throw damaged()
    if (!isConsistent({ size: older, root: olderRoot }, { size, root }, proof)) throw damaged()
    return proof
  }

  async function entry(index: number): Promise<EntryProof> {
    const note = await readNote()
    const newest = openCheckpoint(note, verifier)
    const { size } = newest
    checkRange(index, size - 1, 'entry')
    return prove({ note, vkey, ...newest }, index, createNodes(files, size))
  }

  async function entries(indices: readonly number[]): Promise<EntryProofs> {
    const note = await readNote()
    const newest = openCheckpoint(note, verifier)
    const { size } = newest
    const nodes = createNodes(files, size)
    const proofs: EntryProof[] = []
    for (const index of [...indices].sort((a, b) => a - b)) {
      if (index >= size) break
      proofs.push(await prove({ note, vkey, ...newest }, index, nodes))
      if (proofs.length % provenInOneTurn === 0) await setImmediate()
    }
    return { size, note, proofs }
  }

  return { checkpoint, entry, entries, inclusion, consistency }
}

interface Signed extends Checkpoint {
  readonly note: string
  readonly vkey: string
}

/** Checked against the signed root before it is given out. */
async function prove(signed: Signed, index: number, nodes: Nodes): Promise<EntryProof> {
  const { note, vkey, size, root } = signed
  const proof = await nodes.compute((nodeAt) => inclusionProof(index, size, nodeAt))
  const bytes = await nodes.entry(index)
  const reached = rootFromInclusion(hashLeaf(bytes), index, size, proof)
  if (reached === null || !equal(reached, root)) throw damaged()
  const lines = proof.map((hash) => Buffer.from(hash).toString('base64') + '\n').join('')
  return {
    index,
    size,
    entry: bytes,
    proof: `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines}\n${note}`,
    policy: `log ${vkey}\nquorum none\n`,
  }
}

function checkRange(value: number, max: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return
  throw new Fault('ledger-range', `there is no ${what} ${value}; the highest is ${max}`)
}

/** What is asked for may be an older size: it must be the beginning of what is signed. */
async function checkRoot(
  files: LogFiles,
  newest: Checkpoint,
  { size, root }: { size: number; root: Hash | null },
): Promise<void> {
  if (root === null) throw damaged()
  const proof = await withNodes(files, newest.size, (nodeAt) =>
    consistencyProof(size, newest.size, nodeAt),
  )
  if (!isConsistent({ size, root }, newest, proof)) throw damaged()
}

async function rootAt(files: LogFiles, treeSize: number, size: number): Promise<Hash> {
  return withNodes(files, treeSize, (nodeAt) => {
    const frontier = new Frontier()
    for (let level = 52; level >= 0; level--) {
      if (Math.floor(size / 2 ** level) % 2 === 0) continue
      frontier.appendSubtree(level, nodeAt(level, frontier.size / 2 ** level))
    }
    return frontier.root()
  })
}

class Missing extends Error {
  readonly level: number
  readonly index: number

  constructor(level: number, index: number) {
    super('a tile is still to be read')
    this.level = level
    this.index = index
  }
}

const provenInOneTurn = 16

/** What was read of a log at one size, so that nothing is read or hashed twice. */
interface Nodes {
  compute<T>(work: (nodeAt: NodeAt) => T): Promise<T>
  entry(index: number): Promise<Uint8Array>
}

function createNodes(files: LogFiles, size: number): Nodes {
  const tiles = new Map<string, Uint8Array>()
  const known = new Map<string, Hash>()
  let bundle: Readonly<{ at: number; entries: readonly Uint8Array[] }> | null = null

  function nodeAt(level: number, index: number): Hash {
    const name = `${level}/${index}`
    const node = known.get(name) ?? nodeIn(tiles, level, index)
    known.set(name, node)
    return node
  }

  /** Runs a computation over nodes until all the tiles that it needs have been read. */
  async function compute<T>(work: (nodeAt: NodeAt) => T): Promise<T> {
    for (;;) {
      try {
        return work(nodeAt)
      } catch (missing) {
        if (!(missing instanceof Missing)) throw missing
        const { level, index } = missing
        tiles.set(`${level}/${index}`, await readTile(files, size, level, index))
      }
    }
  }

  async function entry(index: number): Promise<Uint8Array> {
    const at = Math.floor(index / tileWidth)
    if (bundle?.at !== at) bundle = { at, entries: await readBundle(files, at, size) }
    const found = bundle.entries[index % tileWidth]
    if (found === undefined) throw damaged()
    return found
  }

  return { compute, entry }
}

function withNodes<T>(files: LogFiles, size: number, work: (nodeAt: NodeAt) => T): Promise<T> {
  return createNodes(files, size).compute(work)
}

/** A node of the binary tree, from the tile that its subtree begins in. */
function nodeIn(tiles: ReadonlyMap<string, Uint8Array>, level: number, index: number): Hash {
  const tileLevel = Math.floor(level / 8)
  const count = 2 ** (level % 8)
  const first = index * count
  const tileIndex = Math.floor(first / tileWidth)
  const tile = tiles.get(`${tileLevel}/${tileIndex}`)
  if (tile === undefined) throw new Missing(tileLevel, tileIndex)
  const frontier = new Frontier()
  for (let i = 0; i < count; i++) frontier.append(hashOf(tile, (first % tileWidth) + i))
  return frontier.root()
}

async function readTile(
  files: LogFiles,
  size: number,
  level: number,
  index: number,
): Promise<Uint8Array> {
  const width = Math.min(tileWidth, levelWidth(level, size) - index * tileWidth)
  const bytes =
    (await files.read(tilePath({ level, index, width }))) ??
    (await files.read(tilePath({ level, index, width: tileWidth })))
  if (bytes === null || bytes.length < width * hashBytes) throw damaged()
  return bytes
}

async function readBundle(
  files: LogFiles,
  bundle: number,
  size: number,
): Promise<readonly Uint8Array[]> {
  for (const width of [Math.min(tileWidth, size - bundle * tileWidth), tileWidth]) {
    const bytes = await files.read(tilePath({ level: 'entries', index: bundle, width }))
    if (bytes !== null) return decodeBundle(bytes, width)
  }
  throw damaged()
}

function damaged(): Fault {
  return new Fault(
    'ledger-damaged',
    'the files do not lead to the signed root; `holdpoint ledger verify` says which',
  )
}
