// What writes over files, moves them, or copies onto them.
import type { Effect } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disclose, write } from './effects.ts'
import { after, wordOf } from './match.ts'
import { isSink } from './paths.ts'
import { command } from './row.ts'
import type { Call } from './row.ts'
import {
  adds,
  edits,
  isEdited,
  isGone,
  isOverwritten,
  movesAway,
  overwrites,
  pathAt,
  reads,
} from './touches.ts'

const copying = {
  valued: ['-t', '--target-directory', '-S', '--suffix', '-m', '--mode', '-o', '--owner', '-g'],
} as const

interface Copy {
  readonly sources: readonly Word[]
  readonly target: Word | null
}

function copyOf({ args }: Call): Copy {
  const folder = args.value('-t', '--target-directory')
  if (folder !== null) return { sources: args.operands, target: folder }
  const target = args.operands.at(-1) ?? null
  return args.operands.length < 2
    ? { sources: args.operands, target: null }
    : { sources: args.operands.slice(0, -1), target }
}

/** `-n`, `-i`, `-b`: what is there stays, is asked about, or is kept beside. */
const sparing = ['-n', '--no-clobber', '-i', '--interactive', '-b', '--backup'] as const

/** A folder stays what it is: files in it are written over by those of the same name. */
function lands(target: Word, call: Call): readonly Effect[] {
  if (call.args.says(...sparing) || call.args.says('--update=none')) return adds(target, call)
  const folder =
    target.text !== null && (/\/$|(^|\/)\.\.?$/.test(target.text) || call.args.has('-t'))
  if (!folder) return overwrites(target, call)
  const path = pathAt(target, call)
  return [isOverwritten(path.type === 'path' ? { ...path, type: 'below' } : path, call)]
}

function copies(call: Call): readonly Effect[] {
  const { sources, target } = copyOf(call)
  if (target === null) return []
  const emptied = sources.some(({ text }) => text === '/dev/null')
  if (emptied) return [isGone(pathAt(target, call), call)]
  return [...sources.flatMap((word) => reads(word, call)), ...lands(target, call)]
}

function moves(call: Call): readonly Effect[] {
  const { sources, target } = copyOf(call)
  if (target === null) return []
  if (isSink(target)) return sources.map((word) => isGone(pathAt(word, call), call))
  return [...sources.map((word) => movesAway(word, call)), ...lands(target, call)]
}

function links(call: Call): readonly Effect[] {
  const { sources, target } = copyOf(call)
  if (target === null) return []
  const force = call.args.has('-f', '--force')
  const emptied = force && sources.some(({ text }) => text === '/dev/null')
  if (emptied) return [isGone(pathAt(target, call), call)]
  return force ? overwrites(target, call) : adds(target, call)
}

function installs(call: Call): readonly Effect[] {
  if (call.args.has('-d', '--directory')) return call.args.operands.flatMap((w) => adds(w, call))
  return copies(call)
}

/** `if=`, `of=`; without `of` it writes to its output. */
function converts(call: Call): readonly Effect[] {
  const given = (name: string): Word | null => {
    const found = call.args.operands.find((word) => (word.pieces[0] ?? '').startsWith(`${name}=`))
    return found === undefined ? null : after(found, name.length + 1)
  }
  const [from, to] = [given('if'), given('of')]
  const conv = given('conv')?.text ?? ''
  const reading = from === null ? [] : reads(from, call)
  if (to === null) return reading
  return [...reading, ...(conv.includes('notrunc') ? edits(to, call) : overwrites(to, call))]
}

function truncates(call: Call): readonly Effect[] {
  const size = call.args.value('-s', '--size')?.text ?? null
  const grows = size !== null && /^[+>%]|^(?!0+[kmgtpezy]?b?$)\d/i.test(size)
  const like = call.args.has('-r', '--reference')
  return call.args.operands.flatMap((word) =>
    grows && !like ? [write(pathAt(word, call))] : [isGone(pathAt(word, call), call)],
  )
}

function copiesInput(call: Call): readonly Effect[] {
  const append = call.args.says('-a', '--append')
  return call.args.operands.flatMap((word) => {
    if (append) return adds(word, call)
    return inputIsEmpty(call) ? [isGone(pathAt(word, call), call)] : overwrites(word, call)
  })
}

export function inputIsEmpty({ invocation: { input } }: Call): boolean {
  if (input.kind === 'nothing') return true
  if (input.kind === 'text') return input.text.trim() === ''
  return input.kind === 'file' && input.path.text === '/dev/null'
}

/** Options of `sed`: the first operand is the script, unless `-e` or `-f` gave one. */
function editsStream(call: Call): readonly Effect[] {
  const { args } = call
  const files = args.has('-e', '-f', '--expression', '--file')
    ? args.operands
    : args.operands.slice(1)
  const inPlace = args.flags.some(({ name }) => /^(-i|-I|--in-place)$/.test(name))
  return files.flatMap((word) => (inPlace ? edits(word, call) : reads(word, call)))
}

function punches(call: Call): readonly Effect[] {
  const { args } = call
  const loses = args.has('-p', '-c', '-z', '--punch-hole', '--collapse-range', '--zero-range')
  return args.operands.flatMap((word) =>
    loses ? [destroy(pathAt(word, call), 'some')] : adds(word, call),
  )
}

function splits(call: Call): readonly Effect[] {
  const [, prefix = wordOf('x')] = call.args.operands
  return adds(prefix, call)
}

/** What it makes must not be there yet, or stays as it is. */
function makes(call: Call): readonly Effect[] {
  return call.args.operands.flatMap((word) => adds(word, call))
}

/** `patch` changes what the patch says. */
function patches(call: Call): readonly Effect[] {
  if (call.args.says('--dry-run')) return []
  const named = call.args.operands[0]
  if (named !== undefined) return edits(named, call)
  const folder = pathAt(call.args.value('-d', '--directory') ?? wordOf('.'), call)
  return [isEdited(folder.type === 'path' ? { ...folder, type: 'below' } : folder, call)]
}

function copiesRemotely(call: Call): readonly Effect[] {
  const { sources, target } = copyOf(call)
  const isRemote = ({ text }: Word): boolean => /^[^/]+:/.test(text ?? '')
  const from = sources.filter((word) => !isRemote(word)).flatMap((word) => reads(word, call))
  if (target === null) return from
  const host = /^(?:[^@/]*@)?([^:/]+):/.exec(target.text ?? '')?.[1]
  if (host === undefined) return [...from, ...lands(target, call)]
  const sent = from.map((one) => (one.kind === 'disclose' ? disclose(one.resource) : one))
  return [...sent, write({ provider: 'ssh', type: 'host', id: host, within: {} })]
}

export const writing: readonly CommandRow[] = [
  command(['cp', 'copy', 'gcp'], copying, copies),
  command(['mv', 'move', 'gmv', 'ren', 'rename-item', 'move-item'], copying, moves),
  command(['ln'], copying, links),
  command(['install', 'ginstall'], copying, installs),
  command(['dd', 'dcfldd', 'ddrescue'], {}, converts),
  command(['truncate'], { valued: ['-s', '--size', '-r', '--reference'] }, truncates),
  command(['tee', 'sponge'], {}, copiesInput),
  command(['sed', 'gsed'], { valued: ['-e', '-f', '--expression', '--file', '-l'] }, editsStream),
  command(['fallocate'], { valued: ['-l', '-o', '--length', '--offset'] }, punches),
  command(['split', 'csplit'], { valued: ['-l', '-b', '-n', '-C', '-a'] }, splits),
  command(['mkdir', 'touch', 'mkfifo', 'md', 'mknod'], { valued: ['-m', '-d', '-r', '-t'] }, makes),
  command(['patch'], { valued: ['-p', '-i', '-d', '-o', '-D'] }, patches),
  command(['scp'], { valued: ['-P', '-i', '-o', '-F', '-J', '-l', '-c', '-S'] }, copiesRemotely),
]
