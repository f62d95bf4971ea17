import type { DatabaseSync } from 'node:sqlite'

import type { Enrolment, FactOf } from '../domain/fact.ts'
import type { Digest, Instant } from '../domain/names.ts'
import { parseEntry } from '../wire/ledger-entry.ts'
import { conflict } from './fold.ts'
import type { Folds } from './fold.ts'
import { bytesOf, numberOf } from './rows.ts'

type PeopleFolds = Pick<Folds, 'enrolment-opened' | 'person-enrolled' | 'passkey-revoked'>

export function foldPeople(database: DatabaseSync): PeopleFolds {
  const enrolment = database.prepare(
    `SELECT leaf, used IS NOT NULL AS spent FROM enrolments JOIN facts USING(idx)
     WHERE code_hash = ?`,
  )
  const addEnrolment = database.prepare('INSERT INTO enrolments(code_hash, idx) VALUES(?, ?)')
  const useEnrolment = database.prepare('UPDATE enrolments SET used = ? WHERE code_hash = ?')
  const passkey = database.prepare('SELECT id FROM passkeys WHERE id = ?')
  const addPasskey = database.prepare(
    'INSERT INTO passkeys(id, idx, person, sign_count) VALUES(?, ?, ?, ?)',
  )
  const revokePasskey = database.prepare(
    'UPDATE passkeys SET revoked = coalesce(revoked, ?) WHERE id = ?',
  )
  const putPerson = database.prepare(
    'INSERT INTO people(name, roles) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET roles = ?2',
  )

  function usable(codeHash: Digest, at: Instant): Enrolment {
    const row = enrolment.get(codeHash)
    if (row === undefined) conflict('the code is not one that was given out', 'ask for a new one')
    if (numberOf(row, 'spent') === 1) conflict('the code has been used', 'ask for a new one')
    const { fact } = parseEntry(Buffer.from(bytesOf(row, 'leaf')).toString())
    const { enrolment: opened } = fact as FactOf<'enrolment-opened'>
    if (opened.expiresAt <= at) conflict('the code has expired', 'ask for a new one')
    return opened
  }

  return {
    'enrolment-opened'({ enrolment: { codeHash } }, { index }) {
      if (enrolment.get(codeHash) !== undefined) {
        conflict('the code was given out before', 'make a new one')
      }
      addEnrolment.run(codeHash, index)
    },
    'person-enrolled'({ person, roles, passkey: enrolled, codeHash }, { index, at }) {
      const opened = usable(codeHash, at)
      const wanted = [...opened.roles].sort().join()
      if (opened.person !== person || wanted !== [...roles].sort().join()) {
        conflict(
          `the code is for \`${opened.person}\`, as ${opened.roles.join(', ')}`,
          'ask for another',
        )
      }
      if (passkey.get(enrolled.id) !== undefined) {
        conflict('the passkey is enrolled already', 'use another one')
      }
      useEnrolment.run(at, codeHash)
      putPerson.run(person, JSON.stringify(roles))
      addPasskey.run(enrolled.id, index, person, enrolled.signCount)
    },
    'passkey-revoked'({ passkey: id }, { at }) {
      if (revokePasskey.run(at, id).changes === 0)
        conflict('there is no such passkey', 'see the list')
    },
  }
}
