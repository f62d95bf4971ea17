// How each agent is given a hook: in which file, in which words. A row an agent; what their events
// look like stands in src/doors/hook/agents.ts.
import { isAbsolute, join } from 'node:path'

import type { HookAgentName } from '../doors/hook/event.ts'
import type { JsonHookEdit } from './json-edit.ts'
import { opencodePlugin } from './opencode.ts'
import { tomlText } from './toml-text.ts'

export type HookScope = 'user' | 'project'

export interface Whereabouts {
  readonly scope: HookScope
  readonly home: string
  /** of the repository, or where the person stands */
  readonly project: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface HookWords {
  /** the client's path */
  readonly client: string
  /** of Claude Code, as installed, `2.1.317`; null where it is not known, and for the others */
  readonly version: string | null
}

export interface HookRow {
  readonly name: HookAgentName
  /** as its makers write it */
  readonly title: string
  readonly file: (where: Whereabouts) => string
  readonly form:
    | Readonly<{
        kind: 'json'
        fresh: string
        edits: (words: HookWords) => readonly JsonHookEdit[]
      }>
    | Readonly<{ kind: 'whole'; text: (words: HookWords) => string }>
  /** what a person does next; null for nothing */
  readonly next: string | null
  /** how it is given hooks for one run, leaving the user's own settings alone */
  readonly run: (words: HookWords, folder: string) => OneRun
}

/** What `holdpoint run` adds to a start of the agent. */
export interface OneRun {
  /** after the program, before the user's own arguments */
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** to be written into the folder that was given */
  readonly files: readonly Readonly<{ path: string; text: string }>[]
  /**
   * where an agent takes no other file: to be shown to it in place of its own, `~` for the home
   * folder; the text is made of what is there
   */
  readonly overlays: readonly Readonly<{ path: string; row: HookRow }>[]
}

/** Seconds. Longer than the client waits: agents let pass what takes too long. */
const seconds = 60
/** A client that is missing, or breaks, ends with some other code: that must refuse too. */
function commandLine({ client }: HookWords, name: HookAgentName): string {
  return `'${client.replaceAll("'", "'\\''")}' ${name} || exit 2`
}

const ours = /[/\\]holdpoint[/\\]hook[/\\]client'? [a-z-]+ \|\| exit 2$/

function isOurCommand(value: unknown): boolean {
  return typeof value === 'string' && ours.test(value)
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

/** `{ hooks: [{ command }] }`, as Claude Code, Codex and Gemini CLI have it. */
function isOurGroup(element: unknown): boolean {
  const hooks = field(element, 'hooks')
  const list: readonly unknown[] = Array.isArray(hooks) ? hooks : []
  return list.some((hook) => isOurCommand(field(hook, 'command')))
}

function grouped(event: string, handler: object): readonly JsonHookEdit[] {
  const element = { hooks: [{ type: 'command', ...handler }] }
  return [{ spot: { path: ['hooks', event], isOurs: isOurGroup }, element }]
}

function under(variable: string, otherwise: string) {
  return ({ environment, home }: Whereabouts): string => {
    const given = environment[variable]
    return given !== undefined && isAbsolute(given) ? given : join(home, otherwise)
  }
}

const noRun: OneRun = { args: [], environment: {}, files: [], overlays: [] }

/** `onFailure` came with 2.1.295; what older ones make of a key that they do not know is not said. */
function blocksOnFailure(version: string | null): boolean {
  const [major = 0, minor = 0, patch = 0] = (version ?? '').split('.').map(Number)
  return major > 2 || (major === 2 && (minor > 1 || (minor === 1 && patch >= 295)))
}

function claudeEdits(words: HookWords): readonly JsonHookEdit[] {
  const onFailure = blocksOnFailure(words.version) ? { onFailure: 'block' } : {}
  const command = commandLine(words, 'claude-code')
  return grouped('PreToolUse', { command, timeout: seconds, ...onFailure })
}

/** Without a matcher it is called for every tool. https://code.claude.com/docs/en/hooks */
const claudeCode: HookRow = {
  name: 'claude-code',
  title: 'Claude Code',
  file: (where) =>
    where.scope === 'user'
      ? join(under('CLAUDE_CONFIG_DIR', '.claude')(where), 'settings.json')
      : // Not settings.json: a path of this machine is of no use to others.
        join(where.project, '.claude/settings.local.json'),
  form: { kind: 'json', fresh: '{}\n', edits: claudeEdits },
  next: null,
  run: (words, folder) => {
    const path = join(folder, 'claude-settings.json')
    const hooks = { PreToolUse: claudeEdits(words).map(({ element }) => element) }
    const files = [{ path, text: JSON.stringify({ hooks }, null, 2) + '\n' }]
    return { ...noRun, args: ['--settings', path], files }
  },
}

function cursorEdits(words: HookWords): readonly JsonHookEdit[] {
  const isOurs = (element: unknown): boolean => isOurCommand(field(element, 'command'))
  const element = { command: commandLine(words, 'cursor'), timeout: seconds, failClosed: true }
  // The first three have events of their own; asking twice would be asking twice.
  const others = '^(?!(Shell|Read|MCP:.*)$)'
  return [
    ...['beforeShellExecution', 'beforeMCPExecution', 'beforeReadFile'].map((event) => ({
      ...{ spot: { path: ['hooks', event], isOurs }, element },
    })),
    { spot: { path: ['hooks', 'preToolUse'], isOurs }, element: { ...element, matcher: others } },
  ]
}

/** `failClosed` makes a hook that breaks or is late a no. https://cursor.com/docs/hooks */
const cursor: HookRow = {
  name: 'cursor',
  title: 'Cursor',
  file: ({ scope, home, project }) => join(scope === 'user' ? home : project, '.cursor/hooks.json'),
  form: { kind: 'json', fresh: '{\n  "version": 1\n}\n', edits: cursorEdits },
  next: null,
  run: () => ({ ...noRun, overlays: [{ path: '~/.cursor/hooks.json', row: cursor }] }),
}

function codexEdits(words: HookWords): readonly JsonHookEdit[] {
  return grouped('PreToolUse', { command: commandLine(words, 'codex'), timeout: seconds })
}

/** The same as tables of config.toml, where somebody has hooks there. */
export function codexTables(words: HookWords): string {
  const command = `command = ${tomlText(commandLine(words, 'codex'))}`
  const handler = ['[[hooks.PreToolUse.hooks]]', 'type = "command"', command]
  return ['[[hooks.PreToolUse]]', ...handler, `timeout = ${seconds}`, ''].join('\n')
}

/**
 * Codex runs a hook only once its user has looked at it and trusts it: `/hooks`.
 * https://developers.openai.com/codex/hooks
 */
const codex: HookRow = {
  name: 'codex',
  title: 'Codex',
  file: (where) =>
    where.scope === 'user'
      ? join(under('CODEX_HOME', '.codex')(where), 'hooks.json')
      : join(where.project, '.codex/hooks.json'),
  form: { kind: 'json', fresh: '{}\n', edits: codexEdits },
  next: 'Codex runs it only after you have trusted it there: open `/hooks` in Codex',
  run: (words) => {
    const command = tomlText(commandLine(words, 'codex'))
    const hook = `{type="command",command=${command},timeout=${seconds}}`
    const args = ['-c', `hooks.PreToolUse=[{hooks=[${hook}]}]`]
    // Its user looks at it and trusts it, once. The flag that skips that would skip it for the
    // hooks of whoever wrote the repository too.
    return { ...noRun, args }
  },
}

function geminiEdits(words: HookWords): readonly JsonHookEdit[] {
  const command = commandLine(words, 'gemini')
  return grouped('BeforeTool', { name: 'holdpoint', command, timeout: seconds * 1000 })
}

/** Milliseconds, unlike the others. https://geminicli.com/docs/hooks/reference */
const gemini: HookRow = {
  name: 'gemini',
  title: 'Gemini CLI',
  file: ({ scope, home, project }) =>
    join(scope === 'user' ? home : project, '.gemini/settings.json'),
  form: { kind: 'json', fresh: '{}\n', edits: geminiEdits },
  next: null,
  run: (words, folder) => {
    const path = join(folder, 'gemini-settings.json')
    const hooks = { BeforeTool: geminiEdits(words).map(({ element }) => element) }
    const files = [{ path, text: JSON.stringify({ hooks }, null, 2) + '\n' }]
    return { ...noRun, environment: { GEMINI_CLI_SYSTEM_SETTINGS_PATH: path }, files }
  },
}

const opencode: HookRow = {
  name: 'opencode',
  title: 'opencode',
  file: (where) =>
    where.scope === 'user'
      ? join(under('XDG_CONFIG_HOME', '.config')(where), 'opencode/plugins/holdpoint.js')
      : join(where.project, '.opencode/plugins/holdpoint.js'),
  form: { kind: 'whole', text: ({ client }) => opencodePlugin(client) },
  next: null,
  run: ({ client }, folder) => {
    const path = join(folder, 'opencode/plugins/holdpoint.js')
    const environment = { OPENCODE_CONFIG_DIR: join(folder, 'opencode') }
    return { ...noRun, environment, files: [{ path, text: opencodePlugin(client) }] }
  },
}

/**
 * A file of its own. A hook of Copilot that is late is let pass, whatever it says.
 * https://docs.github.com/en/copilot/reference/hooks-reference
 */
const copilot: HookRow = {
  name: 'copilot',
  title: 'GitHub Copilot',
  file: (where) =>
    where.scope === 'user'
      ? join(under('COPILOT_HOME', '.copilot')(where), 'hooks/holdpoint.json')
      : join(where.project, '.github/hooks/holdpoint.json'),
  form: {
    kind: 'whole',
    text(words) {
      const bash = commandLine(words, 'copilot')
      const preToolUse = [{ type: 'command', bash, timeoutSec: seconds }]
      return JSON.stringify({ version: 1, hooks: { preToolUse } }, null, 2) + '\n'
    },
  },
  next: null,
  run: () => ({ ...noRun, overlays: [{ path: '~/.copilot/hooks/holdpoint.json', row: copilot }] }),
}

export const hookRows: readonly HookRow[] = [claudeCode, cursor, codex, gemini, opencode, copilot]

export function hookRow(name: HookAgentName): HookRow {
  const row = hookRows.find((one) => one.name === name)
  if (row === undefined) throw new Error(`no row for ${name}`)
  return row
}
