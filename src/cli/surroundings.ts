import type { Readable, Writable } from 'node:stream'

/** The world as the command line sees it. Only main.ts takes it from the process. */
export interface Surroundings {
  /** without the program's own name */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** the caller's folder, absolute */
  readonly cwd: string
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  readonly isTty: Readonly<{ stdin: boolean; stdout: boolean; stderr: boolean }>
  /** columns of the terminal; null when stdout is none */
  readonly columns: number | null
  /** who is logged in, as the operating system says */
  readonly user: string
  readonly pid: number
  /** `linux`, `darwin` */
  readonly platform: string
  /** what a sandbox is started with: the user's numbers, and this Node */
  readonly programs: Readonly<{ uid: number; gid: number; node: string; architecture: string }>
  /** milliseconds since 1970 */
  readonly now: () => number
  /** `24.21.0` */
  readonly nodeVersion: string
  /** Turns the terminal's echo of typed characters off and on; false when that did not work. */
  readonly echo: (on: boolean) => boolean
  /** Calls back when the system asks the process to stop or to reload; returns what ends that. */
  readonly onSignal: (signal: StopSignal | 'SIGHUP' | 'SIGQUIT', listener: () => void) => () => void
}

export type StopSignal = 'SIGINT' | 'SIGTERM'
