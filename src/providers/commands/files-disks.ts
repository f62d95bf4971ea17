// Disks, partitions, volumes and file systems: what is on them is gone.
import type { Effect } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, resource, write } from './effects.ts'
import { command, nothing, subcommands, unless } from './row.ts'
import type { Call, Meaning } from './row.ts'
import { pathAt } from './touches.ts'

function deviceOf(word: Word | undefined): string | null {
  return word?.text ?? null
}

const device = (id: string | null): Effect => destroy(resource('local', 'device', id))

const wipesOperands: Meaning = ({ args }) =>
  args.operands.length === 0 ? [device(null)] : args.operands.map((word) => device(deviceOf(word)))

const wipesLast: Meaning = ({ args }) => [device(deviceOf(args.operands.at(-1)))]

const listing = ['-l', '--list', '-v', '-V', '-d', '--dump', '-s', '-x', '-g'] as const

/** What it is told is typed in, or read from its input. */
const partitions: Meaning = ({ args }) =>
  args.says(...listing) ? [] : [device(deviceOf(args.operands.at(0)))]

const partsQuietly = /^(print|unit|quit|help|version|align-check)$/

function parts(call: Call): readonly Effect[] {
  const { args } = call
  if (args.has('-l', '--list')) return []
  const [on, ...words] = args.operands
  const verbs = words.map(({ text }) => text ?? '')
  const quiet = verbs.length > 0 && partsQuietly.test(verbs[0] ?? '')
  return quiet ? [] : [device(deviceOf(on))]
}

const snapshotOrVolume = (provider: string): Meaning =>
  unless(['-n'], ({ args }) =>
    (args.operands.length === 0 ? [undefined] : args.operands).map((word) =>
      destroy(resource('local', provider, word?.text ?? null)),
    ),
  )

const dataset = snapshotOrVolume('dataset')

const erases: Meaning = ({ args }) => [device(deviceOf(args.operands.at(0)))]

const looksAt = 'list|get|history|status|iostat|diff|info|show|verifyVolume|verifyDisk'

export const disks: readonly CommandRow[] = [
  command(
    'mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mke2fs'
      .split(' ')
      .concat(['mkfs.exfat', 'mkfs.f2fs', 'mkswap', 'newfs', 'blkdiscard', 'badblocks']),
    { valued: ['-t', '-L', '-b', '-O', '-E', '-m', '-N', '-U', '-F', '-n', '-s', '-o'] },
    wipesLast,
  ),
  command(
    ['wipefs'],
    {},
    unless(['-n', '--no-act'], (call) =>
      call.args.has('-a', '--all', '-o', '--offset') ? wipesOperands(call) : [],
    ),
  ),
  command(['fdisk', 'gdisk', 'cfdisk', 'cgdisk', 'sfdisk'], {}, partitions),
  command(['parted'], { valued: ['-a', '--align'] }, parts),
  command(['sgdisk'], {}, (call) =>
    call.args.has('-p', '--print', '-v', '--verify', '-i', '-b', '--backup') ? [] : wipesLast(call),
  ),
  command(
    'lvremove vgremove pvremove lvreduce vgreduce'.split(' '),
    {},
    unless(['-t', '--test'], ({ args }) =>
      args.operands.map(({ text }) => destroy(resource('local', 'device', text))),
    ),
  ),
  subcommands(
    ['zfs'],
    {},
    {
      'destroy|rollback': dataset,
      'create|snapshot|set|mount|unmount|clone|promote|rename|send|hold|release': nothing,
      'receive|recv': dataset,
      [looksAt]: nothing,
    },
  ),
  subcommands(
    ['zpool'],
    {},
    {
      'destroy|labelclear|remove|detach|split|offline': dataset,
      'create|add': ({ args }) => args.operands.slice(1).map((word) => device(deviceOf(word))),
      'import|export|scrub|online|attach|clear|set|upgrade|trim|resilver': nothing,
      [looksAt]: nothing,
    },
  ),
  subcommands(
    ['btrfs'],
    {},
    {
      'subvolume|sub delete': (call) =>
        call.args.operands.map((word) => destroy(pathAt(word, call))),
      'device|dev delete|remove': ({ args }) =>
        args.operands.slice(0, 1).map((w) => device(w.text)),
      'filesystem|fi resize': ({ args }) => [device(deviceOf(args.operands.at(-1)))],
    },
    nothing,
  ),
  command(['mdadm'], { dash: 'word', valued: ['-D', '-E'] }, (call) =>
    call.args.has('--zero-superblock', '--stop', '-S', '--fail', '--remove', '--create', '-C')
      ? wipesOperands(call)
      : [],
  ),
  subcommands(
    ['cryptsetup'],
    { valued: ['--type', '-c', '-s', '-h'] },
    {
      'luksFormat|luksErase|erase|reencrypt|luksKillSlot|luksRemoveKey': erases,
    },
    nothing,
  ),
  command(['hdparm'], { dash: 'word' }, (call) =>
    call.args.flags.some(({ name }) => /^--(security-|trim|make-bad|write)/.test(name))
      ? wipesLast(call)
      : [],
  ),
  subcommands(
    ['nvme'],
    {},
    { 'format|sanitize|delete-ns|write|dsm|write-zeroes': erases },
    nothing,
  ),
  subcommands(
    ['diskutil'],
    {},
    {
      'eraseDisk|partitionDisk|eraseVolume|zeroDisk|randomDisk|secureErase|reformat': wipesLast,
      'apfs deleteContainer|deleteVolume|deleteSnapshot': wipesLast,
    },
    nothing,
  ),
  command(['diskpart'], { dash: 'slash' }, () => [device(null)]),
  subcommands(
    ['vssadmin'],
    { dash: 'slash' },
    {
      'delete|resize': () => [destroy(resource('local', 'snapshot', null))],
    },
    nothing,
  ),
  subcommands(
    ['wbadmin'],
    { dash: 'word' },
    {
      'delete|disable': () => [destroy(resource('local', 'snapshot', null))],
    },
    nothing,
  ),
  command(['swapoff'], {}, () => [disarm(resource('local', 'machine', null), 'some', 'trivial')]),
  command(['umount', 'unmount'], { valued: ['-t', '-O'] }, (call) =>
    call.args.operands.map((word) => disarm(pathAt(word, call), 'whole', 'trivial')),
  ),
  command(['mount'], { valued: ['-t', '-o', '-L', '-U'] }, (call) =>
    call.args.operands.length === 0 ? [] : [mounts(call)],
  ),
]

/** Over a folder that is in use, another one appears. */
function mounts({ args }: Call): Effect {
  const options = args.value('-o')?.text ?? ''
  const machine = resource('local', 'machine', null)
  const opens = /remount|rw|bind/.test(options) || args.has('--bind', '--rbind', '--move')
  return opens ? disarm(machine, 'some', 'trivial') : write(machine)
}
