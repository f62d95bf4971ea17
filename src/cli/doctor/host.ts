import { randomUUID, X509Certificate } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'

import { showAddress } from '../../configuration/address.ts'
import type { Address } from '../../configuration/address.ts'
import type { Check } from './check.ts'
import { fail, ok, skipped, warn } from './check.ts'

const nodeLeast = [22, 18] as const

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const enough = major > nodeLeast[0] || (major === nodeLeast[0] && minor >= nodeLeast[1])
  if (enough) return ok('node', `Node ${version}`)
  return fail('node', `Node ${version} is too old`, `use Node ${nodeLeast.join('.')} or later`)
}

export function checkFolder(folder: string): Check {
  const found = statSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return skipped('state', `\`${folder}\` is made at the first start`)
  if (!found.isDirectory())
    return fail('state', `\`${folder}\` is no folder`, 'name another `state`')
  if ((found.mode & 0o077) !== 0) {
    return fail('state', `others can look into \`${folder}\``, `chmod 700 ${folder}`)
  }
  return ok('state', folder)
}

/** Writes and takes back more than a fact needs: a full or read-only disk says so here first. */
export function checkDisk(folder: string): Check {
  const file = join(folder, `.doctor-${randomUUID()}`)
  try {
    const handle = openSync(file, 'wx', 0o600)
    try {
      writeSync(handle, Buffer.alloc(262_144, 1))
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    return ok('disk', 'can be written, durably')
  } catch (error) {
    return explainDisk(folder, error instanceof Error && 'code' in error ? error.code : null)
  } finally {
    rmSync(file, { force: true })
  }
}

function explainDisk(folder: string, code: unknown): Check {
  switch (code) {
    case 'ENOENT':
      return skipped('disk', 'there is no state folder yet')
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        'disk',
        `no space is left under \`${folder}\``,
        'make room, then start the gate again',
      )
    case 'EROFS':
      return fail(
        'disk',
        `\`${folder}\` is on a read-only disk`,
        'mount it writable, or move `state`',
      )
    case 'EACCES':
    case 'EPERM':
      return fail('disk', `\`${folder}\` may not be written by you`, 'run as the user who owns it')
    default:
      return fail('disk', `\`${folder}\` cannot be written (${String(code)})`, 'see to the disk')
  }
}

const skewMilliseconds = 60_000

/** A clock that was turned back keeps expired things expired, but dates everything wrongly. */
export function checkClock(now: number, lastEntry: string | null): Check {
  if (now < Date.UTC(2026, 0, 1)) {
    return fail('clock', `it says ${new Date(now).toISOString()}`, 'set the clock')
  }
  if (lastEntry !== null && Date.parse(lastEntry) > now + skewMilliseconds) {
    return fail(
      'clock',
      `the last ledger entry is of ${lastEntry}, which is still to come`,
      'set it',
    )
  }
  return ok('clock', new Date(now).toISOString())
}

export function checkAuthority(state: string, now: number): Check {
  const certificate = join(state, 'ca', 'ca.pem')
  try {
    const { validTo } = new X509Certificate(readFileSync(certificate))
    if (Date.parse(validTo) < now)
      return fail('ca', `ran out on ${validTo}`, `remove ${certificate}`)
    if ((statSync(join(state, 'ca', 'ca-key.pem')).mode & 0o077) !== 0) {
      const says = 'others can read its key; they could pretend to be any host to your agents'
      return fail('ca', says, `remove ${join(state, 'ca')}, start again, and trust the new one`)
    }
    return ok('ca', `valid to ${validTo}`)
  } catch {
    return skipped('ca', 'is made at the first start')
  }
}

/** Whether the gate could listen there. */
export function checkFree(name: string, address: Address): Promise<Check> {
  const shown = showAddress(address)
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.name
      const taken = code === 'EADDRINUSE' ? 'another program listens there' : code
      resolve(fail(name, `${shown}: ${taken}`, `stop it, or change \`listen.${name}\``))
    })
    probe.listen(address.port, address.host, () => {
      probe.close(() => resolve(ok(name, `${shown} is free`)))
    })
  })
}

const answerMilliseconds = 2000

/** Whether something takes connections where the gate says that it listens. */
export function checkAnswers(name: string, shown: string): Promise<Check> {
  const { hostname, port } = new URL(shown.includes('://') ? shown : `http://${shown}`)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port === '' ? 443 : port) })
    const say = (check: Check): void => {
      socket.destroy()
      resolve(check)
    }
    socket.setTimeout(answerMilliseconds, () =>
      say(warn(name, `${shown} is slow`, 'look at its load')),
    )
    socket.once('connect', () => say(ok(name, `${shown} answers`)))
    socket.once('error', () =>
      say(fail(name, `${shown} takes no connection`, 'see what the gate prints')),
    )
  })
}
