import { didYouMean } from '../configuration/nearest.ts'
import { Fault } from '../domain/fault.ts'

/** Says what there is instead, when that is short. */
export function notFound(what: string, named: string, known: readonly string[]): Fault {
  const meant = didYouMean(named, known)
  const next = meant === '' ? `; \`holdpoint ${what} list\` shows what there is` : meant
  const listed: Readonly<Record<string, string>> = {
    hold: '; `holdpoint holds list` shows what there is',
    decision: '; `holdpoint log` shows the decisions',
  }
  return new Fault('not-found', `there is no ${what} \`${named}\`${listed[what] ?? next}`)
}
