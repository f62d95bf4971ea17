/**
 * The plugin for opencode: a file in its plugins folder. Version 1 calls `server` of the default
 * export and takes a rejection of `tool.execute.before` for a no; version 2 calls `setup`, where
 * `execute.before` of the tool hooks does the same.
 * https://opencode.ai/docs/plugins/ and https://opencode.ai/v2/docs/build/plugins/migrate-v1
 */
export function opencodePlugin(client: string): string {
  return `// Written by \`holdpoint hook install opencode\`; \`holdpoint hook uninstall opencode\` takes it away.
import { spawn } from 'node:child_process'

const client = ${JSON.stringify(client)}
const off = 'a person can turn this off: holdpoint hook uninstall opencode'

/** Rejects unless the hook ends with 0: whatever goes wrong is a no. */
function ask(tool, session, input, directory) {
  const event = { hook_event_name: 'PreToolUse', session_id: session, cwd: directory }
  const body = JSON.stringify({ ...event, tool_name: tool, tool_input: input ?? {} })
  return new Promise((resolve, reject) => {
    const hook = spawn(client, ['opencode'], { stdio: ['pipe', 'ignore', 'pipe'] })
    let said = ''
    hook.stderr.on('data', (piece) => (said += piece))
    hook.on('error', () => reject(new Error(\`holdpoint refused this, its hook did not start; \${off}\`)))
    hook.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(said.trim() || \`holdpoint refused this, its hook broke; \${off}\`))
    })
    hook.stdin.on('error', () => undefined)
    hook.stdin.end(body)
  })
}

async function server({ directory }) {
  return {
    'tool.execute.before': ({ tool, sessionID }, { args }) => ask(tool, sessionID, args, directory),
  }
}

function setup({ tool }) {
  return tool.hook('execute.before', (event) =>
    ask(event.tool, event.sessionID, event.input, process.cwd()),
  )
}

const plugin = { id: 'holdpoint', server, setup }
export { plugin as default }
`
}
