// Incidents that are not replayed as commands, and why.

export interface NotReplayed {
  readonly id: string
  readonly source: string
  readonly why: string
}

const claude = 'https://github.com/anthropics/claude-code/issues/'
const codex = 'https://github.com/openai/codex/issues/'
const gemini = 'https://github.com/google-gemini/gemini-cli/issues/'

const unknown = 'the command was not reported'
const sql = 'a statement of SQL, not a command: the PostgreSQL door judges those'
const program = "code of the user's own that ran when a test or script did; no command says so"
const http = 'a request or a click, not a command: the HTTP door judges requests'
const mcp = 'calls of tools, not a command'
const leak = 'a secret was written or read, nothing was destroyed'

function not(id: string, source: string, why: string): NotReplayed {
  return { id, source, why }
}

export const notReplayed: readonly NotReplayed[] = [
  not(
    'pocketos-railway-volume-delete',
    'https://x.com/lifeof_jer/status/2048103471019434248',
    'a request to a provider: replayed by `holdpoint demo pocketos`',
  ),
  not('cc-46298-immich-put-job', `${claude}46298`, http),
  not('cc-65563-browser-delete-confirm', `${claude}65563`, http),
  not('cc-62343-dns-migration-mail-outage', `${claude}62343`, unknown),
  not('cc-7081-gcp-root-user', `${claude}7081`, unknown),
  not('gemini-2009-railway-db-dropped', `${gemini}2009`, unknown),
  not('vscode-292110-copilot-reset', 'https://github.com/microsoft/vscode/issues/292110', unknown),
  not('cc-21227-drop-table', `${claude}21227`, sql),
  not('cc-56738-delete-null-titles', `${claude}56738`, sql),
  not('cc-74557-init-db-truthy', `${claude}74557`, program),
  not('cc-9966-sequelize-sync-test', `${claude}9966`, program),
  not('codex-42480-drop-all', `${codex}42480`, program),
  not(
    'opencode-46386-drop-measurement',
    'https://github.com/anomalyco/opencode/issues/46386',
    'a query to InfluxDB over HTTP, which no door reads: unknown, and so refused there',
  ),
  not('opencode-27745-truncate', 'https://github.com/anomalyco/opencode/issues/27745', sql),
  not('freebuff-794-drop', 'https://github.com/CodebuffAI/freebuff/issues/794', unknown),
  not('cc-49220-password-reset', `${claude}49220`, unknown),
  not(
    'cc-36640-rm-nfs',
    `${claude}36640`,
    'run by ssh on a host with a mounted file system; the path was not reported, and a mount needs root',
  ),
  not(
    'cc-45523-compose-up-prod',
    `${claude}45523`,
    'a service was started that nobody had asked for, nothing was destroyed: passes as a write',
  ),
  not(
    'devopsdays-forrester-cluster',
    'https://devopsdays.org/events/2026-atlanta/program/michael-forrester',
    unknown,
  ),
  not('cc-46058-rm-pdfs', `${claude}46058`, unknown),
  not('cc-25863-rm-project-git', `${claude}25863`, 'the paths were not reported'),
  not('codex-46022-mass-delete-windows', `${codex}46022`, unknown),
  not('codex-47282-cleanup-clone', `${codex}47282`, unknown),
  not('codex-18509-archive-bulk-delete', `${codex}18509`, unknown),
  not('gemini-2617-rm-home', `${gemini}2617`, 'the paths were not reported'),
  not('gemini-15821-project-delete', `${gemini}15821`, unknown),
  not(
    'brave-57034-cache',
    'https://github.com/brave/brave-browser/issues/57034',
    'a cache outside of the work tree; the command was not reported',
  ),
  not('cc-12524-key-in-docs', `${claude}12524`, leak),
  not('cc-2142-keys-committed', `${claude}2142`, leak),
  not('cc-23820-mcp-list-token', `${claude}23820`, leak),
  not('cc-38417-env-transcripts', `${claude}38417`, leak),
  not(
    'openclaw-yue-inbox',
    'https://www.404media.co/meta-director-of-ai-safety-allows-ai-agent-to-accidentally-delete-her-inbox/',
    mcp,
  ),
  not('github-mcp-exfil', 'https://invariantlabs.ai/blog/mcp-github-vulnerability', mcp),
  not(
    'supabase-mcp-trifecta',
    'https://docs.tansive.io/blog/implementing-defense-prompt-injection-attacks-mcp',
    mcp,
  ),
  not(
    'antigravity-exfil-webhook-site',
    'https://www.promptarmor.com/resources/google-antigravity-exfiltrates-data',
    leak,
  ),
  not(
    'comment-and-control',
    'https://oddguan.com/blog/comment-and-control-prompt-injection-credential-theft-claude-code-gemini-cli-github-copilot/',
    leak,
  ),
  not(
    'meta-internal-agent',
    'https://www.engadget.com/ai/a-meta-agentic-ai-sparked-a-security-incident-by-acting-without-permission-224013384.html',
    http,
  ),
  not('uk-aisi-2026-07', 'UK AISI, INC-2026-07-28-01', http),
]
