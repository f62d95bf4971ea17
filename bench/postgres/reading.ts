// Reading alone, without a server: what each statement costs before anything is decided.
import { createSqlReading } from '../../src/reading/reading.ts'
import { fixtureCatalogue } from '../../test/postgres/catalogue-fixture.ts'
import { median } from '../median.ts'

export interface ReadingCost {
  readonly what: string
  readonly microseconds: number
}

const select = 'SELECT name FROM users WHERE id = '
/** short ones, so that most are had without interruption */
const batches = 301

export async function measureReading(): Promise<readonly ReadingCost[]> {
  const reading = await createSqlReading()
  const catalogue = fixtureCatalogue()
  const place = { upstream: 'bench-db', database: 'bench', environment: 'bench-db/*' }
  let next = 0
  const read = (text: string): void => void reading.readNow(text, catalogue, place)
  // A name that is new each time: nothing of it is remembered.
  const costs = [
    cost('point SELECT, never seen: parsed and read', 5, () =>
      read(`${select.replace('name', `name AS a${(next += 1)}`)}1`),
    ),
    cost('the same with another number', 50, () => read(select + String((next += 1)))),
    cost('the same text again', 500, () => read(`${select}$1`)),
    cost('UPDATE of one row, never seen', 5, () =>
      read(`UPDATE users SET name = 'a${(next += 1)}' WHERE id = 1`),
    ),
  ]
  await reading.close()
  return costs
}

function cost(what: string, times: number, work: () => void): ReadingCost {
  const taken: number[] = []
  for (let batch = -batches; batch < batches; batch++) {
    const start = performance.now()
    for (let i = 0; i < times; i++) work()
    if (batch >= 0) taken.push(((performance.now() - start) * 1000) / times)
  }
  return { what, microseconds: median(taken) }
}
