import type { DatabaseSync } from 'node:sqlite'

import type { Digest, PersonName } from '../domain/names.ts'
import { bytesOf, textOf } from './rows.ts'
import type { StoreReads } from './store.ts'

export function readPush(database: DatabaseSync): Pick<StoreReads, 'pushSubscriptions'> {
  const all = database.prepare(
    `SELECT subscription, person, salt, beside FROM push_subscriptions JOIN facts USING(idx)
     WHERE beside IS NOT NULL AND (?1 IS NULL OR person = ?1) ORDER BY idx`,
  )
  return {
    pushSubscriptions: (person = null) =>
      all.all(person).map((row) => ({
        person: textOf(row, 'person') as PersonName,
        subscription: textOf(row, 'subscription') as Digest,
        beside: { salt: bytesOf(row, 'salt'), bytes: bytesOf(row, 'beside') },
      })),
  }
}
