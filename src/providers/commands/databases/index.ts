import type { CommandRow } from '../commands.ts'
import { mongoRows } from './mongo.ts'
import { postgresRows } from './postgres.ts'
import { redisRow } from './redis.ts'
import { sqlClients } from './sql-clients.ts'
import { streamRows } from './streams.ts'

export const databases: readonly CommandRow[] = [
  ...postgresRows,
  ...sqlClients,
  ...mongoRows,
  redisRow,
  ...streamRows,
]
