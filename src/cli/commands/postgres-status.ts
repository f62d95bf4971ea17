import { controlInputs } from '../../api/control-inputs.ts'
import type { DatabaseReport } from '../../api/keeper.ts'
import { inert } from '../../wire/inert.ts'
import { bytesWords, counted } from '../amount-words.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { listed } from '../../words/mandate.ts'
import type { Output } from '../output.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const postgresStatus: CommandRow = {
  name: 'postgres status',
  summary: 'the databases, whether they can be reached, and what is recoverable there',
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const databases = await control.postgresStatus(typed(controlInputs.postgresStatus, { by }))
      call.output.result(
        { databases },
        databases.flatMap((one) => linesOf(one, call.output)),
      )
      const well = databases.every(({ fault }) => fault === null)
      return well ? exitCodes.done : exitCodes.failed
    }),
}

function linesOf(report: DatabaseReport, output: Output): readonly string[] {
  const { upstream, database, environment, fault, server } = report
  const fit = (line: string): readonly string[] => wrap(`  ${line}`, output.width, '    ')
  const title = `${upstream}/${inert(database)}`
  const head = `${output.paint('bold', title)}  ${inert(environment)}`
  if (fault !== null || server === null) {
    return [head, ...fit(output.paint('red', 'not reached: ') + inert(fault ?? 'no answer'))]
  }
  const tls = server.tls ? 'with TLS' : output.paint('yellow', 'WITHOUT TLS')
  const power = listed(server.rolePower, 'and')
  return [
    head,
    ...fit(`PostgreSQL ${inert(server.version)}, ${tls}`),
    ...(power === '' ? [] : fit(output.paint('yellow', `the agents' role ${power}`))),
    ...enrolmentLines(report, output).flatMap(fit),
  ]
}

function enrolmentLines(report: DatabaseReport, output: Output): readonly string[] {
  const { upstream, database, enrolment, captureKey } = report
  const enrol = `holdpoint postgres enroll ${upstream} --database ${inert(database)}`
  if (enrolment === null) {
    return [`${output.paint('yellow', 'not enrolled')}, so nothing is recoverable: ${enrol}`]
  }
  const { version, outdated, missing, kept, bytes } = enrolment
  return [
    `enrolled, version ${version}${outdated ? `, which is old: ${enrol}` : ''}`,
    ...(captureKey ? [] : [`${output.paint('red', 'its capture key is missing')}: ${enrol}`]),
    ...missing.map((why) => `not protected: ${inert(why)}`),
    `${counted(kept, 'change')} kept, ${bytesWords(bytes)}`,
  ]
}
