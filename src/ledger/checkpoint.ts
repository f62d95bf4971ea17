// C2SP tlog-checkpoint: three lines, origin, size and base64 root, in a signed note. Extension
// lines are not recommended by the specification, not written here, and refused when read.
// https://c2sp.org/tlog-checkpoint
import { Fault } from '../domain/fault.ts'
import { equal, emptyRoot, hashBytes } from './merkle.ts'
import type { Hash } from './merkle.ts'
import { decodeBase64 } from './note.ts'
import type { NoteVerifier } from './note.ts'

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** The genuine checkpoint in a signed note, or throws. A log signs under its origin's name. */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint {
  const checkpoint = parseCheckpoint(verifier.open(note))
  if (checkpoint.origin !== verifier.name) {
    throw malformed(`it is of \`${checkpoint.origin}\`, not of \`${verifier.name}\``)
  }
  return checkpoint
}

function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.split('\n')
  if (rest.length !== 1 || rest[0] !== '') throw malformed('it does not have three lines')
  const size = Number(sizeText)
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText) || !Number.isSafeInteger(size)) {
    throw malformed('its size is no number')
  }
  const root = decodeBase64(rootText)
  if (root?.length !== hashBytes) throw malformed('its root is no hash')
  if (size === 0 && !equal(root, emptyRoot)) throw malformed('its empty tree has a root of its own')
  return { origin, size, root }
}

function malformed(why: string): Fault {
  return new Fault('ledger-malformed', `the checkpoint cannot be read: ${why}`)
}
