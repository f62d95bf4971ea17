// git, in depth: what is in no commit can be lost at once, what is in one only by taking its
// history away, and what is at a remote by force.
import type { Invocation, Word } from '../../languages/shell/syntax.ts'
import type { CommandReading, CommandRow, Surroundings } from './commands.ts'
import { actionOf, escalate, readingOf, unknown } from './effects.ts'
import { aliasOf, runsAlias, settingsForOnce, settingsOfEnvironment } from './git-config.ts'
import { gitSubcommands } from './git-table.ts'
import { repository } from './git-tree.ts'
import { readArgs, wordOf } from './match.ts'
import type { Args } from './match.ts'
import { absolute } from './paths.ts'
import type { Call } from './row.ts'

const globals = {
  valued: ['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--config-env', '--super-prefix'],
  stops: true,
} as const

const aliasesMax = 5

function readGit(
  invocation: Invocation,
  surroundings: Surroundings,
  before: Invocation | null,
  aliases: number,
): CommandReading {
  const args = readArgs(invocation.args, globals)
  const directory = directoryOf(args, invocation, surroundings)
  const placed = { ...invocation, directory }
  const call: Call = { invocation: placed, surroundings, verb: 'git', args, rest: [], before }
  const once = args.values('-c', '--config-env')
  const settings = [...settingsForOnce(once, call), ...settingsOfEnvironment(call)]
  if (args.value('--exec-path') !== null) settings.push(escalate(repository(call), 'some'))
  const inner = meantBy(call, once, aliases)
  return { ...inner, actions: [...inner.actions, ...actionOf('git -c', settings, invocation)] }
}

/** `-C` may be given more than once, each from where the last one led. */
function directoryOf(args: Args, invocation: Invocation, { home }: Surroundings): string | null {
  let directory = invocation.directory
  const tree = args.value('--work-tree') ?? given(invocation, 'GIT_WORK_TREE')
  const folder = args.value('--git-dir') ?? given(invocation, 'GIT_DIR')
  for (const { text } of args.values('-C')) {
    directory = text === null ? null : absolute(text, { directory, home })
  }
  if (tree !== null) return tree.text === null ? null : absolute(tree.text, { directory, home })
  if (folder === null) return directory
  const found = folder.text === null ? null : absolute(folder.text, { directory, home })
  return found?.replace(/\/\.git$/, '') ?? null
}

function given(invocation: Invocation, variable: string): Word | null {
  return invocation.assignments.findLast(({ name }) => name === variable)?.value ?? null
}

function meantBy(call: Call, settings: readonly Word[], aliases: number): CommandReading {
  const { invocation, surroundings, before, args } = call
  const [sub] = args.places
  if (sub === undefined) return { actions: [], carried: [] }
  if (sub.word.text === null) {
    const why = 'which subcommand of `git` it is, is not known here'
    return readingOf('git', [unknown(why)], [], invocation)
  }
  const rest = invocation.args.slice(sub.at + 1)
  const alias = aliasOf(sub.word.text, settings)
  if (alias === null) {
    const command = { ...invocation, args: [sub.word, ...rest] }
    return gitSubcommands.read(command, surroundings, before)
  }
  if (alias.text === null || aliases >= aliasesMax) {
    return readingOf(
      'git',
      [unknown('what this alias of git does is not known here')],
      [],
      invocation,
    )
  }
  if (alias.text.startsWith('!')) {
    const { carried } = runsAlias(alias.text, rest, call)
    return { actions: [], carried }
  }
  const words = alias.text.split(/\s+/).filter((one) => one !== '')
  const once = settings.flatMap((word) => [wordOf('-c'), word])
  const command = { ...invocation, args: [...once, ...words.map(wordOf), ...rest] }
  return readGit(command, surroundings, before, aliases + 1)
}

export const gitRows: readonly CommandRow[] = [
  {
    programs: ['git'],
    read: (invocation, surroundings, before = null) => readGit(invocation, surroundings, before, 0),
  },
]
