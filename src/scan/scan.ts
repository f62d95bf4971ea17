import { Budget } from './budget.ts'
import { createCollector } from './collect.ts'
import type { ScanReport, SourceName, SourceReport } from './finding.ts'
import type { ScanWorld } from './source.ts'
import { sources } from './sources.ts'

export interface ScanOptions {
  readonly world: ScanWorld
  readonly only: readonly SourceName[]
  /** secret, of this machine: makes fingerprints that tell nothing elsewhere */
  readonly salt: Uint8Array
  /** told which source is being read */
  readonly progress: (about: string) => void
}

/** Looks for credentials within an agent's reach. Never rejects for what it meets. */
export async function scan({ world, only, salt, progress }: ScanOptions): Promise<ScanReport> {
  const collector = createCollector(salt, world.now())
  const reports: SourceReport[] = []
  for (const source of sources.filter(({ name }) => only.includes(name))) {
    progress(source.about)
    const budget = new Budget(source.name, source.limits, world.now)
    try {
      await source.read(world, collector, budget)
    } catch (fault) {
      // Its message may quote what was read: only its name is repeated.
      budget.stop(`stopped by a fault (${fault instanceof Error ? fault.name : 'unknown'})`)
    }
    reports.push(budget.report())
  }
  const { leases, expired, overflow } = collector.counts()
  const complete = !overflow && reports.every(({ state }) => state === 'read')
  return { findings: collector.findings(), leases, expired, sources: reports, complete }
}
