// A connection of the gate's own, as the role that may change what it keeps in a database. No agent
// ever comes near it.
import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import { OwnNames, ask, askScript, quietSync } from './exchange.ts'
import type { Answer, Row } from './exchange.ts'
import type { ServerSession } from './session.ts'

export interface AdminClient {
  /**
   * With values: one statement, values bound as text. Without: as many as there are; rows of all of
   * them, in order.
   */
  query(sql: string, values?: Row): Promise<readonly Row[]>
}

export function createAdminClient(server: ServerSession): AdminClient {
  const names = new OwnNames()
  server.attach(() => true)

  async function query(sql: string, values: Row = []): Promise<readonly Row[]> {
    if (values.length === 0) {
      const asked = askScript(sql)
      server.submit([asked.part])
      return rowsOf(await asked.answer)
    }
    const asked = ask(names, sql, values)
    const sync = quietSync()
    server.submit([asked.part, sync.part])
    await sync.ended
    return rowsOf(await asked.answer)
  }

  return { query }
}

function rowsOf(answer: Answer): readonly Row[] {
  switch (answer.kind) {
    case 'rows':
      return answer.rows
    case 'error': {
      const { code, message } = answer.error
      throw new Fault(
        `sql-${code}`,
        `the server refused: ${inert(message)}; see its log, or ask its administrator`,
      )
    }
    default:
      throw new Fault(
        'upstream-unreachable',
        'the server closed the connection; whether it was done is not known, so look before trying again',
      )
  }
}
