// What of this machine and of a home there is, and so can be shown.
import {
  existsSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { rootCertificates } from 'node:tls'

import { Fault } from '../domain/fault.ts'
import { kernelFiles, systemFacts, systemFolders, toolFolders, trustStores } from './places.ts'
import type { SystemFolder } from './plan.ts'

export function systemHere(): readonly SystemFolder[] {
  const found: SystemFolder[] = []
  for (const path of [...systemFolders, ...systemFacts]) {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat?.isSymbolicLink() === true && !path.startsWith('/run/')) {
      found.push({ kind: 'link', path, to: readlinkSync(path) })
    } else if (stat !== undefined) found.push({ kind: 'folder', path })
  }
  return found
}

const secretFiles = ['shadow', 'shadow-', 'gshadow', 'gshadow-', 'sudoers', 'krb5.keytab']
const secretFolders = [
  ...['sudoers.d', 'ssh', 'ssl/private', 'kubernetes', 'rancher', 'docker', 'wireguard', 'openvpn'],
  ...[
    'NetworkManager',
    'letsencrypt',
    'ipsec.d',
    'ppp',
    'containers',
    'cni',
    'vault.d',
    'consul.d',
  ],
]
const unreadableMax = 20_000

/** Files and folders of the system that no agent has business with; root could read them. */
export function secretsHere(uid: number): Readonly<{ files: string[]; folders: string[] }> {
  const inEtc = (name: string): string => join('/etc', name)
  const files = [...kernelFiles, ...secretFiles.map(inEtc)].filter(isThere)
  const folders = secretFolders.map(inEtc).filter(isThere)
  if (uid !== 0) return { files, folders }
  const waiting = ['/etc']
  let count = 0
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (++count > unreadableMax) return { files, folders }
      const path = join(folder, entry.name)
      if (folders.includes(path) || files.includes(path)) continue
      const { mode } = lstatSync(path)
      if (entry.isDirectory()) {
        if ((mode & 0o005) === 0o005) waiting.push(path)
        else folders.push(path)
      } else if (entry.isFile() && (mode & 0o004) === 0) files.push(path)
    }
  }
  return { files, folders }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === false
}

/** Absolute, as they are named in the home. */
export function toolsHere(home: string, more: readonly string[]): readonly string[] {
  return [...toolFolders, ...more]
    .map((name) => join(home, name))
    .filter((path) => existsSync(path))
}

/** The stores that are there, by the file that they are in the end. */
export function trustStoresHere(): readonly string[] {
  const files = trustStores.filter((path) => existsSync(path)).map((path) => realpathSync(path))
  return [...new Set(files)].filter((path) => /^\/(etc|usr)\//.test(path))
}

/** All that this machine trusts, and the gate. */
export function bundleOf(authority: string, stores: readonly string[]): string {
  const [store] = stores
  const known = store === undefined ? rootCertificates.join('\n') : readFileSync(store, 'utf8')
  return `${known.trimEnd()}\n${authority.trimEnd()}\n`
}

/** The file that `/etc/resolv.conf` is in the end; null where there is none to lie over. */
export function resolverFile(): string | null {
  const path = '/etc/resolv.conf'
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  return stat.isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : path
}

export interface FoundProgram {
  readonly path: string
  /** what must be shown beside the tools for it to be there; null for nothing */
  readonly show: string | null
}

/** A program as the caller's shell would find it. */
export function findProgram(
  name: string,
  cwd: string,
  path: string,
  visible: (path: string) => boolean,
): FoundProgram {
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : path.split(':').map((folder) => resolve(cwd, folder, name))
  const found = candidates.find(isProgram)
  if (found === undefined) {
    throw new Fault('run-no-program', `there is no program \`${name}\` here; is it on the PATH?`)
  }
  const real = realpathSync(found)
  if (visible(found) && visible(real)) return { path: found, show: null }
  const show = /^(.*\/node_modules)\//.exec(real)?.[1] ?? dirname(real)
  return { path: visible(found) ? found : real, show }
}

function isProgram(path: string): boolean {
  try {
    const stat = lstatSync(realpathSync(path))
    return stat.isFile() && (stat.mode & 0o111) !== 0
  } catch {
    return false
  }
}

/** The repository that a work tree is only a part of: of `git worktree`, or of a module. */
export function repositoryBeside(workTree: string): string | null {
  try {
    const pointer = readFileSync(join(workTree, '.git'), 'utf8')
    const [, to] = /^gitdir: (.+)$/m.exec(pointer) ?? []
    if (to === undefined) return null
    const own = realpathSync(resolve(workTree, to))
    const shared = join(own, 'commondir')
    const folder = existsSync(shared)
      ? realpathSync(resolve(own, readFileSync(shared, 'utf8').trim()))
      : own
    return existsSync(join(folder, 'objects')) && basename(folder) !== '' ? folder : null
  } catch {
    return null
  }
}
