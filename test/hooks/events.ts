// Events as agents send them, in the words of their own documentation.
import type { HookAgentName } from '../../src/doors/hook/event.ts'

export interface Place {
  readonly workTree: string
  readonly session: string
}

/** A shell command, as each agent announces it. */
export const shellEvent: Readonly<
  Record<HookAgentName, (command: string, place: Place) => object>
> = {
  'claude-code': (command, { workTree, session }) => ({
    ...{ session_id: session, transcript_path: `${workTree}/t.jsonl`, cwd: workTree },
    ...{ permission_mode: 'default', hook_event_name: 'PreToolUse', tool_name: 'Bash' },
    tool_input: { command, description: 'Does it', timeout: 120000 },
    tool_use_id: 'toolu_01ABC123',
  }),
  cursor: (command, { workTree, session }) => ({
    ...{ conversation_id: session, generation_id: 'g1', model: 'm', user_email: null },
    ...{ hook_event_name: 'beforeShellExecution', cursor_version: '2.4.0' },
    workspace_roots: [workTree],
    ...{ command, cwd: workTree, sandbox: false },
  }),
  codex: (command, { workTree, session }) => ({
    ...{ session_id: session, turn_id: 't1', transcript_path: null, cwd: workTree },
    ...{ hook_event_name: 'PreToolUse', model: 'm', permission_mode: 'default' },
    ...{ tool_name: 'Bash', tool_input: { command }, tool_use_id: 'call_1' },
  }),
  gemini: (command, { workTree, session }) => ({
    ...{ session_id: session, transcript_path: '/t.json', cwd: workTree },
    ...{ hook_event_name: 'BeforeTool', timestamp: '2026-01-01T00:00:00.000Z' },
    ...{ tool_name: 'run_shell_command', tool_input: { command, description: 'Does it' } },
  }),
  opencode: (command, { workTree, session }) => ({
    ...{ hook_event_name: 'PreToolUse', session_id: session, cwd: workTree },
    ...{ tool_name: 'bash', tool_input: { command, description: 'Does it' } },
  }),
  copilot: (command, { workTree, session }) => ({
    ...{ sessionId: session, timestamp: 1704614400000, cwd: workTree, toolName: 'bash' },
    toolArgs: JSON.stringify({ command, description: 'Does it' }),
  }),
}

/** A file written, as each agent announces it. */
export const writeEvent: Readonly<Record<HookAgentName, (path: string, place: Place) => object>> = {
  'claude-code': (path, place) => ({
    ...shellEvent['claude-code']('', place),
    ...{ tool_name: 'Write', tool_input: { file_path: path, content: 'x' } },
  }),
  cursor: (path, { workTree, session }) => ({
    ...{ conversation_id: session, hook_event_name: 'preToolUse', workspace_roots: [workTree] },
    ...{ tool_name: 'Write', tool_input: { file_path: path, content: 'x' }, cwd: workTree },
  }),
  codex: (path, place) => ({
    ...shellEvent.codex('', place),
    tool_name: 'apply_patch',
    tool_input: { command: `*** Begin Patch\n*** Update File: ${path}\n@@\n-a\n+b\n*** End Patch` },
  }),
  gemini: (path, place) => ({
    ...shellEvent.gemini('', place),
    ...{ tool_name: 'write_file', tool_input: { file_path: path, content: 'x' } },
  }),
  opencode: (path, place) => ({
    ...shellEvent.opencode('', place),
    ...{ tool_name: 'write', tool_input: { filePath: path, content: 'x' } },
  }),
  copilot: (path, place) => ({
    ...shellEvent.copilot('', place),
    ...{ toolName: 'create', toolArgs: { path, file_text: 'x' } },
  }),
}

/** A file read, as the agents announce it whose reads can be told. */
export const readEvent: Readonly<Partial<typeof writeEvent>> = {
  'claude-code': (path, place) => ({
    ...shellEvent['claude-code']('', place),
    ...{ tool_name: 'Read', tool_input: { file_path: path } },
  }),
  cursor: (path, { workTree, session }) => ({
    ...{ conversation_id: session, hook_event_name: 'beforeReadFile', workspace_roots: [workTree] },
    ...{ file_path: path, content: 'secret', attachments: [] },
  }),
  gemini: (path, place) => ({
    ...shellEvent.gemini('', place),
    ...{ tool_name: 'read_file', tool_input: { file_path: path } },
  }),
  opencode: (path, place) => ({
    ...shellEvent.opencode('', place),
    ...{ tool_name: 'read', tool_input: { filePath: path } },
  }),
  copilot: (path, place) => ({
    ...shellEvent.copilot('', place),
    ...{ toolName: 'view', toolArgs: { path } },
  }),
}

/** A tool of an MCP server. */
export const toolEvent: Readonly<
  Partial<Record<HookAgentName, (sql: string, place: Place) => object>>
> = {
  'claude-code': (sql, place) => ({
    ...shellEvent['claude-code']('', place),
    ...{ tool_name: 'mcp__postgres__query', tool_input: { sql } },
  }),
  cursor: (sql, { workTree, session }) => ({
    ...{ conversation_id: session, hook_event_name: 'beforeMCPExecution' },
    ...{ workspace_roots: [workTree], tool_name: 'query', tool_input: JSON.stringify({ sql }) },
    command: 'npx postgres-mcp',
  }),
  codex: (sql, place) => ({
    ...shellEvent.codex('', place),
    ...{ tool_name: 'mcp__postgres__query', tool_input: { sql } },
  }),
  gemini: (sql, place) => ({
    ...shellEvent.gemini('', place),
    ...{ tool_name: 'mcp__postgres__query', tool_input: { sql } },
  }),
}
