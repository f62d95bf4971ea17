// macOS, by sandbox-exec, through @anthropic-ai/sandbox-runtime: loaded there alone, and tested on
// no machine of ours. Its own proxy is told to use the gate's door; the profile keeps everything
// else.
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import { laterRun, laterRunIfThere, toolFolders } from './places.ts'

export interface SeatbeltWanted {
  readonly command: readonly string[]
  readonly workTree: string
  readonly home: string
  readonly kept: readonly string[]
  readonly hidden: readonly string[]
  /** of the HTTP door on this machine */
  readonly proxyPort: number
}

/** A shell command that runs the given one confined; rejects with a Fault where it cannot. */
export async function seatbeltCommand(wanted: SeatbeltWanted): Promise<string> {
  const { command, workTree, home, kept, hidden, proxyPort } = wanted
  const { SandboxManager } = await import('@anthropic-ai/sandbox-runtime')
  try {
    await SandboxManager.initialize({
      network: { allowedDomains: [], deniedDomains: [], httpProxyPort: proxyPort },
      filesystem: {
        denyRead: [home, ...hidden],
        allowRead: [workTree, ...[...toolFolders, ...kept].map((name) => join(home, name))],
        allowWrite: [workTree, '/tmp', ...kept.map((name) => join(home, name))],
        denyWrite: [...laterRun, ...laterRunIfThere].map(({ path }) => join(workTree, path)),
      },
    })
    return await SandboxManager.wrapWithSandbox(command.map(quoted).join(' '))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Fault('no-sandbox', `the sandbox of macOS could not be started: ${why}`)
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}
