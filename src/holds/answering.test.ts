import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { FactOf } from '../domain/fact.ts'
import type { PersonName } from '../domain/names.ts'
import type { ReleaseRule } from '../domain/verdict.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { createAuthenticator } from '../../test/authenticator.ts'
import type { Misbehaviour } from '../../test/authenticator.ts'
import { answerHold, openWorld, worldStart } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly alice: Person
  readonly bob: Person
  readonly carol: Person
  readonly dora: Person
}

/** alice granted the mandate; bob and carol may approve; dora audits. */
async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const alice = await world.enrol('alice', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  const carol = await world.enrol('carol', ['approver'])
  const dora = await world.enrol('dora', ['auditor'])
  return { world, clock, alice, bob, carol, dora }
}

const refuses = (code: string) => ({ name: 'Fault', code })

const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  'another origin': { origin: 'http://localhost:3000' },
  'another scheme': { origin: 'https://localhost:7401' },
  'an origin that only begins alike': { origin: 'http://localhost:7401.example.com' },
  'another relying party': { rpId: 'example.com' },
  'a cross-origin frame': { crossOrigin: true },
  'a cross-origin frame under our own top': {
    crossOrigin: true,
    topOrigin: 'http://localhost:7401',
  },
  'a top origin alone': { topOrigin: 'http://localhost:7401' },
  'another challenge': { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
  'a registration instead of an assertion': { type: 'webauthn.create' },
  'nobody verified': { userVerified: false },
  'nobody present': { userPresent: false },
  'a counter that went back': { signCount: 1 },
  'a counter that stands at zero after it counted': { signCount: 0 },
}

for (const [name, misbehaviour] of Object.entries(misbehaviours)) {
  test(`an answer with ${name} does not count, and uses up its challenge`, async (t) => {
    const { world, alice } = await open(t)
    const { hold } = await world.arrive()
    const asked = world.holds.challenge(hold, alice.name, 'release', '')
    const wrong = alice.passkey.assert(asked.options, misbehaviour)
    const { nonce } = asked.binding
    await assert.rejects(
      world.holds.settle(hold, alice.name, nonce, wrong),
      refuses('assertion-refused'),
    )
    assert.equal(world.holds.state(hold)?.kind, 'waiting')
    const right = alice.passkey.assert(asked.options)
    await assert.rejects(
      world.holds.settle(hold, alice.name, nonce, right),
      refuses('challenge-unknown'),
    )
    assert.equal(
      (await answerHold(world, hold, alice)).kind,
      'released',
      'the harmless twin passes',
    )
  })
}

test('a passkey that never counts, as synchronised ones do, is good', async (t) => {
  const { world } = await open(t)
  const erin = await world.enrol('erin', ['approver'], { counts: false })
  const first = await world.arrive()
  const second = await world.arrive({ query: 'mutation { b }' })
  assert.equal((await answerHold(world, first.hold, erin)).kind, 'released')
  assert.equal((await answerHold(world, second.hold, erin)).kind, 'released')
})

const alterations: Readonly<Record<string, (response: Alterable) => void>> = {
  'the signature': (response) => (response.signature = flip(response.signature)),
  'the authenticator data': (response) =>
    (response.authenticatorData = flip(response.authenticatorData)),
  'the client data': (response) => (response.clientDataJSON = flip(response.clientDataJSON)),
  'nothing of the signature': (response) => (response.signature = ''),
  'a padded signature': (response) => (response.signature += '=='),
  'an endless signature': (response) => (response.signature = 'A'.repeat(5000)),
}

type Alterable = { -readonly [K in 'signature' | 'authenticatorData' | 'clientDataJSON']: string }

function flip(base64url: string): string {
  const bytes = Buffer.from(base64url, 'base64url')
  bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1)
  return bytes.toString('base64url')
}

for (const [name, alter] of Object.entries(alterations)) {
  test(`an altered answer does not count: ${name}`, async (t) => {
    const { world, alice } = await open(t)
    const { hold } = await world.arrive()
    const asked = world.holds.challenge(hold, alice.name, 'release', '')
    const given = alice.passkey.assert(asked.options)
    const response = { ...given.response }
    alter(response)
    const settling = world.holds.settle(hold, alice.name, asked.binding.nonce, {
      ...given,
      response,
    })
    await assert.rejects(settling, refuses('assertion-refused'))
  })
}

test('malformed answers of every shape are refused, and none is a fault of ours', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  const shapes = [null, 1, 'x', [], {}, { id: 'a' }, { id: 'a', rawId: 'b', type: 'public-key' }]
  for (const shape of [...shapes, { id: 'a', rawId: 'a', type: 'public-key', response: null }]) {
    const { binding } = world.holds.challenge(hold, alice.name, 'release', '')
    const settling = world.holds.settle(hold, alice.name, binding.nonce, shape)
    await assert.rejects(settling, refuses('assertion-refused'))
  }
})

test('an answer is replayed for nothing: not again, not elsewhere, not turned round', async (t) => {
  const { world, alice, bob } = await open(t)
  const first = await world.arrive({ release: 'two-person' })
  const second = await world.arrive({ query: 'mutation { b }' })
  const asked = world.holds.challenge(first.hold, bob.name, 'refuse', 'no')
  const given = bob.passkey.assert(asked.options)
  const { nonce } = asked.binding
  const elsewhere = world.holds.settle(second.hold, bob.name, nonce, given)
  await assert.rejects(elsewhere, refuses('challenge-unknown'))
  const spent = world.holds.settle(first.hold, bob.name, nonce, given)
  await assert.rejects(spent, refuses('challenge-unknown'))
  // What was signed as a refusal does not answer the question for a release.
  const release = world.holds.challenge(first.hold, bob.name, 'release', 'no')
  const turned = world.holds.settle(first.hold, bob.name, release.binding.nonce, given)
  await assert.rejects(turned, refuses('assertion-refused'))
  const others = world.holds.challenge(second.hold, alice.name, 'release', '')
  const borrowed = world.holds.settle(second.hold, bob.name, others.binding.nonce, given)
  await assert.rejects(borrowed, refuses('challenge-unknown'))
})

test('a challenge is good for five minutes', async (t) => {
  const { world, clock, alice } = await open(t)
  const { hold } = await world.arrive()
  const asked = world.holds.challenge(hold, alice.name, 'release', '')
  clock.advance(301)
  const late = alice.passkey.assert(asked.options)
  const settling = world.holds.settle(hold, alice.name, asked.binding.nonce, late)
  await assert.rejects(settling, refuses('challenge-unknown'))
})

test('what signs somebody in releases nothing, and the other way round', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  const signIn = world.people.signInOptions()
  const asked = world.holds.challenge(hold, alice.name, 'release', '')
  const signedIn = alice.passkey.assert(signIn.options)
  const settling = world.holds.settle(hold, alice.name, asked.binding.nonce, signedIn)
  await assert.rejects(settling, refuses('assertion-refused'))
  const again = world.holds.challenge(hold, alice.name, 'release', '')
  const release = alice.passkey.assert(again.options)
  await assert.rejects(world.people.signIn(signIn.nonce, release), refuses('assertion-refused'))
})

test("another's passkey does not answer for a person", async (t) => {
  const { world, alice, bob } = await open(t)
  const { hold } = await world.arrive()
  const asked = world.holds.challenge(hold, alice.name, 'release', '')
  const given = bob.passkey.assert(asked.options)
  const settling = world.holds.settle(hold, alice.name, asked.binding.nonce, given)
  await assert.rejects(settling, refuses('assertion-refused'))
})

test('a passkey that was never enrolled, or is revoked, answers nothing', async (t) => {
  const { world, alice, bob } = await open(t)
  const { hold } = await world.arrive()
  const stranger = createAuthenticator({ origin: 'http://localhost:7401', rpId: 'localhost' })
  stranger.register({ challenge: 'x' })
  const passkey = { name: alice.name, passkey: stranger }
  await assert.rejects(answerHold(world, hold, passkey), refuses('assertion-refused'))
  const asked = world.holds.challenge(hold, bob.name, 'release', '')
  const given = bob.passkey.assert(asked.options)
  const id = bob.passkey.id as FactOf<'passkey-revoked'>['passkey']
  const settling = world.holds.settle(hold, bob.name, asked.binding.nonce, given)
  // Revoked while the answer is being verified: whichever comes first, nothing passes.
  await Promise.all([
    assert.rejects(settling),
    world.ledger.append({ kind: 'passkey-revoked', passkey: id, by: alice.name }),
  ])
  await assert.rejects(answerHold(world, hold, bob), refuses('assertion-refused'))
})

const mayRelease: Readonly<Record<ReleaseRule, Readonly<Record<string, boolean>>>> = {
  owner: { alice: true, bob: true, dora: false, nobody: false, cursor: false },
  'other-person': { alice: false, bob: true, dora: false, nobody: false, cursor: false },
  'two-person': { alice: false, bob: true, dora: false, nobody: false, cursor: false },
}

for (const [rule, table] of Object.entries(mayRelease)) {
  test(`who may be asked for a release under \`${rule}\`, and who to refuse`, async (t) => {
    const { world } = await open(t)
    const { hold } = await world.arrive({ release: rule as ReleaseRule })
    for (const [name, may] of Object.entries(table)) {
      const person = name as PersonName
      const release = (): unknown => world.holds.challenge(hold, person, 'release', '')
      if (may) assert.doesNotThrow(release, name)
      else assert.throws(release, refuses('may-not-answer'), name)
      const refuse = (): unknown => world.holds.challenge(hold, person, 'refuse', '')
      if (name === 'alice' || name === 'bob') assert.doesNotThrow(refuse, name)
      else assert.throws(refuse, refuses('may-not-answer'), name)
    }
  })
}

test('two-person means two people, whatever one of them does', async (t) => {
  const { world, bob, carol } = await open(t)
  const first = await world.arrive({ release: 'two-person' })
  const { hold, request, decision } = first
  assert.deepEqual(await answerHold(world, hold, bob), { kind: 'waiting', approvals: ['bob'] })
  assert.equal(world.holds.answerFor(request, decision, world.standing)?.kind, 'waiting')
  await assert.rejects(answerHold(world, hold, bob), refuses('approved-already'))
  const state = await answerHold(world, hold, carol)
  assert.deepEqual(state, { kind: 'released', by: ['bob', 'carol'] })
  assert.equal(world.holds.answerFor(request, decision, world.standing)?.kind, 'released')
})

test('two people who press at once release it, and one who presses twice does not', async (t) => {
  const { world, bob, carol } = await open(t)
  const together = await world.arrive({ release: 'two-person' })
  await Promise.all([
    answerHold(world, together.hold, bob),
    answerHold(world, together.hold, carol),
  ])
  assert.equal(world.holds.state(together.hold)?.kind, 'released')
  const twice = await world.arrive({ release: 'two-person', query: 'mutation { b }' })
  const pressed = [answerHold(world, twice.hold, bob), answerHold(world, twice.hold, bob)]
  const results = await Promise.allSettled(pressed)
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(world.holds.state(twice.hold)?.kind, 'waiting')
})

test('an approval falls with its passkey before the second person comes', async (t) => {
  const { world, alice, bob, carol } = await open(t)
  const { hold } = await world.arrive({ release: 'two-person' })
  await answerHold(world, hold, bob)
  const passkey = bob.passkey.id as FactOf<'passkey-revoked'>['passkey']
  await world.ledger.append({ kind: 'passkey-revoked', passkey, by: alice.name })
  assert.equal((await answerHold(world, hold, carol)).kind, 'waiting')
})

test('a refusal after a first approval ends it', async (t) => {
  const { world, bob, carol } = await open(t)
  const { hold } = await world.arrive({ release: 'two-person' })
  await answerHold(world, hold, bob)
  assert.equal((await answerHold(world, hold, carol, 'refuse')).kind, 'refused')
  await assert.rejects(answerHold(world, hold, carol), refuses('hold-over'))
})

test('a note has a limit', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  const long = 'x'.repeat(1001)
  assert.throws(
    () => world.holds.challenge(hold, alice.name, 'refuse', long),
    refuses('note-too-long'),
  )
})
