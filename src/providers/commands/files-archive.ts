// Archives and copies of trees: what they unpack or bring lands on what is there.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { destroy, resource, unknown, write } from './effects.ts'
import { wordOf } from './match.ts'
import { command } from './row.ts'
import type { Call } from './row.ts'
import { adds, isGone, isOverwritten, overwrites, pathAt, reads, removes } from './touches.ts'

/** Files of the same names, in this folder. */
function landsIn(folder: Word, call: Call): Effect {
  const path = pathAt(folder, call)
  return isOverwritten(path.type === 'path' ? { ...path, type: 'below' } : path, call)
}

const tarValued = ['-f', '-C', '-X', '-T', '-b', '-I', '--file', '--directory', '--exclude']

/** `tar xzf a`: the first word may do without its dash. */
function tars(call: Call): readonly Effect[] {
  const { args } = call
  const bare = /^[a-zA-Z]+$/.test(call.rest[0]?.text ?? '') ? (call.rest[0]?.text ?? '') : ''
  const does = (letter: string, long: string): boolean =>
    bare.includes(letter) || args.has(`-${letter}`, long)
  const operands = bare === '' ? args.operands : args.operands.slice(1)
  const runs = args.flags.some(({ name }) =>
    /^--(to-command|checkpoint-action|use-compress-program|rsh-command|info-script)$/.test(name),
  )
  const also = runs ? [unknown('`tar` runs a command on its way')] : []
  if (does('t', '--list')) return also
  if (does('x', '--extract') || args.has('--get')) {
    const into = args.value('-C', '--directory') ?? wordOf('.')
    return args.says('-O', '--to-stdout', '-k', '--keep-old-files')
      ? also
      : [...also, landsIn(into, call)]
  }
  const file = args.value('-f', '--file') ?? (bare.includes('f') ? operands[0] : undefined)
  const members = bare.includes('f') ? operands.slice(1) : operands
  const gone = args.has('--remove-files') ? members.map((word) => removes(word, call)) : []
  const shown = members.flatMap((word) => reads(word, call))
  const made = file === undefined ? [] : overwrites(file, call)
  return [...also, ...shown, ...made, ...gone]
}

function unzips(call: Call): readonly Effect[] {
  const { args } = call
  if (args.has('-l', '-t', '-v', '-Z', '-p', '-z')) return []
  const into = args.value('-d') ?? wordOf('.')
  return args.says('-n', '-u') ? adds(into, call) : [landsIn(into, call)]
}

function zips(call: Call): readonly Effect[] {
  const [archive, ...members] = call.args.operands
  const made = archive === undefined ? [] : overwrites(archive, call)
  const moved = call.args.has('-m', '--move')
  return [
    ...made,
    ...members.flatMap((word) => (moved ? [removes(word, call)] : reads(word, call))),
  ]
}

/** The file is replaced by its other form; `-k` and `-c` keep it. */
function compresses(call: Call): readonly Effect[] {
  const { args } = call
  if (args.says('-c', '--stdout', '--to-stdout', '-t', '--test', '-l', '--list')) return []
  const kept = args.says('-k', '--keep') && !args.has('-f', '--force')
  return args.operands.flatMap((word) => (kept ? adds(word, call) : overwrites(word, call)))
}

function sevens(call: Call): readonly Effect[] {
  const [what, archive, ...members] = call.args.operands
  const out = call.args.flags.find(({ name }) => name.startsWith('-o'))
  if (/^[lthi]$/.test(what?.text ?? '')) return []
  if (/^[ex]$/.test(what?.text ?? '')) {
    return [landsIn(wordOf(out?.name.slice(2) ?? '.'), call)]
  }
  const gone = call.args.flags.some(({ name }) => name === '-sdel')
  const made = archive === undefined ? [] : overwrites(archive, call)
  return [...made, ...(gone ? members.map((word) => removes(word, call)) : [])]
}

const rsyncValued = ['-e', '--rsh', '--exclude', '--include', '--filter', '-f', '--files-from']
  .concat(['--exclude-from', '--include-from', '--rsync-path', '--bwlimit', '--port', '--timeout'])
  .concat(['--backup-dir', '--suffix', '--log-file', '-T', '--temp-dir', '--partial-dir', '-B'])

function remoteHost(word: Word): string | null {
  const text = word.text ?? word.pieces[0] ?? ''
  const url = /^rsync:\/\/(?:[^@/]*@)?([^/:]+)/.exec(text)
  if (url !== null) return url[1] ?? null
  return /^(?:[^@/:]*@)?([^/:@]{2,}):/.exec(text)?.[1] ?? null
}

function syncs(call: Call): readonly Effect[] {
  const { args } = call
  if (args.says('-n', '--dry-run') || args.has('--list-only')) return []
  const target = args.operands.at(-1)
  const sources = args.operands.slice(0, -1)
  if (target === undefined || sources.length === 0) return []
  const deletes = args.flags.some(({ name }) => /^--(del|delete(-.*)?)$/.test(name))
  const taken = args.has('--remove-source-files', '--remove-sent-files')
  const local = sources.filter((word) => remoteHost(word) === null)
  const gone = taken ? sources.map((word) => goneAt(word, call)) : []
  return [
    ...local.flatMap((word) => reads(word, call)),
    ...gone,
    ...arrives(target, deletes, args.says('--ignore-existing'), call),
  ]
}

function goneAt(word: Word, call: Call): Effect {
  const host = remoteHost(word)
  return host === null ? removes(word, call) : destroy(resource('ssh', 'host', host), 'some')
}

function arrives(target: Word, deletes: boolean, sparing: boolean, call: Call): readonly Effect[] {
  const host = remoteHost(target)
  if (host !== null) {
    const there = resource('ssh', 'host', host)
    return [deletes ? destroy(there, 'some') : write(there, 'some', 'never')]
  }
  const path = pathAt(target, call)
  const below: Resource = path.type === 'path' ? { ...path, type: 'below' } : path
  if (deletes) return [isGone(below, call)]
  return sparing ? adds(target, call) : [isOverwritten(below, call)]
}

/** `robocopy from to /MIR`, `xcopy from to`. */
function copiesTrees(call: Call): readonly Effect[] {
  const { operands, flags } = call.args
  const [from, to] = operands
  if (from === undefined || to === undefined) return []
  const has = (pattern: RegExp): boolean => flags.some(({ name }) => pattern.test(name))
  const gone = has(/^\/mov(e)?$/i) ? [removes(from, call)] : []
  const target = pathAt(to, call)
  const below: Resource = target.type === 'path' ? { ...target, type: 'below' } : target
  const lands = has(/^\/(mir|purge)$/i) ? isGone(below, call) : isOverwritten(below, call)
  return [...reads(from, call), ...gone, lands]
}

export const archiving: readonly CommandRow[] = [
  command(['tar', 'bsdtar', 'gtar'], { valued: tarValued }, tars),
  command(['unzip', 'unrar'], { valued: ['-d', '-x', '-P'] }, unzips),
  command(['zip'], { valued: ['-x', '-i', '-P', '-b', '-t'] }, zips),
  command(
    ['gzip', 'gunzip', 'bzip2', 'bunzip2', 'xz', 'unxz', 'zstd', 'unzstd', 'lz4', 'pigz'],
    {},
    compresses,
  ),
  command(['7z', '7za', '7zz', '7zr'], { dash: 'word' }, sevens),
  command(['rsync'], { valued: rsyncValued }, syncs),
  command(['robocopy', 'xcopy'], { dash: 'slash' }, copiesTrees),
]
