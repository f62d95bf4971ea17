import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import { sha256 } from '../../src/system/hash.ts'
import * as facts from './facts.ts'
import { mustPut } from './under-test.ts'
import type { Refuses, StoreUnderTest } from './under-test.ts'

export function describePeople(under: () => StoreUnderTest, refuses: Refuses): void {
  const [opened, enrolled] = facts.enrolled(facts.alice)

  describe('people', () => {
    test('are enrolled by a code, once', () => {
      mustPut(under().store, [opened])
      assert.equal(under().store.enrolment(enrolled.codeHash)?.usedAt, null)
      assert.deepEqual(under().store.people(), [])
      mustPut(under().store, [enrolled])
      const store = under().reopen()
      assert.equal(store.enrolment(enrolled.codeHash)?.usedAt, facts.start)
      assert.deepEqual(store.person(facts.alice)?.roles, ['owner'])
      assert.deepEqual(
        store.person(facts.alice)?.passkeys.map(({ passkey }) => passkey.id),
        ['key-of-alice'],
      )
      assert.equal(store.passkey(enrolled.passkey.id)?.person, facts.alice)
      assert.equal(store.person(facts.bob), null)
      assert.equal(store.enrolment(sha256('another')), null)
    })

    test('lose a passkey for good', () => {
      const { store } = under()
      mustPut(store, [
        opened,
        enrolled,
        { kind: 'passkey-revoked', passkey: enrolled.passkey.id, by: facts.bob },
      ])
      assert.equal(store.passkey(enrolled.passkey.id)?.revokedAt, facts.start)
    })

    refuses('a code that was not given out', [], enrolled, /not one that was given/)
    refuses(
      'a code twice',
      [opened, enrolled],
      { ...enrolled, passkey: facts.passkeyOf(facts.bob) },
      /has been used/,
    )
    refuses('a code after its expiry', [opened], enrolled, /expired/, facts.muchLater)
    refuses("another person's code", [opened], { ...enrolled, person: facts.bob }, /for `alice`/)
    refuses(
      'a code with more roles',
      [opened],
      { ...enrolled, roles: ['owner', 'approver'] },
      /for `alice`/,
    )
    refuses('an invitation with a used code', [opened, enrolled], opened, /given out before/)
    const second = facts.enrolled(facts.bob)
    refuses(
      'a passkey twice',
      [opened, enrolled, second[0]],
      { ...second[1], passkey: enrolled.passkey },
      /enrolled already/,
    )
    refuses(
      'revoking no passkey',
      [],
      { kind: 'passkey-revoked', passkey: enrolled.passkey.id, by: facts.bob },
      /no such passkey/,
    )
  })
}
