// Files of the home folder: where tools keep their logins, shells their histories, agents their
// servers and transcripts.
import { lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'

import type { Budget } from './budget.ts'
import type { Collector } from './collect.ts'
import type { SourceName } from './finding.ts'
import { homeRows } from './origins.ts'
import type { ScanWorld, Source } from './source.ts'
import { readOne, walk } from './tree.ts'
import type { Reading } from './tree.ts'

/** Files that people and installers write exports into. */
const startup = [
  '.profile',
  '.bashrc',
  '.bash_profile',
  '.bash_aliases',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.config/fish/config.fish',
  '.config/fish/fish_variables',
  '.config/environment.d/*',
  '.env',
  '.envrc',
  '.pam_environment',
  '.curlrc',
  '.wgetrc',
]

const histories = [
  '.bash_history',
  '.zsh_history',
  '.zhistory',
  '.histfile',
  '.sh_history',
  '.local/share/fish/fish_history',
  '.psql_history',
  '.mysql_history',
  '.mariadb_history',
  '.sqlite_history',
  '.rediscli_history',
  '.mongodb/mongosh/mongosh_repl_history',
  '.python_history',
  '.node_repl_history',
  '.irb_history',
  '.lesshst',
]

/** Where agents and editors keep their MCP servers: commands, arguments, environment, URLs. */
const servers = [
  '.claude.json',
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.config/Claude/claude_desktop_config.json',
  'Library/Application Support/Claude/claude_desktop_config.json',
  '.cursor/mcp.json',
  '.config/Code/User/mcp.json',
  '.config/Code/User/settings.json',
  'Library/Application Support/Code/User/mcp.json',
  'Library/Application Support/Code/User/settings.json',
  '.vscode-server/data/User/mcp.json',
  '.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json',
  '.codex/config.toml',
  '.gemini/settings.json',
  '.config/opencode/opencode.json',
  '.config/opencode/opencode.jsonc',
  '.codeium/windsurf/mcp_config.json',
  '.continue/config.json',
  '.continue/config.yaml',
  '.config/zed/settings.json',
  '.config/goose/config.yaml',
  '.copilot/mcp-config.json',
  '.aws/amazonq/mcp.json',
]

/** What agents said and read, tool results with whole files included. */
const transcripts = [
  '.claude/projects',
  '.codex/sessions',
  '.gemini/tmp',
  '.local/share/opencode/storage',
  '.aider.chat.history.md',
]

const fileBytes = 8 * 2 ** 20
const small = { texts: 5000, bytes: 256 * 2 ** 20, fileBytes, milliseconds: 20_000 }

export const home: Source = {
  name: 'home',
  about: 'logins of command-line tools and what shells are started with, in the home folder',
  limits: small,
  read: listed('home', [...homeRows.map(({ path }) => path), ...startup]),
}

export const shellHistories: Source = {
  name: 'histories',
  about: 'histories of shells, database clients and interpreters',
  limits: { ...small, fileBytes: 32 * 2 ** 20 },
  read: (world, collector, budget) => {
    const { HISTFILE: named } = world.environment
    if (named?.startsWith('/') === true)
      readOne(named, 'history', 'histories', { world, collector, budget })
    listed('histories', histories)(world, collector, budget)
  },
}

export const mcpServers: Source = {
  name: 'mcp',
  about: 'MCP servers as agents and editors are configured to start them',
  limits: small,
  read: listed('mcp', servers),
}

export const agentTranscripts: Source = {
  name: 'transcripts',
  about: 'transcripts of agents, which repeat what was read to them',
  limits: { texts: 400, bytes: 256 * 2 ** 20, fileBytes: 16 * 2 ** 20, milliseconds: 20_000 },
  read(world, collector, budget) {
    const files: string[] = []
    for (const path of transcripts.map((one) => join(world.home, one))) {
      if (exists(path)) walk(path, world, budget, (file) => files.push(file))
    }
    // The newest first: when there are too many, the old ones are left out.
    const dated = files.map((file) => ({ file, at: modified(file) }))
    for (const { file } of dated.toSorted((a, b) => b.at - a.at)) {
      if (!budget.left) return
      readOne(file, relative(world.home, file), 'transcripts', { world, collector, budget })
    }
  },
}

function listed(source: SourceName, paths: readonly string[]) {
  return (world: ScanWorld, collector: Collector, budget: Budget): void => {
    for (const path of paths) {
      for (const file of matching(world.home, path)) {
        if (!budget.left) return
        readListed(file, source, { world, collector, budget })
      }
    }
  }
}

/** People keep their settings in a repository and link to it: such a link is followed, at home. */
function readListed(file: string, source: SourceName, reading: Reading): void {
  try {
    const stat = lstatSync(file)
    const readAs = relative(reading.world.home, file)
    if (stat.isSymbolicLink()) readOne(realpathSync(file), readAs, source, reading)
    else if (stat.isFile()) readOne(file, readAs, source, reading)
  } catch {
    // It is not there, which is as it should be.
  }
}

/** The files that a path with `*` for whole names, or parts of one, stands for. */
function matching(folder: string, path: string): readonly string[] {
  const [first = '', ...rest] = path.split('/')
  const names = first.includes('*') ? namesLike(folder, first) : [first]
  if (rest.length === 0) return names.map((name) => join(folder, name))
  return names.flatMap((name) => matching(join(folder, name), rest.join('/')))
}

function namesLike(folder: string, form: string): readonly string[] {
  const pattern = new RegExp(`^${form.replaceAll('.', '\\.').replaceAll('*', '.*')}$`)
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .slice(0, 500)
  } catch {
    return []
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function modified(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
