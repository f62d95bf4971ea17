import type { GuardedCost } from './guarded.ts'
import type { ReadingCost } from './reading.ts'
import type { Protocol } from './load.ts'
import type { IdleCost, OpeningCost } from './sessions.ts'

export interface Selects {
  readonly target: string
  readonly protocol: Protocol
  readonly clients: number
  readonly perSecond: number
  readonly failures: number
}

export interface Results {
  readonly about: Readonly<Record<string, string | number>>
  readonly selects: readonly Selects[]
  readonly changes: readonly GuardedCost[]
  readonly opening: readonly OpeningCost[]
  readonly idle: IdleCost | null
  readonly reading: readonly ReadingCost[]
}

/** Markdown, as it stands in docs/benchmarks.md. */
export function renderResults(results: Results): string {
  const about = Object.entries(results.about)
    .map(([name, value]) => `${name} ${value}`)
    .join(' · ')
  const { selects, changes, opening, idle, reading } = results
  return [
    about,
    ...(selects.length === 0 ? [] : [renderSelects(selects)]),
    ...(changes.length === 0 ? [] : [renderChanges(changes)]),
    ...(opening.length === 0 ? [] : [renderOpening(opening)]),
    ...(idle === null ? [] : [renderIdle(idle)]),
    ...(reading.length === 0 ? [] : [renderReading(reading)]),
  ].join('\n\n')
}

function renderSelects(selects: readonly Selects[]): string {
  const rows = selects.map(({ target, protocol, clients, perSecond, failures }) => {
    const direct = selects.find(
      (one) => one.target === 'direct' && one.protocol === protocol && one.clients === clients,
    )
    const added = 1e6 * clients * (1 / perSecond - 1 / (direct?.perSecond ?? NaN))
    return (
      `| ${clients} | ${protocol} | ${target} | ${Math.round(perSecond)} | ` +
      `${(perSecond / (direct?.perSecond ?? NaN)).toFixed(2)} | ${Math.round(added)} | ${failures} |`
    )
  })
  return [
    '| clients | protocol | target | SELECTs/s | of direct | added mean (µs) | errors |',
    '|---:|---|---|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function renderChanges(changes: readonly GuardedCost[]): string {
  const rows = changes.map(({ change, plain, enrolled, guarded, times }) => {
    const ratio = (guarded / plain).toFixed(1)
    return `| ${change} | ${ms(plain)} | ${ms(enrolled)} | ${ms(guarded)} | ${ratio} | ${times} |`
  })
  return [
    '| autocommitted | plain (ms) | enrolled, past the gate (ms) | through the gate, kept (ms) | of plain | times |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function renderOpening(opening: readonly OpeningCost[]): string {
  const rows = opening.map(
    ({ target, open, openAndAsk, times }) =>
      `| ${target} | ${ms(open)} | ${ms(openAndAsk)} | ${times} |`,
  )
  return [
    '| a session | open (ms) | and a first answer (ms) | times |',
    '|---|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function renderIdle({ sessions, before, after }: IdleCost): string {
  const each = Math.round((after - before) / sessions)
  const [from, to] = [before, after].map((kilobytes) => Math.round(kilobytes / 1024))
  return (
    `An idle session takes ${each} kB of the gate's memory ` +
    `(${from} MB before, ${to} MB with ${sessions} sessions).`
  )
}

function renderReading(reading: readonly ReadingCost[]): string {
  const rows = reading.map(({ what, microseconds }) => `| ${what} | ${microseconds.toFixed(2)} |`)
  return ['| reading, nothing else | µs |', '|---|---:|', ...rows].join('\n')
}

function ms(milliseconds: number): string {
  return milliseconds.toFixed(2)
}
