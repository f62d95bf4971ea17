// What an agent says it is about to do, the same for every agent.

/** An agent that calls hooks, by the name that people type. */
export const hookAgents = [
  'claude-code',
  'cursor',
  'codex',
  'gemini',
  'opencode',
  'copilot',
] as const
export type HookAgentName = (typeof hookAgents)[number]

export function isHookAgent(name: string): name is HookAgentName {
  return (hookAgents as readonly string[]).includes(name)
}

/** A call of one tool, as the agent announces it. */
export interface ToolCall {
  /** the agent's own id of the conversation; null where it gives none */
  readonly session: string | null
  /** where the agent stands, absolute; null where it does not say */
  readonly directory: string | null
  /** the folders that are open in it */
  readonly workspaces: readonly string[]
  readonly tool: string
  readonly input: unknown
}

/** What of it is judged. */
export type Asked =
  | Readonly<{ kind: 'shell'; text: string; directory: string | null }>
  /** a path as written: absolute, or from where the agent stands */
  | Readonly<{ kind: 'write' | 'remove' | 'read'; path: string }>
  /** a tool of an MCP server */
  | Readonly<{ kind: 'tool'; name: string; input: unknown }>
  | Readonly<{ kind: 'unread'; why: string }>

/** What the hook ends with: agents read the exit code, stdout or stderr, each in its own way. */
export interface HookAnswer {
  /** 2 refuses, at every agent */
  readonly exit: 0 | 2
  /** JSON on one line, or nothing */
  readonly stdout: string
  readonly stderr: string
}
