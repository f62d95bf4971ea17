// Taking a value out of a file: exactly that value, the rest byte for byte, whole or not at all. No
// copy of the file as it was is kept: the value is in the vault, and the rest is still there.
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

import { Concealed } from '../domain/concealed.ts'
import { syncFolder } from '../system/durable-file.ts'
import { fingerprintOf } from './collect.ts'
import type { FileOnDisk, Finding, Place } from './finding.ts'
import { findInText } from './text.ts'

/** A place from which a value can be taken, with the value for the vault. */
export interface Movable {
  readonly value: Concealed
  /**
   * Puts `instead` where the value stands. Returns how often it stood there; or why the file was
   * left as it is.
   */
  replace(instead: string): Replaced
}

export type Replaced =
  Readonly<{ kind: 'replaced'; times: number }> | Readonly<{ kind: 'refused'; why: string }>

const fileBytesMax = 32 * 2 ** 20
/** Shorter ones may stand elsewhere in a file as something else. */
const alikeCharactersMin = 12

/** Why a place cannot be changed here, and what to do instead; null where it can. */
export function immovable({ source, file, name }: Place): string | null {
  if (source === 'git') {
    return 'it is in the history: replace it at its provider, whoever cloned has it'
  }
  if (source === 'histories' || source === 'transcripts') {
    return 'it was said aloud: replace it at its provider, then delete the lines'
  }
  if (source === 'processes' || source === 'environment') {
    return 'a process holds it: start it again with a lease, and see what set it'
  }
  if (file === null) return 'it is no file'
  if (name.includes('.git/')) return 'git keeps it: `git remote set-url` takes an address without'
  return null
}

/** The value of a finding in a file as it is now; or why it cannot be taken out. */
export function openMovable(
  { path: file, readAs }: FileOnDisk,
  { fingerprint, kind }: Finding,
  { salt, uid }: Readonly<{ salt: Uint8Array; uid: number | null }>,
): Movable | string {
  const opened = readWhole(file, uid)
  if (typeof opened === 'string') return opened
  const { text } = opened
  const spans = findInText(readAs, text)
    .filter(({ form }) => form === 'plain')
    .map(({ span }) => span)
    .filter(({ start, end }) => fingerprintOf(salt, text.slice(start, end)) === fingerprint)
  const [first] = spans
  if (first === undefined) return 'it is encoded there, or no longer there: replace it by hand'
  const value = text.slice(first.start, first.end)
  if (!/^[\x21-\x7e]{1,8192}$/.test(value)) {
    return 'the vault keeps values of one line without spaces: make this one useless instead'
  }
  return {
    value: new Concealed(kind, value),
    replace(instead: string) {
      const times = value.length < alikeCharactersMin ? spans.length : text.split(value).length - 1
      const changed =
        value.length < alikeCharactersMin
          ? spans.reduceRight(
              (rest, { start, end }) => rest.slice(0, start) + instead + rest.slice(end),
              text,
            )
          : text.replaceAll(value, () => instead)
      return write(file, Buffer.from(changed), opened.stamp) ?? { kind: 'replaced', times }
    },
  }
}

interface Stamp {
  readonly mode: number
  readonly stamp: string
}

function readWhole(file: string, uid: number | null): { text: string; stamp: Stamp } | string {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return 'it cannot be opened'
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return 'it is no regular file'
    if (uid !== null && stat.uid !== uid) return 'it belongs to somebody else'
    if (stat.nlink > 1) return 'it has another name, a hard link, which would keep the value'
    if (stat.size > fileBytesMax) return 'it is too large'
    const bytes = readFileSync(descriptor)
    const text = bytes.toString('utf8')
    if (!Buffer.from(text).equals(bytes)) return 'it is not UTF-8: replace the value by hand'
    return { text, stamp: { mode: stat.mode & 0o7777, stamp: stampOf(stat) } }
  } catch {
    return 'it cannot be read'
  } finally {
    closeSync(descriptor)
  }
}

function stampOf({
  ino,
  size,
  mtimeMs,
  ctimeMs,
}: Readonly<{ ino: number; size: number; mtimeMs: number; ctimeMs: number }>): string {
  return [ino, size, mtimeMs, ctimeMs].join('/')
}

/** Null when it is done. */
function write(file: string, bytes: Buffer, { mode, stamp }: Stamp): Replaced | null {
  const beside = `${file}.holdpoint-new`
  try {
    const handle = openSync(beside, 'wx', 0o600)
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
      fchmodSync(handle, mode)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    if (stampOf(lstatSync(file)) !== stamp) {
      rmSync(beside)
      return { kind: 'refused', why: 'it was changed meanwhile: scan again' }
    }
    renameSync(beside, file)
    syncFolder(dirname(file))
    return null
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown'
    if (code !== 'EEXIST') rmSync(beside, { force: true })
    return { kind: 'refused', why: `it cannot be written (${code})` }
  }
}
