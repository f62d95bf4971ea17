import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { createReleaseAudit } from '../../holds/audit.ts'
import { createNoteSigner } from '../../ledger/note.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import type { LedgerReport } from '../../ledger/verify.ts'
import { inert } from '../../wire/inert.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf } from '../session.ts'

export const ledgerVerify: CommandRow = {
  name: 'ledger verify',
  summary: 'derive the whole record again from its files, and check every release in it',
  details:
    'Needs no gate and no store. For a copy of the files: the folder, and the key that you\n' +
    'wrote down when it began (`holdpoint ledger key`); a key beside a copy proves nothing.',
  operands: [{ form: '[folder]', about: "a copy's folder; else this state's own" }],
  options: [{ form: '--key <vkey>', about: 'whose ledger it must be' }],
  async run(call) {
    const { folder, vkey } = await whichLedger(call)
    const audit = createReleaseAudit(null)
    const report = await verifyLedger(folder, { vkey, checkEntry: (entry) => audit.take(entry) })
    const verified = report.problemsFound === 0
    call.output.result({ verified, ...report }, linesOf(report, call))
    return verified ? exitCodes.done : exitCodes.failed
  },
}

async function whichLedger(call: Call): Promise<{ folder: string; vkey: string }> {
  const { given, surroundings } = call
  const folder = given.operand(0)
  const key = given.text('key')
  if (folder !== null && key !== null)
    return { folder: resolve(surroundings.cwd, folder), vkey: key }
  const { state } = await configurationOf(call)
  return {
    folder: folder === null ? join(state, 'ledger') : resolve(surroundings.cwd, folder),
    vkey: key ?? ownKey(state),
  }
}

/** The public half of this state's key; the copy in the ledger's folder vouches for nothing. */
export function ownKey(state: string): string {
  return createNoteSigner(readFileSync(join(state, 'ledger.key'), 'utf8').trim()).vkey
}

function linesOf(report: LedgerReport, { output }: Call): readonly string[] {
  const { origin, size, root, firstAt, lastAt, problems, problemsFound, beyond } = report
  const unknown = report.withoutOutcome
  return [
    problemsFound === 0
      ? `${output.paint('green', 'verified')}  ${size} entries of ${inert(origin)}`
      : `${output.paint('red', 'NOT VERIFIED')}  ${problemsFound} problems in ${inert(origin)}`,
    ...problems.map(({ file, says }) => `  ${inert(file)}: ${inert(says)}`),
    ...(size === 0 ? [] : [`root      ${root}`]),
    ...(firstAt === null || lastAt === null ? [] : [`from      ${firstAt} to ${lastAt}`]),
    ...(unknown.length === 0 ? [] : [`unknown   ${unknown.length} sent, and no outcome written`]),
    ...(beyond === 0 ? [] : [`beyond    ${beyond} files that no checkpoint vouches for yet`]),
  ]
}
