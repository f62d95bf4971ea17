import { spawn } from 'node:child_process'

/** A program to run: no shell sees it. */
export interface CommandLine {
  readonly program: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly milliseconds: number
}

export type CommandEnd =
  | Readonly<{ kind: 'exited'; code: number }>
  | Readonly<{ kind: 'signalled'; signal: string }>
  | Readonly<{ kind: 'timed-out' }>
  | Readonly<{ kind: 'not-started'; why: string }>

/** Resolves when the program and all it started have ended; never rejects. */
export type RunCommand = (line: CommandLine) => Promise<CommandEnd>

/** Its output goes nowhere: it may hold secrets, and nothing of it is needed as proof. */
export const runCommand: RunCommand = (line) =>
  new Promise((resolve) => {
    const child = spawn(line.program, line.arguments, {
      env: line.environment,
      stdio: 'ignore',
      // A process group of its own, so that a deadline ends what the program started, too.
      detached: true,
      shell: false,
    })
    let timedOut = false
    const deadline = setTimeout(() => {
      timedOut = true
      killGroup(child.pid)
    }, line.milliseconds)
    child.once('error', (error) => {
      clearTimeout(deadline)
      resolve({ kind: 'not-started', why: 'code' in error ? String(error.code) : error.name })
    })
    child.once('exit', (code, signal) => {
      clearTimeout(deadline)
      killGroup(child.pid)
      if (timedOut) resolve({ kind: 'timed-out' })
      else if (code !== null) resolve({ kind: 'exited', code })
      else resolve({ kind: 'signalled', signal: signal ?? 'unknown' })
    })
  })

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended already.
  }
}
