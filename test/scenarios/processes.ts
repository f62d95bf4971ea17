// Real programs, started as a user starts them, and what they printed.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { root } from '../source-files.ts'
import type { Printed } from './script.ts'

const program = join(root, 'src/cli/main.ts')
export const node = ['--disable-warning=ExperimentalWarning']

export interface Run {
  readonly args: readonly string[]
  readonly cwd?: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end; never rejects, but where there is no such program. */
export async function run(command: string, { args, cwd, input, env }: Run): Promise<Printed> {
  const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env } })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const [code] = (await once(child, 'close')) as [number | null]
  return {
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
    code: code ?? 1,
  }
}

export function holdpoint(
  args: readonly string[],
  options: Omit<Run, 'args'> = {},
): Promise<Printed> {
  return run(process.execPath, { ...options, args: [...node, program, ...args] })
}

/** Starts `holdpoint up` and gives what it printed first. */
export async function up(
  args: readonly string[],
  cwd: string,
): Promise<{ first: unknown; child: ChildProcess }> {
  const child = spawn(process.execPath, [...node, program, 'up', '--json', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // A test that is ended from outside leaves no gate behind.
  const last = (): boolean => child.kill('SIGKILL')
  process.once('exit', last)
  child.once('exit', () => process.off('exit', last))
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`up ended with ${String(code)}`)),
    ),
  ])) as [string]
  return { first: JSON.parse(line), child }
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

export function printed(good: boolean, text: string): Printed {
  return { stdout: text, stderr: '', code: good ? 0 : 1 }
}
