import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { Fault } from '../../domain/fault.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf } from '../session.ts'
import { ownKey } from './ledger-verify.ts'

export const ledgerKey: CommandRow = {
  name: 'ledger key',
  summary: "the key that verifies this ledger's checkpoints; write it down elsewhere",
  async run(call) {
    const { state } = await configurationOf(call)
    if (!existsSync(join(state, 'ledger.key'))) {
      throw new Fault('not-found', 'there is no ledger yet; `holdpoint up` begins it')
    }
    const vkey = ownKey(state)
    call.output.result({ vkey }, [vkey])
    return exitCodes.done
  },
}
