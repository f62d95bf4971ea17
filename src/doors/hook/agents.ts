// How each agent tells what it is about to do, and how it is told no. All of them send one JSON
// document on stdin and take exit code 2 for a refusal; beside that each reads a JSON of its own.
// A pass says as little as it can: the agent's own questions to its user stay as they are.
import { Fault, unreachable } from '../../domain/fault.ts'
import type { HookAgentName, HookAnswer, ToolCall } from './event.ts'

interface AgentRow {
  /** Throws a Fault for what is no announcement of a tool. */
  call(event: Fields): ToolCall
  /** JSON for stdout */
  refusal(reason: string): object
  /** what stdout says where nothing is refused */
  readonly pass: string
}

type Fields = Readonly<Record<string, unknown>>

/**
 * PreToolUse of Claude Code: `session_id`, `cwd`, `tool_name`, `tool_input`. Exit 0 without JSON is
 * no decision; exit 2 blocks, and stderr goes to the model.
 * https://code.claude.com/docs/en/hooks#pretooluse
 */
const claudeCode: AgentRow = {
  call: (event) => snakeCall(event, 'PreToolUse'),
  refusal: permissionDecision,
  pass: '',
}

/**
 * The same names as Claude Code's, on purpose; `permissionDecision: "allow"` and `"ask"` are not
 * taken there, and nothing is said for a pass. `apply_patch` has the patch in `tool_input.command`.
 * https://developers.openai.com/codex/hooks
 */
const codex: AgentRow = { ...claudeCode }

/**
 * Four events: beforeShellExecution `{ command, cwd }`, beforeMCPExecution `{ tool_name,
 * tool_input }`, beforeReadFile `{ file_path }`, preToolUse `{ tool_name, tool_input, cwd }`; each
 * with `conversation_id` and `workspace_roots`. An answer that is no JSON counts as a failure.
 * https://cursor.com/docs/hooks
 */
const cursor: AgentRow = {
  call(event) {
    const session = text(event['conversation_id'])
    const workspaces = texts(event['workspace_roots'])
    const common = { session, directory: text(event['cwd']), workspaces }
    switch (event['hook_event_name']) {
      case 'beforeShellExecution':
        return { ...common, tool: 'Shell', input: { command: event['command'] } }
      case 'beforeReadFile':
        return { ...common, tool: 'Read', input: { file_path: event['file_path'] } }
      case 'beforeMCPExecution': {
        const tool = text(event['tool_name']) ?? ''
        return { ...common, tool: `MCP:${tool}`, input: parsed(event['tool_input']) }
      }
      case 'preToolUse':
        return { ...common, tool: named(event['tool_name']), input: parsed(event['tool_input']) }
      default:
        throw otherEvent(event['hook_event_name'])
    }
  },
  refusal: (reason) => ({ permission: 'deny', user_message: reason, agent_message: reason }),
  pass: '{"permission":"allow"}',
}

/** BeforeTool. https://geminicli.com/docs/hooks/reference#beforetool */
const gemini: AgentRow = {
  call: (event) => snakeCall(event, 'BeforeTool'),
  refusal: (reason) => ({ decision: 'deny', reason }),
  pass: '{}',
}

/** What our own plugin sends, see src/hooks/opencode.ts: the names of Claude Code's event. */
const opencode: AgentRow = { ...claudeCode }

/**
 * preToolUse `{ sessionId, cwd, toolName, toolArgs }`, where `toolArgs` is an object or its JSON; or
 * PreToolUse with the names of Claude Code's event. Any exit but 0 denies.
 * https://docs.github.com/en/copilot/reference/hooks-reference
 */
const copilot: AgentRow = {
  call(event) {
    if (event['tool_name'] !== undefined) return snakeCall(event, 'PreToolUse')
    return {
      session: text(event['sessionId']),
      directory: text(event['cwd']),
      workspaces: [],
      tool: named(event['toolName']),
      input: parsed(event['toolArgs']),
    }
  },
  refusal: (reason) => ({ permissionDecision: 'deny', permissionDecisionReason: reason }),
  pass: '',
}

function rowOf(agent: HookAgentName): AgentRow {
  switch (agent) {
    case 'claude-code':
      return claudeCode
    case 'cursor':
      return cursor
    case 'codex':
      return codex
    case 'gemini':
      return gemini
    case 'opencode':
      return opencode
    case 'copilot':
      return copilot
    default:
      return unreachable(agent)
  }
}

/** Throws a Fault for what this agent does not send. */
export function readCall(agent: HookAgentName, bytes: Uint8Array): ToolCall {
  let event: unknown
  try {
    event = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Fault('hook-input', 'the agent sent something that is no JSON')
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new Fault('hook-input', 'the agent sent JSON that is no object')
  }
  return rowOf(agent).call(event as Fields)
}

export function passing(agent: HookAgentName): HookAnswer {
  return { exit: 0, stdout: rowOf(agent).pass, stderr: '' }
}

export function refusing(agent: HookAgentName, reason: string): HookAnswer {
  return { exit: 2, stdout: JSON.stringify(rowOf(agent).refusal(reason)), stderr: reason }
}

function permissionDecision(reason: string): object {
  const decision = { permissionDecision: 'deny', permissionDecisionReason: reason }
  return { hookSpecificOutput: { hookEventName: 'PreToolUse', ...decision } }
}

function snakeCall(event: Fields, name: string): ToolCall {
  const said = event['hook_event_name']
  if (said !== undefined && said !== name) throw otherEvent(said)
  return {
    session: text(event['session_id']),
    directory: text(event['cwd']),
    workspaces: texts(event['workspace_roots']),
    tool: named(event['tool_name']),
    input: parsed(event['tool_input']),
  }
}

function otherEvent(name: unknown): Fault {
  const said = typeof name === 'string' ? name.slice(0, 60) : 'none'
  return new Fault('hook-event', `this hook does not answer the event \`${said}\``)
}

function named(value: unknown): string {
  const name = text(value)
  if (name === null) throw new Fault('hook-input', 'the agent did not say which tool it means')
  return name
}

/** Arguments come as an object, or as its JSON in a string. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    throw new Fault('hook-input', 'the arguments of the tool are no JSON')
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  const many: unknown[] = value
  return many.filter((one): one is string => typeof one === 'string' && one !== '')
}
