// What removes files and folders. Each operand is gone, with all that is in it.
import type { Effect } from '../../domain/effect.ts'
import { narrows } from '../../languages/shell/narrowing.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { destroy, unknown, write } from './effects.ts'
import type { Args } from './match.ts'
import { localResource } from './paths.ts'
import { command, subcommands } from './row.ts'
import type { Call } from './row.ts'
import { isGone, pathAt, removes } from './touches.ts'

export function removesOperands(call: Call): readonly Effect[] {
  const { args, invocation } = call
  const flat = /(^|\/)(rm|unlink)$/.test(invocation.program.text ?? '')
  const deep = !flat || args.has('-r', '-R', '--recursive')
  return args.operands.map((word) => removes(word, call, deep))
}

/** It can be taken out of the bin again. */
function binsOperands(call: Call): readonly Effect[] {
  return call.args.operands.map((word) => destroy(pathAt(word, call), 'whole', 'trivial'))
}

/** An empty folder holds nothing: it can be made again. */
function removesEmpty(call: Call): readonly Effect[] {
  const recursive = call.args.has('/s', '/S')
  const folders = call.args.operands.filter(({ text }) => !/^\/[sq]$/i.test(text ?? ''))
  if (recursive || folders.length < call.args.operands.length) {
    return folders.map((word) => removes(word, call, recursive))
  }
  return folders.map((word) => write(pathAt(word, call), 'whole'))
}

/** The folders that `find` starts from: what stands before its first test. */
const beforeTests = /^(-[HLPO]|-D)/

function findsAndRemoves(call: Call): readonly Effect[] {
  const { args } = call.invocation
  const start = args.findIndex(({ text }) => text === null || !beforeTests.test(text))
  const rest = start < 0 ? [] : args.slice(start)
  const end = rest.findIndex(({ text }) => /^[-(!]/.test(text ?? ''))
  const roots = end < 0 ? rest : rest.slice(0, end)
  const tests = end < 0 ? [] : rest.slice(end)
  const shown = tests.some(({ text }) => text === '-delete')
  const files = writtenFiles(tests)
  const from = roots.length === 0 ? [{ raw: '.', text: '.', pieces: ['.'], glob: false }] : roots
  const written = files.map((word) => removes(word, call))
  if (!shown) return written
  const narrowed = narrows(tests)
  return [...written, ...from.map((word) => removesFound(word, narrowed, call))]
}

function removesFound(root: Word, narrowed: boolean, call: Call): Effect {
  const path = pathAt(root, call)
  return isGone(narrowed && path.type === 'path' ? { ...path, type: 'below' } : path, call)
}

function writtenFiles(tests: readonly Word[]): readonly Word[] {
  return tests.filter((_, i) => /^-(fprintf?|fprint0|fls)$/.test(tests[i - 1]?.text ?? ''))
}

const slash = { dash: 'slash' } as const

/** `Remove-Item -Path x -Recurse`: names come as operands or by `-Path`. */
function removesItems(call: Call): readonly Effect[] {
  const { args } = call
  if (args.flags.some(({ name }) => /^-whatif$/i.test(name))) return []
  const named = args.flags.flatMap(({ name, value }) =>
    /^-(literal)?path$/i.test(name) && value !== null ? [value] : [],
  )
  const deep = args.flags.some(({ name }) => /^-r(ecurse)?$/i.test(name))
  return [...named, ...args.operands].map((word) => removes(word, call, deep))
}

export const powershellItems = {
  dash: 'word',
  valued: ['-Path', '-LiteralPath', '-path', '-literalpath', '-Filter', '-Include', '-Exclude'],
} as const

function driveOf({ operands }: Args): Word | undefined {
  return operands.find(({ text }) => /^[a-z]:$/i.test(text ?? ''))
}

function formats(call: Call): readonly Effect[] {
  const drive = driveOf(call.args)
  if (drive === undefined) return []
  return [destroy(localResource(drive, { directory: null, home: null }))]
}

export const removing: readonly CommandRow[] = [
  command(['rm', 'unlink', 'srm', 'del-cli', 'fd-rm'], {}, removesOperands),
  command(['rimraf'], { valued: ['--retry-delay', '--max-retries', '--backoff'] }, removesOperands),
  command(['shred', 'wipe'], { valued: ['-n', '-s', '--iterations', '--size'] }, (call) =>
    call.args.operands.map((word) => removes(word, call)),
  ),
  command(['trash', 'trash-put', 'rmtrash'], {}, binsOperands),
  command(['trash-empty', 'trash-rm'], {}, () => [
    destroy({ provider: 'local', type: 'path', id: null, within: {} }, 'some'),
  ]),
  subcommands(['gio'], {}, { trash: binsOperands, 'remove|rm': removesOperands }, () => []),
  command(['rmdir', 'rd'], slash, removesEmpty),
  command(['del', 'erase'], slash, removesOperands),
  command(
    ['remove-item', 'ri', 'clear-content', 'clear-recyclebin'],
    powershellItems,
    removesItems,
  ),
  command(['format'], slash, formats),
  command(['find', 'gfind'], {}, findsAndRemoves),
  command(['fd', 'fdfind'], {}, ({ args }) =>
    args.has('-x', '-X', '--exec', '--exec-batch')
      ? [unknown('`fd` runs a command on what it finds')]
      : [],
  ),
]
