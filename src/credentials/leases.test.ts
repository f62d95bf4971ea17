import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { inspect } from 'node:util'

import { Concealed } from '../domain/concealed.ts'
import type { Fact } from '../domain/fact.ts'
import type { Identity, StrangerCode } from '../domain/identity.ts'
import { later } from '../domain/instant.ts'
import type { AgentName, LeaseId, MandateId } from '../domain/names.ts'
import type { Presented } from '../domain/request.ts'
import { systemRandom as random } from '../system/random.ts'
import * as facts from '../../test/contracts/facts.ts'
import { openLedger } from '../../test/receipts.ts'
import type { OpenLedger } from '../../test/receipts.ts'
import { createLeases } from './leases.ts'
import type { Leases } from './leases.ts'

const { alice, fixer, start } = facts
const helper = 'helper' as AgentName
const main = 'mandate_one' as MandateId
const child = 'mandate_child' as MandateId

interface Place extends OpenLedger {
  readonly leases: Leases
  readonly ends: string[]
  readonly tell: (...facts: Fact[]) => Promise<void>
  /** as after a restart: everything from the store */
  readonly restarted: () => Leases
  readonly issue: (agent?: AgentName, mandate?: MandateId) => Promise<Issued>
}

interface Issued {
  readonly token: string
  readonly id: LeaseId
}

/** `fixer` works for alice, and has given a part of its mandate to `helper`. */
async function place(t: TestContext): Promise<Place> {
  const opened = await openLedger(t)
  const { ledger, store, clock } = opened
  const leases = createLeases({ ledger, store, clock, random })
  const ends: string[] = []
  leases.onEnd((lease, agent) => ends.push(`${lease} ${agent ?? 'everyone'}`))
  const tell = async (...told: Fact[]): Promise<void> => {
    await Promise.all(told.map((fact) => ledger.append(fact)))
  }
  await tell(
    facts.agentAdded(),
    facts.agentAdded(helper),
    facts.mandateGranted(),
    facts.mandateGranted({ id: child, agent: helper, parent: main }),
  )
  const issue = async (agent = fixer, mandate = main): Promise<Issued> => {
    const { lease, token } = await leases.issue({ agent, mandate, ttlSeconds: 3600, by: alice })
    return { token: token.reveal(), id: lease.id }
  }
  const restarted = (): Leases => createLeases({ ledger, store, clock, random })
  return { ...opened, leases, ends, tell, restarted, issue }
}

type Given = readonly [place: Presented['place'], value: string]

function presented(...given: readonly Given[]): Presented[] {
  return given.map(([where, value]) => ({ place: where, value: new Concealed(where, value) }))
}

function codeOf(identity: Identity): StrangerCode | 'known' {
  if (identity.kind === 'known') return 'known'
  assert.match(identity.says, /^[a-z`].*[^.]$/)
  assert.ok(identity.instead.length > 10)
  return identity.code
}

const by = (leases: Leases, token: string): Identity =>
  leases.identify(presented(['authorization', token]))

test('a lease says who, for whom and for what', async (t) => {
  const { leases, issue, restarted } = await place(t)
  const { token, id } = await issue(helper, child)
  assert.match(token, /^hpl_[A-Za-z0-9_-]{43}$/)
  for (const each of [leases, restarted()]) {
    const identity = by(each, token)
    assert.ok(identity.kind === 'known')
    const { standing } = identity
    assert.equal(standing.agent, helper)
    assert.equal(standing.owner, alice)
    assert.deepEqual(standing.lease, { id, expiresAt: later(start, 3600) })
    assert.equal(standing.mandate.id, child)
    assert.deepEqual(
      standing.ancestors.map((mandate) => mandate.id),
      [main],
    )
    assert.ok(each.stands(id))
  }
})

test('the token is kept nowhere', async (t) => {
  const { leases, store, folder, issue } = await place(t)
  const { token } = await issue()
  assert.ok(!inspect(leases, { depth: 20, showHidden: true }).includes(token))
  assert.ok(!JSON.stringify(store.entries(0, 100)).includes(token))
  for (const name of ['store.sqlite', 'store.sqlite-wal']) {
    assert.ok(!readFileSync(join(folder, name), 'latin1').includes(token))
  }
})

type Step = (place: Place, id: LeaseId) => Promise<void> | void

const killed = (agent: AgentName | null): Fact => ({ kind: 'killed', agent, by: alice })
const lifted = (agent: AgentName | null): Fact => ({ kind: 'kill-lifted', agent, by: alice })
const revoked = (mandate: MandateId): Fact => ({ kind: 'mandate-revoked', mandate, by: alice })
const resumed: Fact = { kind: 'resumed', agent: fixer, by: alice }
const tripped: Fact = { kind: 'tripped', agent: fixer, reason: 'budget', says: 'too much' }

/** What befalls `helper`'s lease under a part of `fixer`'s mandate. */
const falls: readonly (readonly [what: string, step: Step, code: StrangerCode | 'known'])[] = [
  ['nothing', () => undefined, 'known'],
  ['its own time', ({ clock }) => clock.advance(3600), 'lease-expired'],
  ['a second before it', ({ clock }) => clock.advance(3599), 'known'],
  ['its revocation', ({ leases }, id) => leases.revoke(id, alice), 'lease-revoked'],
  ['its mandate revoked', ({ tell }) => tell(revoked(child)), 'mandate-revoked'],
  ['the mandate above revoked', ({ tell }) => tell(revoked(main)), 'mandate-revoked'],
  ['the agent above tripped', ({ tell }) => tell(tripped), 'frozen'],
  ['the agent above resumed', ({ tell }) => tell(tripped, resumed), 'known'],
  ['its kill', ({ tell }) => tell(killed(helper)), 'killed'],
  ['its kill lifted', ({ tell }) => tell(killed(helper), lifted(helper)), 'known'],
  ['the kill of the agent above', ({ tell }) => tell(killed(fixer)), 'killed'],
  ['the kill of everyone', ({ tell }) => tell(killed(null)), 'killed'],
  ['the kill of everyone lifted', ({ tell }) => tell(killed(null), lifted(null)), 'known'],
  [
    'its kill lifted, not the one of everyone',
    ({ tell }) => {
      return tell(killed(helper), killed(null), lifted(helper))
    },
    'killed',
  ],
]

for (const [what, step, code] of falls) {
  test(`after ${what}: ${code}, after a restart too`, async (t) => {
    const here = await place(t)
    const { token, id } = await here.issue(helper, child)
    await step(here, id)
    for (const leases of [here.leases, here.restarted()]) {
      assert.equal(codeOf(by(leases, token)), code)
      assert.equal(leases.stands(id), code === 'known')
    }
  })
}

test('a lease ends with its mandate, and none is issued after that', async (t) => {
  const { leases, tell, clock } = await place(t)
  const soon = 'mandate_soon' as MandateId
  const expiresAt = later(start, 1800)
  await tell(facts.mandateGranted({ id: soon, expiresAt }))
  const wanted = { agent: fixer, mandate: soon, ttlSeconds: 3600, by: alice }
  const { lease, token } = await leases.issue(wanted)
  assert.equal(lease.expiresAt, expiresAt)
  clock.advance(1799)
  assert.equal(codeOf(by(leases, token.reveal())), 'known')
  clock.advance(1)
  assert.equal(codeOf(by(leases, token.reveal())), 'mandate-expired')
  await assert.rejects(leases.issue(wanted), { code: 'mandate-ended' })
})

test('who may not have a lease does not get one', async (t) => {
  const { leases, tell } = await place(t)
  const ask = { agent: fixer, mandate: main, ttlSeconds: 60, by: alice }
  const asked: readonly (readonly [Partial<typeof ask>, string])[] = [
    [{ agent: 'nobody' as AgentName }, 'agent-unknown'],
    [{ mandate: 'mandate_none' as MandateId }, 'mandate-unknown'],
    [{ agent: helper }, 'wrong-agent'],
    [{ ttlSeconds: 0 }, 'lease-seconds'],
    [{ ttlSeconds: 0.5 }, 'lease-seconds'],
    [{ ttlSeconds: 86_401 }, 'lease-seconds'],
    [{ ttlSeconds: Number.NaN }, 'lease-seconds'],
  ]
  for (const [change, code] of asked) {
    await assert.rejects(leases.issue({ ...ask, ...change }), { name: 'Fault', code })
  }
  await tell(revoked(main))
  await assert.rejects(leases.issue(ask), { code: 'mandate-ended' })
  const below = { ...ask, agent: helper, mandate: child }
  await assert.rejects(leases.issue(below), { code: 'mandate-ended' })
  await assert.rejects(leases.revoke('lease_none' as LeaseId, alice), { code: 'lease-unknown' })
})

test('what is presented is sorted by where it stands', async (t) => {
  const { leases, issue } = await place(t)
  const { token: one } = await issue()
  const { token: two } = await issue(helper, child)
  const unknown = `hpl_${'a'.repeat(43)}`
  const real = 'f1d2c3b4-0000-4000-8000-1234567890ab'
  type Row = readonly [code: StrangerCode | 'known', ...given: Given[]]
  const rows: readonly Row[] = [
    ['known', ['authorization', one]],
    ['known', ['header', one]],
    ['known', ['proxy', one]],
    ['known', ['authorization', one], ['header', one]],
    ['known', ['proxy', one], ['authorization', two]],
    ['known', ['proxy', one], ['authorization', one]],
    ['no-lease'],
    ['unknown-lease', ['authorization', unknown]],
    ['unknown-lease', ['authorization', 'hpl_']],
    ['unknown-lease', ['authorization', `${one} `]],
    ['unknown-lease', ['proxy', 'user:password']],
    ['unknown-lease', ['proxy', unknown], ['authorization', one]],
    ['unknown-lease', ['proxy', 'user:password'], ['authorization', one]],
    ['two-leases', ['authorization', one], ['header', two]],
    ['two-leases', ['header', one], ['header', unknown]],
    ['two-leases', ['proxy', one], ['proxy', two]],
    ['misplaced-lease', ['query', one]],
    ['misplaced-lease', ['cookie', `session=${one}`]],
    ['misplaced-lease', ['query', one], ['authorization', one]],
    ['foreign-credential', ['authorization', real]],
    ['foreign-credential', ['header', real]],
    ['foreign-credential', ['query', real]],
    ['foreign-credential', ['cookie', `session=${real}`]],
    ['foreign-credential', ['authorization', one], ['header', real]],
    ['foreign-credential', ['proxy', one], ['authorization', real]],
    ['foreign-credential', ['authorization', one.toUpperCase()]],
    ['foreign-credential', ['authorization', `x${one}`]],
    ['foreign-credential', ['authorization', '']],
  ]
  for (const [code, ...given] of rows) {
    assert.equal(codeOf(leases.identify(presented(...given))), code, JSON.stringify(given))
  }
})

test('a found credential is laid to whoever else is known on the connection', async (t) => {
  const { leases, issue, tell } = await place(t)
  const { token: one, id } = await issue()
  const real = 'f1d2c3b4-0000-4000-8000-1234567890ab'
  const standingOf = (...given: readonly Given[]): LeaseId | undefined => {
    const identity = leases.identify(presented(...given))
    assert.ok(identity.kind === 'stranger' && identity.code === 'foreign-credential')
    assert.equal(identity.foreign?.reveal(), real)
    assert.ok(!inspect(identity, { depth: 9 }).includes(real))
    return identity.standing?.lease.id
  }
  assert.equal(standingOf(['authorization', real]), undefined)
  assert.equal(standingOf(['proxy', one], ['authorization', real]), id)
  assert.equal(standingOf(['authorization', one], ['header', real]), id)
  await tell(tripped)
  assert.equal(standingOf(['proxy', one], ['authorization', real]), undefined)
})

test('the request says who asks, but the connection must stand too', async (t) => {
  const { leases, issue, tell } = await place(t)
  const { token: one } = await issue()
  const { token: two, id } = await issue(helper, child)
  const both = presented(['proxy', one], ['authorization', two])
  const identity = leases.identify(both)
  assert.ok(identity.kind === 'known' && identity.standing.lease.id === id)
  await tell(killed(fixer))
  assert.equal(codeOf(leases.identify(both)), 'killed')
})

test('whoever keeps connections hears of every end, once for a lease', async (t) => {
  const { leases, ends, tell, clock, issue } = await place(t)
  const first = await issue()
  const second = await issue()
  const below = await issue(helper, child)
  await leases.revoke(first.id, alice)
  await leases.revoke(first.id, alice)
  await tell(tripped, resumed)
  await tell(revoked(child))
  await tell(killed(null), lifted(null))
  clock.advance(3599)
  leases.sweep()
  const told = [
    `${first.id} fixer`,
    'all fixer',
    `${below.id} helper`,
    `${below.id} helper`,
    'all everyone',
  ]
  assert.deepEqual(ends, told)
  clock.advance(1)
  leases.sweep()
  leases.sweep()
  assert.deepEqual(ends, [...told, `${second.id} fixer`])
})

test('a listener hears before whoever wrote the fact goes on', async (t) => {
  const { leases, issue } = await place(t)
  const { id } = await issue()
  let heard = false
  leases.onEnd(() => {
    assert.equal(leases.stands(id), false)
    heard = true
  })
  await leases.revoke(id, alice)
  assert.ok(heard)
})
