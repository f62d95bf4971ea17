import type { DatabaseSync } from 'node:sqlite'

import type { Role } from '../domain/fact.ts'
import type { Instant, PersonName } from '../domain/names.ts'
import { kindOf, orNull } from './read-agents.ts'
import { numberOf, textOf, textOrNull } from './rows.ts'
import type { Row } from './rows.ts'
import type { EnrolmentRecord, PasskeyRecord, PersonRecord, StoreReads } from './store.ts'

type PeopleReads = Pick<
  StoreReads,
  'people' | 'person' | 'passkey' | 'enrolment' | 'unusedEnrolments'
>

export function readPeople(database: DatabaseSync): PeopleReads {
  const people = database.prepare('SELECT name, roles FROM people ORDER BY name')
  const person = database.prepare('SELECT name, roles FROM people WHERE name = ?')
  const passkeyColumns = 'SELECT leaf, sign_count, revoked FROM passkeys JOIN facts USING(idx)'
  const passkeys = database.prepare(`${passkeyColumns} WHERE person = ? ORDER BY idx`)
  const passkey = database.prepare(`${passkeyColumns} WHERE id = ?`)
  const enrolment = database.prepare(
    'SELECT leaf, used FROM enrolments JOIN facts USING(idx) WHERE code_hash = ?',
  )
  const unused = database.prepare(
    `SELECT leaf, used FROM enrolments JOIN facts USING(idx) WHERE used IS NULL
     ORDER BY idx DESC LIMIT ?`,
  )

  function personOf(row: Row): PersonRecord {
    const name = textOf(row, 'name') as PersonName
    return {
      name,
      roles: JSON.parse(textOf(row, 'roles')) as readonly Role[],
      passkeys: passkeys.all(name).map(passkeyOf),
    }
  }

  return {
    people: () => people.all().map(personOf),
    person: (name) => orNull(person.get(name), personOf),
    passkey: (id) => orNull(passkey.get(id), passkeyOf),
    unusedEnrolments: (count) => unused.all(count).map(enrolmentOf),
    enrolment: (codeHash) => orNull(enrolment.get(codeHash), enrolmentOf),
  }
}

function passkeyOf(row: Row): PasskeyRecord {
  const { fact, at } = kindOf(row, 'person-enrolled')
  return {
    passkey: { ...fact.passkey, signCount: numberOf(row, 'sign_count') },
    person: fact.person,
    enrolledAt: at,
    revokedAt: textOrNull(row, 'revoked') as Instant | null,
  }
}

function enrolmentOf(row: Row): EnrolmentRecord {
  return {
    enrolment: kindOf(row, 'enrolment-opened').fact.enrolment,
    usedAt: textOrNull(row, 'used') as Instant | null,
  }
}
