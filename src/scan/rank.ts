// The order of a list of findings: what could be lost to one, the most first.
import type { Finding } from './finding.ts'
import { sourceNames } from './finding.ts'
import { reachKinds } from './found.ts'

const destroys = ['yes', 'unknown', 'no']
const environments = ['production', null, 'staging', 'development']

/**
 * Sorts as text, the gravest first: whether it can destroy; how far it reaches; which environment
 * its place is called for; how near an agent it lies.
 */
export function rankOf(finding: Finding): string {
  const nearest = Math.min(...finding.places.map(({ source }) => sourceNames.indexOf(source)))
  const digits = [
    destroys.indexOf(finding.destroys),
    reachKinds.indexOf(finding.reach.kind),
    environments.indexOf(finding.environment),
    nearest,
  ]
  return digits.map((digit) => String(Math.max(digit, 0)).padStart(2, '0')).join('.')
}
