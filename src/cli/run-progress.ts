// What a person sees of a run while it goes on, and when it is over.
import type { Control } from '../api/control.ts'
import type { Lease } from '../domain/fact.ts'
import type { Call } from './command.ts'
import { wrap } from './output.ts'
import { createRunCounts } from './run-counts.ts'
import type { RunSummary } from './run-counts.ts'

export interface Followed {
  /** Waits for what is written already, then says what the run came to. */
  end(): Promise<void>
}

interface FollowOptions {
  readonly lease: Lease
  readonly from: number
  readonly fullScreen: boolean
}

const linesMax = 50

export function followRun(
  call: Call,
  control: Pick<Control, 'follow' | 'status'>,
  { lease, from, fullScreen }: FollowOptions,
): Followed {
  const { output, surroundings } = call
  const counts = createRunCounts(lease.id, lease.agent)
  const title = titleOf(call)
  const stop = new AbortController()
  const shows = surroundings.isTty.stderr && !fullScreen
  let seen = from
  let said = 0
  let wake: () => void = () => undefined

  async function follow(): Promise<void> {
    for await (const entry of control.follow(from, stop.signal)) {
      seen = entry.index + 1
      const line = counts.add(entry)
      title.show(`holdpoint: ${counts.brief()}`)
      // A program that has the screen would be written over; there the title says it.
      if (line !== null && shows && said++ < linesMax) {
        for (const one of wrap(`holdpoint: ${line}`, output.width, '  ')) output.aside(one)
      }
      wake()
    }
  }

  const following = follow().catch(() => undefined)
  return {
    async end() {
      const { ledger } = await control.status({}).catch(() => ({ ledger: { size: seen } }))
      const patience = setTimeout(() => stop.abort(), 2000)
      while (seen < ledger.size && !stop.signal.aborted) {
        await Promise.race([
          new Promise<void>((resolve) => (wake = resolve)),
          following,
          new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve())),
        ])
      }
      clearTimeout(patience)
      stop.abort()
      await following
      title.end()
      say(call, counts.summary())
    },
  }
}

function say({ output }: Call, summary: RunSummary): void {
  const { actions, allowed, refused, held, waiting, changed, frozen } = summary
  const fit = (line: string): void =>
    wrap(line, output.width, '  ').forEach((one) => output.aside(one))
  fit(
    actions === 0
      ? 'holdpoint: nothing left the sandbox'
      : `holdpoint: ${actions} action${actions === 1 ? '' : 's'}: ` +
          `${allowed} allowed, ${held} held, ${refused} refused`,
  )
  if (waiting.length > 0) fit(`  still waiting: ${waiting.join(', ')}; holdpoint holds list`)
  const last = changed.at(-1)
  if (last !== undefined) fit(`  what changed: holdpoint log; holdpoint undo ${last}`)
  if (frozen !== null) fit(`  the agent is frozen: ${frozen}; holdpoint resume lifts that`)
}

/** The title of the terminal's window: xterm keeps the old one on a stack. */
function titleOf({ surroundings }: Call): { show(text: string): void; end(): void } {
  const { stderr, isTty } = surroundings
  let shown = ''
  return {
    show(text) {
      if (!isTty.stderr || text === shown) return
      stderr.write(`${shown === '' ? '\x1b[22;2t' : ''}\x1b]2;${text}\x07`)
      shown = text
    },
    end() {
      if (shown !== '') stderr.write('\x1b[23;2t')
    },
  }
}
