import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'

import * as facts from '../../test/contracts/facts.ts'
import { discard, temporaryFolder } from '../../test/simulation/ledger-stage.ts'
import type { Effect } from '../domain/effect.ts'
import type { Fact } from '../domain/fact.ts'
import { createFakeRandom } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { entryText } from '../wire/ledger-entry.ts'
import { checkpointText } from './checkpoint.ts'
import { openPublishedFolder } from './files.ts'
import { openLedgerKey } from './key.ts'
import { Frontier, hashLeaf } from './merkle.ts'
import type { NoteSigner } from './note.ts'
import { encodeBundle } from '../wire/tiles.ts'
import { verifyLedger } from './verify.ts'

const folders: string[] = []
after(() => folders.forEach(discard))

function newFolder(): string {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

/** A log that a gate would never write, signed all the same. */
async function forge(entries: readonly Uint8Array[]): Promise<readonly string[]> {
  const folder = newFolder()
  const random = createFakeRandom(7)
  const signer: NoteSigner = openLedgerKey({ file: join(folder, 'ledger.key'), random })
  const files = await openPublishedFolder(join(folder, 'ledger'))
  const frontier = new Frontier()
  for (const entry of entries) frontier.append(hashLeaf(entry))
  const width = entries.length
  await files.put(`tile/entries/000.p/${width}`, encodeBundle(entries))
  await files.put(`tile/0/000.p/${width}`, Buffer.concat(entries.map(hashLeaf)))
  const checkpoint = { origin: signer.name, size: width, root: frontier.root() }
  await files.put('checkpoint', signer.sign(checkpointText(checkpoint)))
  const { problems } = await verifyLedger(join(folder, 'ledger'), { vkey: signer.vkey })
  return problems.map(({ index, says }) => `${index ?? '-'}: ${says}`)
}

function forgeFacts(all: readonly Fact[], at = facts.start): Promise<readonly string[]> {
  return forge(all.map((fact, i) => Buffer.from(entryText(i, at, canonicalJson(fact), null))))
}

const one = facts.hold('one')
const held = [...facts.staged, facts.decided('one', facts.toHold), facts.held('one')]
const letGo = [...held, facts.approved(facts.bob, one), facts.released(one, facts.bob)]
const again = facts.decided('again', facts.toHold)

test('a log of every step is in order', async () => {
  const all = [...letGo, facts.decided('again', facts.holdGuarded), facts.claimed(one, 'again')]
  const rest = [facts.guarded('again', 'copy'), facts.sent('again'), facts.ended('again')]
  assert.deepEqual(await forgeFacts([...all, ...rest]), [])
})

const read: Effect = {
  ...{ kind: 'read', extent: 'some' },
  resource: { provider: 'postgres', type: 'table', id: 'public.t', within: {} },
}
const readOnly = facts.decided('r', facts.allow, { impacts: [facts.impactOf(read)] })
const write: Effect = { ...read, kind: 'write', undo: 'trivial' }
const written = facts.decided('w', facts.allow, { impacts: [facts.impactOf(write)] })

test('reads that stand are repeated, and what changed something is taken back', async () => {
  const stands = { ...facts.sent('r'), standing: true } as const
  const changed = [written, facts.sent('w'), facts.ended('w'), facts.undone('w')]
  const all = [readOnly, stands, facts.ended('r'), facts.repeated('r'), ...changed]
  assert.deepEqual(await forgeFacts([...facts.staged, ...all]), [])
})

const broken: readonly (readonly [what: string, all: readonly Fact[], says: RegExp])[] = [
  ['sent without a decision', [facts.sent('x')], /^0: it was sent without a decision/],
  [
    'sent twice',
    [...facts.staged, facts.decided('x'), facts.sent('x'), facts.sent('x')],
    /^5: .*twice/,
  ],
  [
    'sent after its outcome',
    [...facts.staged, facts.decided('x'), facts.sent('x'), facts.ended('x'), facts.sent('x')],
    /^6: .*after its outcome/,
  ],
  ['sent while held', [...held, facts.sent('one')], /^5: it was sent without permission/],
  [
    'sent although denied',
    [...facts.staged, facts.decided('x', facts.deny), facts.sent('x')],
    /without a decision/,
  ],
  [
    'another request sent',
    [...facts.staged, facts.decided('x'), { ...facts.sent('x'), request: facts.policies }],
    /not what was decided/,
  ],
  [
    'sent without its safeguard',
    [
      ...facts.staged,
      facts.decided('x', facts.allowGuarded),
      facts.guarded('x', 'copy', false),
      facts.sent('x'),
    ],
    /^5: it was sent without copy/,
  ],
  ['an outcome of nothing', [facts.ended('x')], /outcome of nothing/],
  ['decided twice', [...facts.staged, facts.decided('x'), facts.decided('x')], /made before/],
  ['allowed to no lease', [facts.decided('x')], /no lease that was issued/],
  ['held without a decision', [facts.held('one')], /not decided to be held/],
  [
    'a hold for something else',
    [...held.slice(0, -1), facts.held('one', { request: facts.policies })],
    /something else/,
  ],
  [
    'approved twice',
    [...held, facts.approved(facts.bob, one), facts.approved(facts.bob, one)],
    /already/,
  ],
  ['released by nobody', [...held, facts.released(one)], /without the approvals/],
  ['released without approval', [...held, facts.released(one, facts.bob)], /without the approvals/],
  ['released twice', [...letGo, facts.released(one, facts.bob)], /twice/],
  [
    'spent twice',
    [...letGo, again, facts.claimed(one, 'again'), facts.claimed(one, 'again')],
    /not there/,
  ],
  ['spent unreleased', [...held, again, facts.claimed(one, 'again')], /not there/],
  [
    'spent on a denial',
    [...letGo, facts.decided('d', facts.deny), facts.claimed(one, 'd')],
    /no held decision/,
  ],
  [
    'spent on another request',
    [
      ...letGo,
      facts.decided('again', facts.toHold, { policies: facts.hold('x').impacts }),
      facts.claimed(one, 'again'),
    ],
    /something else/,
  ],
  [
    'repeated, but not standing',
    [...facts.staged, readOnly, facts.sent('r'), facts.repeated('r')],
    /repeats what was not sent/,
  ],
  [
    'standing for a change',
    [...facts.staged, written, { ...facts.sent('w'), standing: true }],
    /more than reads/,
  ],
  [
    'repeated never',
    [...facts.staged, readOnly, { ...facts.sent('r'), standing: true }, facts.repeated('r', 0)],
    /no times/,
  ],
  ['undone unsent', [...facts.staged, written, facts.undone('w')], /takes back what/],
  [
    'a read undone',
    [...facts.staged, readOnly, facts.sent('r'), facts.undone('r')],
    /takes back what/,
  ],
  ['malformed', [JSON.parse('{"kind":"decided"}') as Fact], /malformed/],
]
for (const [what, all, says] of broken) {
  test(`${what}: found, whoever signed it`, async () => {
    const problems = await forgeFacts(all)
    assert.ok(
      problems.some((problem) => says.test(problem)),
      JSON.stringify(problems),
    )
  })
}

test('a release spent after its expiry is found', async () => {
  const problems = await forgeFacts([...letGo, again, facts.claimed(one, 'again')], facts.muchLater)
  assert.ok(problems.some((problem) => /^8: it spends a release that has expired/.test(problem)))
})

test('entries that are no entries are found', async () => {
  const text = (index: number, at: string = facts.start): string =>
    entryText(index, at as typeof facts.start, canonicalJson(facts.discovering()), null)
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[text(0), text(0)], /^1: it says that it is entry 0/],
    [[text(0, facts.muchLater), text(1)], /^1: it is older/],
    [[text(0).replace('"v":1', '"v": 1')], /canonical/],
    [[text(0).replace('"v":1', '"v":2')], /v: 1/],
    [[text(0).replace('"v":1', '"v":1,"w":1')], /members/],
    [[text(0).replace('"index":0', '"index":0,"index":0')], /canonical/],
    [[text(0).replace('"index":0', '"index":0.5')], /no index/],
    [[text(0, 'yesterday')], /RFC 3339/],
    [[text(0).replace('"beside":null', '"beside":"salt"')], /no digest/],
    [[''], /not JSON/],
    [['[]'], /canonical|v: 1/],
    [['null'], /not an object/],
  ]
  for (const [entries, says] of cases) {
    const problems = await forge(entries.map((entry) => Buffer.from(entry)))
    assert.ok(
      problems.some((problem) => says.test(problem)),
      `${entries.join()}: ${problems.join()}`,
    )
  }
  assert.match((await forge([Buffer.of(0xff)])).join(), /not UTF-8/)
  assert.match((await forge([Buffer.from('\ufeff' + text(0))])).join(), /not JSON/)
})
