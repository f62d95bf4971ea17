// What is known of the agents that people run: a row each. A folder or file that a row does not
// name is private to the run: it begins empty and is gone afterwards.

export interface AgentRow {
  readonly name: string
  /** the names under which it is started */
  readonly executables: readonly string[]
  /** where its model answers: what it must reach to work at all, and nothing else */
  readonly hosts: readonly string[]
  /** in the home folder; kept from run to run: sessions, its own sign-in at its model */
  readonly kept: readonly string[]
  /**
   * in the home folder; seen and not changed, because they say what runs later, or are run; one
   * that lies in what is kept is made, empty, where it is not there
   */
  readonly shown: readonly string[]
  /** in the home folder; a copy that it may write to and that nobody else ever reads */
  readonly copied: readonly string[]
  /** its own credentials at its model */
  readonly variables: readonly string[]
  /** set for it: above all its own sandbox switched off, which cannot nest in this one */
  readonly set: Readonly<Record<string, string>>
  /** it takes the whole terminal */
  readonly fullScreen: boolean
}

export const agentRows: readonly AgentRow[] = [
  {
    // https://code.claude.com/docs/en/network-config: the API and the two sign-ins; versions before
    // 2026 sign in at the console. Without updates, statistics, plugins' downloads.
    name: 'claude-code',
    executables: ['claude'],
    hosts: ['api.anthropic.com', 'console.anthropic.com', 'claude.ai', 'platform.claude.com'],
    kept: [
      ...['.claude/.credentials.json', '.claude/projects', '.claude/todos', '.claude/tasks'],
      ...['.claude/history.jsonl', '.claude/file-history', '.claude/plans', '.claude/sessions'],
    ],
    shown: [
      ...['.claude/settings.json', '.claude/settings.local.json', '.claude/CLAUDE.md'],
      ...['.claude/commands', '.claude/agents', '.claude/skills', '.claude/plugins'],
      ...['.claude/hooks', '.claude/rules', '.claude/output-styles', '.claude/keybindings.json'],
      ...['.local/share/claude'],
    ],
    // It names MCP servers that the next session starts.
    copied: ['.claude.json'],
    variables: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'],
    set: { DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
    fullScreen: true,
  },
  {
    // https://github.com/openai/codex/blob/main/codex-rs/model-provider-info/src/lib.rs, and
    // https://github.com/openai/codex/blob/main/docs/config.md
    name: 'codex',
    executables: ['codex'],
    hosts: ['api.openai.com', 'chatgpt.com', 'auth.openai.com'],
    kept: ['.codex/auth.json', '.codex/sessions', '.codex/history.jsonl'],
    shown: [
      ...['.codex/config.toml', '.codex/AGENTS.md', '.codex/prompts', '.codex/rules'],
      ...['.codex/skills', '.codex/hooks.json'],
    ],
    copied: [],
    variables: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
    set: {},
    fullScreen: true,
  },
  {
    // https://cursor.com/docs/enterprise/network-configuration
    name: 'cursor',
    executables: ['cursor-agent'],
    hosts: [
      ...['api2.cursor.sh', 'api3.cursor.sh', 'api5.cursor.sh', 'repo42.cursor.sh'],
      ...['authenticate.cursor.sh', 'authenticator.cursor.sh', 'agent.api5.cursor.sh'],
      ...['agentn.api5.cursor.sh', 'agentn.global.api5.cursor.sh'],
      ...['api2direct.cursor.sh', 'cursor.com'],
    ],
    kept: ['.config/cursor/auth.json', '.cursor/chats', '.cursor/projects'],
    shown: [
      ...['.cursor/mcp.json', '.cursor/hooks.json', '.cursor/hooks', '.cursor/rules'],
      ...['.cursor/commands', '.cursor/skills', '.local/share/cursor-agent'],
    ],
    copied: ['.cursor/cli-config.json', '.cursor/agent-cli-state.json'],
    variables: ['CURSOR_API_KEY'],
    set: {},
    fullScreen: true,
  },
  {
    // https://github.com/google-gemini/gemini-cli/blob/main/packages/core/src/config/storage.ts, and
    // code_assist/server.ts beside it. Programs that it downloads lie in its temporary folder.
    name: 'gemini',
    executables: ['gemini'],
    hosts: [
      ...['generativelanguage.googleapis.com', 'cloudcode-pa.googleapis.com'],
      ...['oauth2.googleapis.com', 'accounts.google.com', 'www.googleapis.com'],
    ],
    kept: [
      ...['.gemini/oauth_creds.json', '.gemini/google_accounts.json', '.gemini/tmp'],
      ...['.gemini/history', '.gemini/installation_id'],
    ],
    shown: [
      ...['.gemini/settings.json', '.gemini/GEMINI.md', '.gemini/commands'],
      ...['.gemini/extensions', '.gemini/trustedFolders.json', '.gemini/skills'],
      ...['.gemini/memory.md', '.gemini/policies', '.gemini/policy_integrity.json'],
      ...['.gemini/agents', '.gemini/acknowledgments', '.agents/skills', '.gemini/tmp/bin'],
    ],
    copied: ['.gemini/state.json', '.gemini/projects.json'],
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    set: { GEMINI_SANDBOX: 'false' },
    fullScreen: true,
  },
  {
    // https://github.com/anomalyco/opencode/blob/dev/packages/opencode/src/global/index.ts: language
    // servers that it downloads lie in `bin`, beside its sessions.
    name: 'opencode',
    executables: ['opencode'],
    hosts: [
      ...['opencode.ai', 'models.dev', 'api.anthropic.com', 'api.openai.com'],
      ...['generativelanguage.googleapis.com', 'openrouter.ai'],
    ],
    kept: ['.local/share/opencode', '.local/state/opencode'],
    shown: ['.config/opencode', '.opencode', '.local/share/opencode/bin'],
    copied: [],
    variables: [
      ...['OPENCODE_API_KEY', 'ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'],
      'OPENROUTER_API_KEY',
    ],
    set: { OPENCODE_DISABLE_AUTOUPDATE: 'true' },
    fullScreen: true,
  },
  {
    name: 'aider',
    executables: ['aider'],
    hosts: [
      ...['api.anthropic.com', 'api.openai.com', 'generativelanguage.googleapis.com'],
      ...['openrouter.ai', 'api.deepseek.com', 'raw.githubusercontent.com'],
    ],
    kept: ['.aider/caches', '.aider/oauth-keys.env'],
    shown: ['.aider.conf.yml', '.aider.model.settings.yml', '.aider.model.metadata.json'],
    copied: [],
    variables: [
      ...['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY'],
      'DEEPSEEK_API_KEY',
    ],
    set: { AIDER_ANALYTICS: 'false', AIDER_CHECK_UPDATE: 'false' },
    fullScreen: false,
  },
]

const anyCommand: AgentRow = {
  name: 'command',
  executables: [],
  ...{ hosts: [], kept: [], shown: [], copied: [], variables: [] },
  set: {},
  fullScreen: false,
}

/** By the name of the program; what no row names is a command like any other. */
export function agentRowOf(command: string): AgentRow {
  const name = command.slice(command.lastIndexOf('/') + 1)
  return agentRows.find(({ executables }) => executables.includes(name)) ?? anyCommand
}

export function isAnyCommand(row: AgentRow): boolean {
  return row === anyCommand
}
