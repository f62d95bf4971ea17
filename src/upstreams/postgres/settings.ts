// The run-time parameters that a session begins with. What they mean is judged before; here it is
// made sure that each is a setting, and nothing else of a StartupMessage.
import type { Parameter } from '../../wire/postgres/startup.ts'

const namePattern = /^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$/
const neverSettings = new Set(['user', 'database', 'replication', 'options'])
const settingsMax = 50
const valueCharactersMax = 2_000

/** Why these cannot begin a session, in one clause; null when they can. */
export function refuseSettings(settings: readonly Parameter[]): string | null {
  if (settings.length > settingsMax) return `more than ${settingsMax} settings`
  const seen = new Set<string>()
  for (const [name, value] of settings) {
    const lower = name.toLowerCase()
    if (!namePattern.test(name) || lower.startsWith('_pq_')) return 'a setting with no such name'
    if (neverSettings.has(lower)) return `\`${lower}\` is no setting that an agent gives`
    if (seen.has(lower)) return `\`${lower}\` is given twice`
    if (value.includes('\0') || value.length > valueCharactersMax) return `\`${lower}\` is too long`
    seen.add(lower)
  }
  return null
}
