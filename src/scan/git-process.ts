// git, run on repositories that anybody may have written: nothing of their configuration starts a
// program, nothing is fetched, nothing is changed.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'

/** Settings of a repository that name programs, overruled: the command line outranks its files. */
const harmless = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.sshCommand=false',
  'core.askPass=false',
  'core.pager=cat',
  'core.attributesFile=/dev/null',
  'core.alternateRefsCommand=true',
  'credential.helper=',
  'diff.external=',
  'gpg.program=false',
  'log.showSignature=false',
  'protocol.allow=never',
  'uploadpack.packObjectsHook=',
].flatMap((setting) => ['-c', setting])

export interface GitRun {
  readonly child: ChildProcess
  /** What it writes, piece by piece, until it ends or is ended. */
  readonly pieces: AsyncIterable<Buffer>
  /** Rejects never: null when it could not be started or was ended. */
  readonly exit: Promise<number | null>
  end(): void
}

export function startGit(
  folder: string,
  words: readonly string[],
  { path, home }: Readonly<{ path: string; home: string }>,
): GitRun {
  const child = spawn('git', ['--no-replace-objects', ...harmless, '-C', folder, ...words], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: path,
      HOME: home,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_NO_LAZY_FETCH: '1',
      GIT_ATTR_NOSYSTEM: '1',
    },
  })
  const exit = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('close', (code) => resolve(code))
  })
  child.stdin.on('error', () => undefined)
  child.stdout.on('error', () => undefined)
  return { child, pieces: child.stdout, exit, end: () => void child.kill('SIGKILL') }
}

/** Its lines, of at most `charactersMax` characters each; longer ones are cut. */
export async function* linesOf({ pieces }: GitRun, charactersMax = 4096): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of pieces) {
    rest += piece.toString('utf8')
    const lines = rest.split('\n')
    rest = (lines.pop() ?? '').slice(0, charactersMax)
    for (const line of lines) yield line.slice(0, charactersMax)
  }
  if (rest !== '') yield rest
}
