// Where the hook keeps what it runs on: a folder of the user's own, which nobody else may enter.
//   client        what agents run: a small program, or a script
//   daemon.sock   the resident daemon
//   compiled/     what Node has compiled of this
//   sessions/     what was refused in which conversation
//   backups/      settings files of agents as they were
//   installed.json  what was changed where
import { lstatSync, mkdirSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

import { Fault } from '../domain/fault.ts'

export interface HookPlace {
  readonly folder: string
  readonly client: string
  readonly socket: string
  readonly compiled: string
  readonly sessions: string
  readonly backups: string
  readonly installed: string
}

/** `sun_path` of the systems that we know takes 104 bytes at least, with an end and a suffix. */
const socketPathBytesMax = 90

export function hookPlace(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): HookPlace {
  const { XDG_STATE_HOME } = environment
  const own = XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)
  const folder = join(own ? XDG_STATE_HOME : join(home, '.local/state'), 'holdpoint/hook')
  const socket = join(folder, 'daemon.sock')
  if (Buffer.byteLength(socket) > socketPathBytesMax) {
    const says = `\`${folder}\` is too long for a socket; set XDG_STATE_HOME to a shorter folder`
    throw new Fault('hook-place', says)
  }
  return {
    ...{ folder, socket },
    client: join(folder, 'client'),
    compiled: join(folder, 'compiled'),
    sessions: join(folder, 'sessions'),
    backups: join(folder, 'backups'),
    installed: join(folder, 'installed.json'),
  }
}

/** Makes the folder where it is missing; throws a Fault where others could reach into it. */
export function openHookPlace(place: HookPlace, user: number | null): void {
  mkdirSync(place.folder, { recursive: true, mode: 0o700 })
  for (const folder of [place.sessions, place.backups])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  checkHookFolder(place.folder, user)
}

/**
 * Ours, entered by nobody else, and in folders that nobody else may rename: who could put another
 * socket in its place could answer for it.
 */
export function checkHookFolder(folder: string, user: number | null): void {
  const own = lstatSync(folder)
  if (!own.isDirectory()) throw notSafe(folder, 'is no folder')
  if (user !== null && own.uid !== user) throw notSafe(folder, 'belongs to somebody else')
  if ((own.mode & 0o077) !== 0) throw notSafe(folder, 'can be entered by others')
  for (let above = dirname(folder); ; above = dirname(above)) {
    const { mode, uid } = statSync(above)
    const sticky = (mode & 0o1000) !== 0
    if ((mode & 0o002) !== 0 && !sticky) throw notSafe(above, 'can be written by everybody')
    if (user !== null && uid !== user && uid !== 0) throw notSafe(above, 'belongs to somebody else')
    if (above === dirname(above)) return
  }
}

function notSafe(folder: string, why: string): Fault {
  return new Fault('hook-place', `\`${folder}\` ${why}, so that hooks could be answered by others`)
}

/** A socket of this user, and a socket; false for none, and for whatever else stands there. */
export function isOwnSocket(path: string, user: number | null): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isSocket() === true && (user === null || found.uid === user)
}
