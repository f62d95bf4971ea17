import type { Control } from '../../api/control.ts'
import type { LedgerEntry } from '../../domain/fact.ts'
import { Fault } from '../../domain/fault.ts'
import type { Call, CommandRow } from '../command.ts'
import { entryIndent, entryLine } from '../../words/entries.ts'
import { exitCodes } from '../exit-codes.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'

const lastDefault = 20

export const log: CommandRow = {
  name: 'log',
  summary: 'what happened, and what happens, as it happens',
  details: 'While a gate runs it goes on until you stop it. With --json, one ledger entry a line.',
  options: [
    {
      form: '--since <when>',
      about: 'from an index, a date, or `10m`, `2h`, `7d` ago; `0` for all',
    },
    { form: '--no-follow', about: 'stop after the last entry' },
  ],
  run: (call) =>
    withControl(call, async ({ control, live }) => {
      const { given, output, surroundings } = call
      const { ledger } = await control.status({})
      const since = given.text('since')
      const from =
        since === null
          ? Math.max(0, ledger.size - lastDefault)
          : await startOf(since, control, ledger.size, surroundings.now())
      const stop = new AbortController()
      const ends = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
        surroundings.onSignal(signal, () => stop.abort()),
      )
      try {
        const to = live && given.flag('follow') ? Infinity : ledger.size
        await print(call, control.follow(from, stop.signal), to)
      } finally {
        stop.abort()
        for (const end of ends) end()
      }
      if (!live && given.flag('follow') && !output.json) {
        output.aside('no gate runs here, so nothing more will come')
      }
      return exitCodes.done
    }),
}

async function print(
  { output, surroundings }: Call,
  entries: AsyncIterable<LedgerEntry>,
  to: number,
): Promise<void> {
  if (to === 0) return
  try {
    for await (const entry of entries) {
      // One line an entry for programs; what a terminal would break anywhere is broken at words.
      const line = entryLine(entry)
      const isTty = surroundings.columns !== null
      await output.item(entry, isTty ? wrap(line, output.width, entryIndent) : [line])
      if (entry.index + 1 >= to || surroundings.stdout.destroyed) return
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return
    throw error
  }
}

const secondsOf: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** The index of the first entry not older than what was written. */
async function startOf(
  written: string,
  control: Control,
  size: number,
  now: number,
): Promise<number> {
  if (/^\d{1,15}$/.test(written)) return Number(written)
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(written) ?? []
  const at =
    count === undefined || unit === undefined
      ? Date.parse(written)
      : now - Number(count) * (secondsOf[unit] ?? 0) * 1000
  if (Number.isNaN(at)) {
    throw new Fault(
      'usage-since',
      '`--since` takes an index, a date as in `2026-01-31T12:00:00Z`, or `10m`, `2h`, `7d`',
    )
  }
  let low = 0
  let high = size
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [entry] = await control.entries({ from: middle, count: 1 })
    if (entry !== undefined && Date.parse(entry.at) < at) low = middle + 1
    else high = middle
  }
  return low
}
