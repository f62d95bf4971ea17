// Package managers of machines: what is removed may take its data along.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, resource, write } from '../effects.ts'
import { when } from '../meanings.ts'
import { command, nothing } from '../row.ts'
import type { Call, Meaning } from '../row.ts'

const local = (type: string, id: string | null) => resource('local', type, id)

/** Programs of this machine, by name; their data may go with them. */
const removed: Meaning = ({ args }) => {
  const names = args.operands.map(({ text }) => text)
  const all = names.length === 0 ? [null] : names
  return all.map((name) => destroy(local('package', name), 'whole', 'trivial'))
}

const purged: Meaning = ({ args }) => {
  const names = args.operands.map(({ text }) => text)
  return (names.length === 0 ? [null] : names).map((name) => destroy(local('package', name)))
}

const installed: Meaning = ({ args }) => [write(local('package', args.operands[0]?.text ?? null))]

const debian = cli({
  programs: ['apt', 'apt-get', 'aptitude', 'nala'],
  valued: '-o -c -t --target-release -a --config-file --option',
  bare: '-y -q -qq -f -m --purge --auto-remove --no-install-recommends --allow-downgrades',
  dry: '-s --simulate --just-print --dry-run --recon --no-act',
  rows: {
    remove: when('--purge', purged, removed),
    purge: purged,
    'autoremove|auto-remove|autopurge': when('--purge', purged, removed),
    'dist-upgrade|full-upgrade': installed,
    'install|upgrade|reinstall|build-dep': (call) =>
      call.args.operands.some(({ text }) => text?.endsWith('-') === true)
        ? removed(call)
        : installed(call),
  },
  otherwise: () => [],
})

const fedora = cli({
  programs: ['yum', 'dnf', 'dnf5', 'microdnf', 'zypper', 'tdnf'],
  valued: '-c --config --enablerepo --disablerepo --releasever --setopt -x --exclude --installroot',
  bare: '-y -q --assumeyes --non-interactive -n',
  dry: '--assumeno --dry-run --downloadonly',
  rows: {
    'remove|erase|rm|autoremove|rme': removed,
    'history undo|rollback|revert': removed,
    'install|in|upgrade|update|up|reinstall|downgrade|swap|distro-sync|dup': installed,
  },
  otherwise: () => [],
})

const arch = command(['pacman', 'yay', 'paru', 'pamac'], {}, (call) => {
  const { args } = call
  const letters = args.flags.map(({ name }) => name)
  if (args.says('-p', '--print')) return []
  if (letters[0] !== '-R' && !args.has('--remove')) return []
  return letters.includes('-n') || args.has('--nosave') ? purged(call) : removed(call)
})

const machines: readonly CommandRow[] = [
  cli({
    programs: ['apk', 'opkg', 'xbps-remove', 'emerge', 'pkg', 'port'],
    valued: '-X --repository -p --root',
    dry: '-s --simulate -n --dry-run --pretend',
    rows: { 'del|remove|delete|uninstall|deinstall|autoremove': removed },
    otherwise: () => [],
  }),
  cli({
    programs: ['brew'],
    valued: '--appdir --prefix',
    bare: '--cask --formula --zap -f',
    dry: '--dry-run -n',
    rows: {
      'uninstall|remove|rm': when('--zap', purged, removed),
      autoremove: removed,
      'services stop|kill': ({ args }) => [
        destroy(local('service', args.operands[0]?.text ?? null), 'some', 'trivial'),
      ],
      'install|reinstall|upgrade|link|unlink|tap|untap': installed,
    },
    otherwise: () => [],
  }),
  command(['dpkg'], { valued: ['--root', '--admindir'] }, (call) => {
    const { args } = call
    if (args.says('--dry-run', '--no-act', '--simulate')) return []
    if (args.has('-P', '--purge')) return purged(call)
    return args.has('-r', '--remove') ? removed(call) : []
  }),
  command(['rpm'], { valued: ['--root', '--dbpath'] }, (call) => {
    if (call.args.says('--test')) return []
    const first = call.args.flags[0]?.name
    return first === '-e' || call.args.has('--erase') ? removed(call) : []
  }),
  cli({
    programs: ['snap', 'flatpak'],
    valued: '--revision --channel',
    bare: '--purge --all --delete-data --user --system -y',
    rows: {
      'remove|uninstall': when('--purge --delete-data', purged, removed),
      'restore|forget': purged,
      'stop|disable': ({ args }) => [
        destroy(local('service', args.operands[0]?.text ?? null), 'some', 'trivial'),
      ],
    },
    otherwise: () => [],
  }),
  cli({
    programs: ['choco', 'winget', 'scoop'],
    valued: '--id --source --version -s',
    rows: { 'uninstall|remove': removed },
    otherwise: () => [],
  }),
]

const environments: readonly CommandRow[] = [
  command(['nix-collect-garbage'], { valued: ['--delete-older-than'] }, (call) => {
    if (call.args.says('--dry-run')) return []
    return [
      destroy(local('generations', null), call.args.has('-d', '--delete-old') ? 'whole' : 'some'),
    ]
  }),
  command(['nix-env'], { valued: ['-p', '--profile', '-f', '-I'] }, (call) => {
    if (call.args.has('--delete-generations')) return [destroy(local('generations', null), 'some')]
    return call.args.has('-e', '--uninstall') ? removed(call) : []
  }),
  cli({
    programs: ['nix', 'guix'],
    valued: '-I --option --extra-experimental-features --profile',
    rows: {
      'store gc|delete': () => [destroy(local('generations', null), 'some', 'trivial')],
      'profile wipe-history': () => [destroy(local('generations', null), 'some')],
      'profile remove': removed,
      gc: () => [destroy(local('generations', null), 'some', 'trivial')],
    },
    otherwise: () => [],
  }),
  cli({
    programs: ['conda', 'mamba', 'micromamba'],
    valued: '-n --name -p --prefix -c --channel -f --file',
    bare: '--all -y',
    dry: '--dry-run -d',
    rows: {
      'env remove': environmentGone,
      'remove|uninstall': when('--all', environmentGone, installed),
      'clean|build purge': nothing,
    },
    otherwise: () => [],
  }),
  cli({
    programs: ['pipx'],
    rows: { 'uninstall-all': () => [destroy(local('package', null), 'whole', 'trivial')] },
    otherwise: () => [],
  }),
]

function environmentGone({ args }: Call): ReturnType<Meaning> {
  const name = args.value('-n', '--name') ?? args.value('-p', '--prefix')
  return [destroy(local('environment', name?.text ?? null), 'whole', 'trivial')]
}

export const machinePackages: readonly CommandRow[] = [
  debian,
  fedora,
  arch,
  ...machines,
  ...environments,
]
