import type { Measured } from './run.ts'

/** A Markdown table: requests a second, the ratio to nginx, and what each adds to direct. */
export function renderTable(
  about: Readonly<Record<string, string | number>>,
  results: readonly Measured[],
): string {
  const lines = [
    Object.entries(about)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
    '',
    '| connections | target | requests/s | of nginx | added p50 (µs) | added p99 (µs) | errors |',
    '|---:|---|---:|---:|---:|---:|---:|',
  ]
  for (const result of results.toSorted(byConnectionsThenSpeed)) {
    const direct = find(results, 'direct', result.connections)
    const nginx = find(results, 'nginx', result.connections)
    const share =
      nginx === undefined ? '' : (result.requestsPerSecond / nginx.requestsPerSecond).toFixed(2)
    lines.push(
      `| ${result.connections} | ${result.target} | ${Math.round(result.requestsPerSecond)} | ${share} | ` +
        `${added(result.p50, direct?.p50)} | ${added(result.p99, direct?.p99)} | ${result.errors} |`,
    )
  }
  return lines.join('\n')
}

function byConnectionsThenSpeed(a: Measured, b: Measured): number {
  return a.connections - b.connections || b.requestsPerSecond - a.requestsPerSecond
}

function find(
  results: readonly Measured[],
  target: string,
  connections: number,
): Measured | undefined {
  return results.find((one) => one.target === target && one.connections === connections)
}

function added(value: number, base: number | undefined): string {
  return base === undefined ? '' : String(Math.round(value - base))
}
