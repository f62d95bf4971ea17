import { Fault } from '../../domain/fault.ts'

/**
 * Classes of SQLSTATE whose messages speak of objects and resources. Others may quote values, which
 * belong in no ledger.
 */
const speakable = /^(08|0A|28|3D|42|53|54|55|57|58)/

/** Why something failed, without a value out of any row. */
export function whyOf(error: unknown): string {
  if (error instanceof Fault) {
    const [, state] = /^sql-([0-9A-Z]{5})$/.exec(error.code) ?? []
    return state === undefined || speakable.test(state)
      ? error.message
      : `the database refused something (${state})`
  }
  if (!(error instanceof Error)) return 'an unknown fault'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  if (code === null) return error.name
  if (/^[0-9A-Z]{5}$/.test(code)) {
    return speakable.test(code)
      ? `the database says: ${error.message} (${code})`
      : `the database refused something (${code})`
  }
  return code === 'ENOSPC' ? 'the disk is full' : `${error.name} ${code}`
}
