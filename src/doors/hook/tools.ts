// The tools of agents, by the names that their makers gave them, and by the shape of what they are
// given where the name is new: whatever has a `command` runs it, whatever has a path and a content
// writes it.
import type { Asked, ToolCall } from './event.ts'
import { patchedFiles } from './patch.ts'

const askedMax = 200

type Kind = 'shell' | 'powershell' | 'write' | 'remove' | 'read' | 'patch' | 'editor' | 'harmless'

const kinds: Readonly<Record<string, Kind>> = {
  // Claude Code. https://code.claude.com/docs/en/tools-reference
  Bash: 'shell',
  Monitor: 'shell',
  PowerShell: 'powershell',
  Write: 'write',
  Edit: 'write',
  MultiEdit: 'write',
  NotebookEdit: 'write',
  Read: 'read',
  NotebookRead: 'read',
  Grep: 'read',
  // Cursor: `beforeShellExecution` and its kin are read as these. https://cursor.com/docs/hooks
  Shell: 'shell',
  StrReplace: 'write',
  EditNotebook: 'write',
  ApplyPatch: 'patch',
  Delete: 'remove',
  // Codex. https://developers.openai.com/codex/hooks
  shell: 'shell',
  local_shell: 'shell',
  exec_command: 'shell',
  apply_patch: 'patch',
  // Gemini CLI. https://geminicli.com/docs/tools/
  run_shell_command: 'shell',
  write_file: 'write',
  replace: 'write',
  read_file: 'read',
  read_many_files: 'read',
  search_file_content: 'read',
  // opencode. https://opencode.ai/docs/tools/
  bash: 'shell',
  write: 'write',
  edit: 'write',
  multiedit: 'write',
  patch: 'patch',
  read: 'read',
  grep: 'read',
  // GitHub Copilot. https://docs.github.com/en/copilot/reference/hooks-reference
  powershell: 'powershell',
  create: 'write',
  view: 'read',
  str_replace_editor: 'editor',
  // None of these reaches a file or a command by itself.
  Task: 'harmless',
  Agent: 'harmless',
  task: 'harmless',
}

const pathFields = [
  'file_path',
  'filePath',
  'notebook_path',
  'absolute_path',
  'target_file',
  'path',
] as const
const contentFields = ['content', 'new_string', 'newString', 'file_text', 'edits', 'new_str']

type Fields = Readonly<Record<string, unknown>>

/** What a call of a tool asks for; empty: nothing that a hook has a word for. */
export function askedOf({ tool, input, directory }: ToolCall): readonly Asked[] {
  if (/^mcp__|^mcp_|^MCP:/.test(tool)) return [{ kind: 'tool', name: tool, input }]
  const known = Object.hasOwn(kinds, tool) ? kinds[tool] : undefined
  const fields = fieldsOf(input)
  const kind = known ?? kindByShape(fields)
  if (fields === null) {
    return kind === 'harmless' ? [] : [unread(`the input of \`${tool}\` is no object`)]
  }
  const asked = askedAs(kind, tool, fields, directory)
  return asked.length > askedMax ? [unread(`more than ${askedMax} files at once`)] : asked
}

function askedAs(
  kind: Kind,
  tool: string,
  fields: Fields,
  directory: string | null,
): readonly Asked[] {
  switch (kind) {
    case 'shell':
      return [shellOf(tool, fields, directory)]
    case 'powershell':
      return [unread('PowerShell is not read here')]
    case 'write':
    case 'remove':
      return pathsOf(tool, kind, fields)
    case 'read':
      // A search names no file where it searches what is open.
      return pathNames(fields).map((path) => ({ kind, path }))
    case 'patch':
      return patchedFiles(patchOf(fields)) ?? [unread(`the patch of \`${tool}\` is not readable`)]
    case 'editor':
      return fields['command'] === 'view' ? [] : pathsOf(tool, 'write', fields)
    default:
      return []
  }
}

function kindByShape(fields: Fields | null): Kind {
  if (fields === null) return 'harmless'
  if (commandOf(fields) !== null) return 'shell'
  const writes = contentFields.some((field) => fields[field] !== undefined)
  return writes && pathNames(fields).length > 0 ? 'write' : 'harmless'
}

function shellOf(tool: string, fields: Fields, directory: string | null): Asked {
  const text = commandOf(fields)
  if (text === null) return unread(`\`${tool}\` came without a command`)
  const own = [fields['workdir'], fields['working_directory'], fields['directory'], fields['cwd']]
  const named = own.find((one): one is string => typeof one === 'string' && one !== '')
  return { kind: 'shell', text, directory: named ?? directory }
}

/** A text, or words that go to the system as they are. */
function commandOf({ command, cmd }: Fields): string | null {
  const value = command ?? cmd
  if (typeof value === 'string') return value
  if (!Array.isArray(value) || value.length === 0) return null
  const words: unknown[] = value
  if (!words.every((word) => typeof word === 'string')) return null
  return words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
}

function pathsOf(tool: string, kind: 'write' | 'remove', fields: Fields): readonly Asked[] {
  const paths = pathNames(fields)
  if (paths.length === 0) return [unread(`\`${tool}\` came without a path`)]
  return paths.map((path) => ({ kind, path }))
}

function pathNames(fields: Fields): readonly string[] {
  const one = pathFields.flatMap((field) => {
    const value = fields[field]
    return typeof value === 'string' && value !== '' ? [value] : []
  })
  const { paths, include } = fields
  const many = [paths, include].flatMap((value): unknown[] => (Array.isArray(value) ? value : []))
  return [...new Set([...one, ...many.filter((path) => typeof path === 'string')])]
}

function patchOf({ command, patch, patchText, input }: Fields): string {
  const value = [patchText, patch, input, command].find((one) => typeof one === 'string')
  if (typeof value === 'string') return value
  const last: unknown = Array.isArray(command) ? command.at(-1) : null
  return typeof last === 'string' ? last : ''
}

function fieldsOf(input: unknown): Fields | null {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? (input as Fields)
    : null
}

function unread(why: string): Asked {
  return { kind: 'unread', why }
}
