import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { Concealed } from '../domain/concealed.ts'
import type { Lease } from '../domain/fact.ts'
import { later } from '../domain/instant.ts'
import type { LeaseId, MandateId } from '../domain/names.ts'
import type { Presented } from '../domain/request.ts'
import { sha256 } from '../system/hash.ts'
import { systemRandom as random } from '../system/random.ts'
import { createScramClient, createScramServer } from '../system/scram.ts'
import type { ScramProof } from '../system/scram.ts'
import * as facts from '../../test/contracts/facts.ts'
import { openLedger } from '../../test/receipts.ts'
import { createLeases } from './leases.ts'
import type { Leases, ProvedLease } from './leases.ts'
import { makeVerifier, readVerifier, writeVerifier } from './lease-verifier.ts'

const { alice, fixer, start } = facts

async function place(t: TestContext) {
  const opened = await openLedger(t)
  const { ledger, store, clock } = opened
  const make = (): Leases => createLeases({ ledger, store, clock, random })
  const leases = make()
  await Promise.all([ledger.append(facts.agentAdded()), ledger.append(facts.mandateGranted())])
  const mandate = 'mandate_one' as MandateId
  const wanted = { agent: fixer, mandate, ttlSeconds: 3600, by: alice }
  const { lease, token } = await leases.issue(wanted)
  return { ...opened, leases, make, lease, token: token.reveal(), wanted }
}

/** What a client with this token proves, to a gate with these leases. */
async function proofOf({ scramSalt }: Leases, password: string): Promise<ScramProof> {
  const server = createScramServer({ ...scramSalt, nonce: 'server', endpoint: null })
  const mechanisms = ['SCRAM-SHA-256']
  const client = createScramClient({ password, nonce: 'client', mechanisms, endpoint: null })
  const first = server.begin(client.mechanism, Buffer.from(client.first))
  return server.end(Buffer.from(await client.answer(Buffer.from(first))))
}

async function prove(leases: Leases, password: string): Promise<ProvedLease> {
  const proved = leases.proveScram(await proofOf(leases, password))
  assert.ok(proved !== null)
  return proved
}

function codeOf(leases: Leases, ...presented: readonly Presented[]): string {
  const identity = leases.identify(presented)
  return identity.kind === 'known' ? identity.standing.lease.id : identity.code
}

test('a lease is proved without being shown, also after a restart', async (t) => {
  const { leases, make, token, lease } = await place(t)
  for (const each of [leases, make()]) {
    const proved = await prove(each, token)
    assert.equal(codeOf(each, proved.presented), lease.id)
    proved.end()
    assert.equal(codeOf(each, proved.presented), 'unknown-lease', 'nothing is left of it')
  }
})

test('the same lease on two connections: the end of one is not that of the other', async (t) => {
  const { leases, token, lease } = await place(t)
  const one = await prove(leases, token)
  const two = await prove(leases, token)
  one.end()
  assert.equal(codeOf(leases, two.presented), lease.id)
})

test('revocation, freeze, kill and time end it at once on a connection that is open', async (t) => {
  const { leases, token, lease, ledger, clock } = await place(t)
  const { presented } = await prove(leases, token)
  await ledger.append({ kind: 'tripped', agent: fixer, reason: 'budget', says: 'too much' })
  assert.equal(codeOf(leases, presented), 'frozen')
  await ledger.append({ kind: 'resumed', agent: fixer, by: alice })
  assert.equal(codeOf(leases, presented), lease.id)
  await ledger.append({ kind: 'killed', agent: null, by: alice })
  assert.equal(codeOf(leases, presented), 'killed')
  await ledger.append({ kind: 'kill-lifted', agent: null, by: alice })
  clock.advance(3601)
  assert.equal(codeOf(leases, presented), 'lease-expired')
  await leases.revoke(lease.id, alice)
  assert.equal(codeOf(leases, presented), 'lease-revoked')
  const late = await prove(leases, token)
  assert.equal(codeOf(leases, late.presented), 'lease-revoked', 'who comes later hears why')
})

test('who has no token proves nothing', async (t) => {
  const { leases, token } = await place(t)
  const proof = await proofOf(leases, token)
  assert.equal(leases.proveScram({ ...proof, authMessage: `${proof.authMessage}x` }), null)
  assert.equal(leases.proveScram({ ...proof, proof: new Uint8Array(32) }), null)
  assert.equal(leases.proveScram(await proofOf(leases, `${token}x`)), null)
})

test('a handle is nothing in any other place, and nothing else goes with it', async (t) => {
  const { leases, token } = await place(t)
  const { presented } = await prove(leases, token)
  const { value } = presented
  const shown = new Concealed('authorization', token)
  assert.equal(codeOf(leases, { place: 'authorization', value }), 'foreign-credential')
  assert.equal(codeOf(leases, { place: 'proxy', value }), 'unknown-lease')
  assert.equal(codeOf(leases, { place: 'session', value: shown }), 'unknown-lease')
  assert.equal(codeOf(leases, presented, { place: 'authorization', value: shown }), 'two-leases')
  assert.equal(codeOf(leases, presented, { place: 'session', value: shown }), 'two-leases')
})

test('a lease from before verifiers were kept cannot be proved', async (t) => {
  const { leases, ledger, wanted } = await place(t)
  const token = 'hpl_from-an-earlier-version'
  const old: Lease = {
    id: 'lease_old' as LeaseId,
    ...{ agent: wanted.agent, mandate: wanted.mandate },
    tokenHash: sha256(token),
    issuedAt: start,
    expiresAt: later(start, 60),
  }
  await ledger.append({ kind: 'lease-issued', lease: old, by: alice })
  assert.equal(codeOf(leases, { place: 'authorization', value: new Concealed('', token) }), old.id)
  assert.equal(leases.proveScram(await proofOf(leases, token)), null)
})

test('what is kept is neither in the ledger nor enough to log in with', async (t) => {
  const { store, folder, token, lease } = await place(t)
  const beside = store.besideLease(lease.id)
  assert.ok(beside !== null)
  const verifier = readVerifier(beside.bytes)
  assert.ok(verifier !== null)
  const stored = Buffer.from(verifier.storedKey).toString('base64')
  assert.ok(!JSON.stringify(store.entries(0, 100)).includes(stored))
  for (const name of ['store.sqlite', 'store.sqlite-wal']) {
    assert.ok(!readFileSync(join(folder, name), 'latin1').includes(token))
  }
})

test('a verifier that is not as it was written is none', () => {
  const written = writeVerifier(makeVerifier('token'))
  assert.ok(readVerifier(written) !== null)
  const text = Buffer.from(written).toString()
  for (const other of [text.replace('4096', '1'), `${text} `, '{}', 'null', '', '[1]']) {
    assert.equal(readVerifier(Buffer.from(other)), null, other)
  }
})
