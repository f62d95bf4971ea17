// What the gate sees of a sandbox, and what a run is to the shell that started it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'

import type { FactOf, LedgerEntry } from '../../src/domain/fact.ts'
import { run } from '../scenarios/processes.ts'
import {
  asking,
  openSandboxWorld,
  sections,
  treeToken,
  unavailable,
  usualMandate,
} from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

const api = 'https://backboard.railway.com/graphql/v2'
const json = `-H 'content-type: application/json'`

function decisions(entries: readonly LedgerEntry[]): readonly FactOf<'decided'>[] {
  return entries.flatMap(({ fact }) => (fact.kind === 'decided' ? [fact] : []))
}

test(
  'what a mandate does not allow is refused at the door, and written down',
  { skip },
  async () => {
    const { volume } = world.staged
    const drop = `-d '{"query":"mutation { volumeDelete(volumeId: \\"${volume}\\") }"}'`
    const questions = {
      read: `curl -sS ${api} ${json} -d '{"query":"{ me { email } }"}'`,
      destroy: `curl -sS ${api} ${json} ${drop}`,
      'a host that is not listed': 'curl -sS -m 5 https://example.com/',
    }
    const before = (await world.entries()).length
    const said = sections((await world.run(asking(questions))).stdout)
    assert.match(said.get('read') ?? '', /jer@pocketos\.example/)
    assert.match(said.get('destroy') ?? '', /would delete|errors/)
    const made = decisions((await world.entries()).slice(before)).map(({ decision }) => decision)
    const verdicts = made.map(({ verdict, request }) => `${verdict.kind} ${request.line}`)
    assert.equal(verdicts.filter((one) => one.startsWith('allow POST railway')).length, 1)
    assert.equal(verdicts.filter((one) => /^(deny|hold) POST railway/.test(one)).length, 1)
    assert.equal(verdicts.filter((one) => /^deny .*example\.com/.test(one)).length, 1)
  },
)

test(
  'a found token used straight opens nothing, freezes the agent, is written down',
  { skip },
  async () => {
    const bearer = `-H 'authorization: Bearer ${treeToken}'`
    const body = `${json} -d '{"query":"{ me { email } }"}'`
    const before = (await world.entries()).length
    const questions = {
      'without a way': `curl -sS -m 3 --noproxy '*' --resolve backboard.railway.com:443:1.1.1.1 ${api} ${bearer} ${body}`,
      'by the proxy': `curl -sS -m 5 ${api} ${bearer} ${body}`,
    }
    const said = sections(
      (await world.run(asking(questions), { mandate: { ...usualMandate, agent: 'finder' } }))
        .stdout,
    )
    assert.doesNotMatch(said.get('without a way') ?? '', /rc=0/)
    assert.doesNotMatch(said.get('by the proxy') ?? '', /jer@pocketos/)
    const entries = (await world.entries()).slice(before)
    const foreign = decisions(entries).filter(
      ({ decision }) => decision.request.foreignCredential !== null,
    )
    assert.equal(foreign.length, 1)
    assert.ok(
      entries.some(({ fact }) => fact.kind === 'tripped' && fact.reason === 'credential-pivot'),
    )
  },
)

test('the lease of a run opens nothing once the run is over', { skip }, async () => {
  const { stdout } = await world.run('echo $RAILWAY_TOKEN')
  const lease = stdout.trim()
  assert.match(lease, /^hpl_/)
  const address = `http://${world.staged.agents}/railway/graphql/v2`
  const asked = await run('curl', {
    args: ['-sS', address, '-H', `authorization: Bearer ${lease}`].concat([
      ...['-H', 'content-type: application/json', '-d', '{"query":"{ me { email } }"}'],
    ]),
  })
  assert.match(asked.stdout, /revoked/)
})

test('the exit code, the streams and the arguments are the command’s own', { skip }, async () => {
  const told = await world.run('cat; echo err >&2; exit 7', { input: 'from stdin' })
  assert.equal(told.code, 7)
  assert.equal(told.stdout, 'from stdin')
  assert.match(told.stderr, /^err$/m)
  assert.equal((await world.run('kill -9 $$')).code, 137)
  const child = world.start(['printf', '%s|', 'a b', '$HOME', '--json', "it's", ''])
  const [printed] = (await once(child.stdout ?? child, 'data')) as [Buffer]
  await once(child, 'exit')
  assert.equal(printed.toString(), "a b|$HOME|--json|it's||")
  const missing = world.start(['no-such-program'])
  assert.deepEqual(await once(missing, 'exit'), [125, null])
})

test('signals reach the command, and it alone decides', { skip }, async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const name = signal.slice(3)
    const script = `trap 'echo got ${name}; exit 9' ${name}; echo ready; while :; do sleep 0.1; done`
    const child = world.start(['sh', '-c', script])
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (/ready\n$/.test(text)) child.kill(signal)
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    assert.equal(code, 9, signal)
    assert.match(text, new RegExp(`got ${name}`))
  }
})
