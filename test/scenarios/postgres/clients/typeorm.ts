// TypeORM with `synchronize` and `dropSchema`, which example projects and test set-ups have on.
import { DataSource, EntitySchema, EntitySchemaOptions } from 'typeorm'

import { main, say, url } from './told.ts'

interface Customer {
  readonly id: number
  readonly name: string
  readonly email: string
}

const customers = new EntitySchema<Customer>(
  Object.assign(new EntitySchemaOptions<Customer>(), {
    name: 'customers',
    columns: {
      id: { type: Number, primary: true, generated: true },
      name: { type: 'text' },
      email: { type: 'text', unique: true },
    },
  } as const),
)

const source = new DataSource({ type: 'postgres', url, entities: [customers] })

await main(async () => {
  await source.initialize()
  say({ found: await source.getRepository(customers).count() })
  await source.destroy()
  source.setOptions({ synchronize: true, dropSchema: true })
  await source.initialize()
  say('synchronised')
  const made = await source.getRepository(customers).save({ name: 'first', email: 'f@example.com' })
  say({ made: made.id })
})
if (source.isInitialized) await source.destroy()
