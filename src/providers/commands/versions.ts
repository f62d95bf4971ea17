// Keepers of versions beside git, and editors that are told what to do: what they lose.
import type { Effect } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { history, uncommitted } from './git-tree.ts'
import { shellOf } from './interpreters-text.ts'
import { command, nothing, subcommands } from './row.ts'
import type { Call, Meaning, Meant } from './row.ts'
import { edits } from './touches.ts'

const loses: Meaning = (call) => uncommitted(call)
const rewrites: Meaning = (call) => [history(call)]

/** Files that are edited by commands given with the call: `ex -sc '%d|x' file`. */
function scripted(call: Call): Meant {
  const { args } = call
  const given: readonly Word[] = [...args.values('-c', '--cmd'), ...plusCommands(call)]
  const quiet = given.length > 0 || args.has('-s', '-e', '-E')
  if (!quiet) return { effects: [], carried: [] }
  const files = args.operands.filter(({ text }) => !(text ?? '').startsWith('+'))
  const effects = files.flatMap((word): readonly Effect[] => edits(word, call))
  const runs = given.flatMap(
    ({ text }) => /(?:^|\|)\s*(?:silent\s+)?!(.+)/.exec(text ?? '')?.[1] ?? [],
  )
  return { effects, carried: runs.map((text) => shellOf(text, null, call)) }
}

function plusCommands({ args }: Call): readonly Word[] {
  return args.operands.filter(({ text }) => /^\+\D/.test(text ?? ''))
}

export const versions: readonly CommandRow[] = [
  subcommands(
    ['hg'],
    { valued: ['-R', '--cwd', '-r', '--rev', '--config'] },
    {
      'revert|rollback|purge|clean': loses,
      'update|up|checkout|co': (call) => (call.args.has('-C', '--clean') ? loses(call) : []),
      'strip|histedit|uncommit|prune|debugstrip': rewrites,
    },
    nothing,
  ),
  subcommands(
    ['svn'],
    { valued: ['-r', '-m', '--username', '--password'] },
    {
      'revert|cleanup|switch': loses,
      'delete|del|rm|remove': (call) => uncommitted(call, call.args.operands),
    },
    nothing,
  ),
  subcommands(
    ['jj'],
    { valued: ['-R', '-r', '-m'] },
    {
      'abandon, op restore|abandon, bookmark delete|forget': rewrites,
      restore: loses,
    },
    nothing,
  ),
  command(
    ['ex', 'ed', 'vi', 'vim', 'nvim', 'emacs'],
    { valued: ['-c', '--cmd', '-S', '-u'] },
    scripted,
  ),
]
