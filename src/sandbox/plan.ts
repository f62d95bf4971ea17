// A description of what an agent may see, as arguments of bwrap. Later mounts lie over earlier
// ones, so the order is the argument: what is hidden or fixed comes after what it is in.

export interface Description {
  readonly uid: number
  readonly gid: number
  /** system folders as they are; a link where `/bin` is one */
  readonly system: readonly SystemFolder[]
  /** files of the system seen as nothing */
  readonly blank: readonly string[]
  /** absolute; begins empty */
  readonly home: string
  /** in the home, the agent's own */
  readonly kept: readonly string[]
  /** seen in the home, and not changed; some of it lies in what is kept */
  readonly shown: readonly string[]
  readonly workTree: string
  /** folders outside it that belong to it and may be written: a repository of which it is a part */
  readonly beside: readonly string[]
  /** folders that keep their name, each before those in it */
  readonly pinned: readonly string[]
  /** not to be changed */
  readonly fixed: readonly string[]
  /** read as another file */
  readonly replaced: readonly Replaced[]
  readonly hiddenFiles: readonly string[]
  readonly hiddenFolders: readonly string[]
  /** a folder outside that is seen as `/run/holdpoint` */
  readonly own: string
  /** an empty file and an empty folder outside */
  readonly nothing: Readonly<{ file: string; folder: string }>
  readonly cwd: string
}

export type SystemFolder =
  Readonly<{ kind: 'folder'; path: string }> | Readonly<{ kind: 'link'; path: string; to: string }>

export interface Replaced {
  readonly path: string
  /** the file that is read instead, outside the sandbox */
  readonly by: string
  /** true: it may be written, and nobody else sees that */
  readonly writable: boolean
}

export const ownFolder = '/run/holdpoint'

/** Arguments for the inner bwrap. */
export function planOf(description: Description): readonly string[] {
  const { uid, gid, own, cwd } = description
  return [
    ...['--unshare-user', '--uid', String(uid), '--gid', String(gid), '--disable-userns'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--cap-drop', 'ALL', '--die-with-parent'],
    ...system(description),
    ...home(description),
    ...workTree(description),
    ...['--ro-bind', own, ownFolder],
    ...['--remount-ro', '/', '--chdir', cwd],
  ]
}

function system({ system, blank, nothing, uid }: Description): readonly string[] {
  return [
    ...system.flatMap((one) =>
      one.kind === 'link' ? ['--symlink', one.to, one.path] : ['--ro-bind', one.path, one.path],
    ),
    // Over the new one: bwrap leaves it writable where the user is root, of all machines.
    ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys', '--dev', '/dev'],
    ...['--perms', '1777', '--tmpfs', '/tmp', '--tmpfs', '/var', '--dir', '/var/lib'],
    ...['--perms', '1777', '--dir', '/var/tmp', '--dir', '/run/user'],
    ...['--perms', '0700', '--dir', `/run/user/${uid}`],
    ...blank.flatMap((path) => ['--ro-bind', nothing.file, path]),
  ]
}

function home({ home, shown, kept }: Description): readonly string[] {
  return [
    ...['--perms', '0700', '--tmpfs', home],
    ...kept.flatMap((path) => ['--bind', path, path]),
    ...shown.flatMap((path) => ['--ro-bind', path, path]),
  ]
}

function workTree(description: Description): readonly string[] {
  const { workTree, beside, pinned, fixed, replaced, hiddenFiles, hiddenFolders } = description
  const { nothing } = description
  return [
    ...[workTree, ...beside, ...pinned].flatMap((path) => ['--bind', path, path]),
    ...fixed.flatMap((path) => ['--ro-bind', path, path]),
    ...replaced.flatMap(({ path, by, writable }) => [writable ? '--bind' : '--ro-bind', by, path]),
    ...hiddenFiles.flatMap((path) => ['--ro-bind', nothing.file, path]),
    ...hiddenFolders.flatMap((path) => ['--ro-bind', nothing.folder, path]),
  ]
}
