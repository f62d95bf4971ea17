import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { controlInputs } from '../../api/control-inputs.ts'
import { createProver } from '../../ledger/prove.ts'
import type { EntryProof } from '../../ledger/prove.ts'
import { need } from '../command.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf, withControl } from '../session.ts'
import { typed } from '../typed.ts'
import { ownKey } from './ledger-verify.ts'

export const ledgerProve: CommandRow = {
  name: 'ledger prove',
  summary: 'a proof that an entry is in the record, for people without our software',
  details:
    'Prints a C2SP `.tlog-proof`. With --out it writes the entry, the proof and a policy file,\n' +
    'which is all that an auditor needs.',
  operands: [{ form: '<entry>', about: 'its index, or the id of a decision' }],
  options: [{ form: '--out <folder>', about: 'write three files there' }],
  async run(call) {
    const { given, output, surroundings } = call
    const { state } = await configurationOf(call)
    const index = await indexOf(call, need(given.operand(0), 'the entry'))
    const proof = await createProver(join(state, 'ledger'), ownKey(state)).entry(index)
    const out = given.text('out')
    const files = out === null ? [] : writeFiles(resolve(surroundings.cwd, out), proof)
    const entry = Buffer.from(proof.entry).toString('utf8')
    const lines = out === null ? [proof.proof.trimEnd()] : files.map((file) => `wrote ${file}`)
    output.result({ ...proof, entry, files }, lines)
    return exitCodes.done
  },
}

async function indexOf(call: Call, written: string): Promise<number> {
  if (/^\d{1,15}$/.test(written)) return Number(written)
  return withControl(call, async ({ control }) => {
    const input = typed(controlInputs.explain, { decision: written })
    return (await control.explain(input)).index
  })
}

function writeFiles(
  folder: string,
  { index, entry, proof, policy }: EntryProof,
): readonly string[] {
  mkdirSync(folder, { recursive: true })
  const contents = [
    [`entry-${index}.json`, entry],
    [`entry-${index}.tlog-proof`, proof],
    [`entry-${index}.policy`, policy],
  ] as const
  return contents.map(([name, content]) => {
    const file = join(folder, name)
    writeFileSync(file, content)
    return file
  })
}
