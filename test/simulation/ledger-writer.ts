// Appends until it is killed, and prints each index once it was promised to be durable. Its
// arguments: the state folder, and what the facts are to be made of.
import { writeSync } from 'node:fs'

import { decided, ended, sent, staged } from '../contracts/facts.ts'
import { manyFacts, openStage } from './ledger-stage.ts'

const [, , folder = '', round = ''] = process.argv
const { ledger } = await openStage(folder, { publishMilliseconds: 3 })
if (ledger.size() === 0) await Promise.all(staged.map((fact) => ledger.append(fact)))

/** The three facts of one request, the outcome a turn later, as the gateway writes them. */
async function request(id: string): Promise<void> {
  const permission = [ledger.append(decided(id)), ledger.append(sent(id))]
  for (const { index } of await Promise.all(permission)) writeSync(1, `${index} ${id}\n`)
  const { index } = await ledger.append(ended(id))
  writeSync(1, `${index} ${id}\n`)
}

for (let turn = 0; ; turn++) {
  const requests = Array.from({ length: turn % 7 }, (_, i) => request(`${round}-${turn}-${i}`))
  const others = manyFacts(turn % 5, turn * 5).map((fact) => ledger.append(fact))
  await Promise.all([...requests, ...others])
}
