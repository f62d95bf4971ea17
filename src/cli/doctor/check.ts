import { Fault } from '../../domain/fault.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped'
  readonly says: string
  /** what to do; null when there is nothing */
  readonly next: string | null
}

export function ok(name: string, says: string): Check {
  return { name, state: 'ok', says, next: null }
}

export function warn(name: string, says: string, next: string): Check {
  return { name, state: 'warn', says, next }
}

export function fail(name: string, says: string, next: string): Check {
  return { name, state: 'fail', says, next }
}

export function skipped(name: string, says: string): Check {
  return { name, state: 'skipped', says, next: null }
}

/** What was thrown, as a finding: the messages of our faults say what to do themselves. */
export function failed(name: string, error: unknown, next: string | null = null): Check {
  const says = error instanceof Error ? error.message : String(error)
  return {
    name,
    state: 'fail',
    says,
    next: error instanceof Fault ? next : (next ?? 'report this'),
  }
}
