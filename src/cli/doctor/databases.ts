import type { DatabaseReport } from '../../api/keeper.ts'
import { inert } from '../../wire/inert.ts'
import { listed } from '../../words/mandate.ts'
import type { Check } from './check.ts'
import { fail, ok, warn } from './check.ts'

/** Whether each database can be reached, who agents are there, and what could be taken back. */
export function checkDatabases(reports: readonly DatabaseReport[]): readonly Check[] {
  return reports.flatMap((report) => {
    const { upstream, database, fault, server } = report
    const name = `${upstream}/${inert(database)}`
    if (fault !== null || server === null) {
      const next = 'see that the server answers, and what the configuration says of it'
      return [fail('database', `${name} cannot be looked at: ${inert(fault ?? 'no answer')}`, next)]
    }
    return [
      ok('database', `${name} answers, PostgreSQL ${inert(server.version)}`),
      ...(server.tls ? [] : [withoutTls(name)]),
      ...(server.rolePower.length === 0 ? [] : [powerful(name, server.rolePower)]),
      ...checkEnrolment(name, report),
    ]
  })
}

function withoutTls(name: string): Check {
  const says = `${name} is spoken to without TLS: who is between reads along and can answer instead`
  return warn('tls', says, 'set `tls: verify-full`')
}

function powerful(name: string, power: readonly string[]): Check {
  const says =
    `the role that agents work as at ${name} ${listed(power, 'and')}, so what protects the ` +
    'database could be removed by what they run, and files of the server reached'
  return warn('role', says, 'give agents a role of their own, without such powers')
}

function checkEnrolment(name: string, report: DatabaseReport): readonly Check[] {
  const { upstream, database, enrolment, captureKey } = report
  const enrol = `holdpoint postgres enroll ${upstream} --database ${inert(database)}`
  if (enrolment === null) {
    return [warn('enrolment', `${name} is not enrolled: nothing there is recoverable`, enrol)]
  }
  if (!captureKey) {
    const says = `the capture key of ${name} is not in the vault: nothing there is recoverable`
    return [fail('enrolment', says, enrol)]
  }
  if (enrolment.outdated) {
    return [warn('enrolment', `${name} is enrolled in an old version`, enrol)]
  }
  if (enrolment.missing.length === 0) return [ok('enrolment', `${name} is enrolled`)]
  return enrolment.missing.map((why) =>
    warn('enrolment', `not recoverable in ${name}: ${inert(why)}`, 'put that right, then enroll'),
  )
}
