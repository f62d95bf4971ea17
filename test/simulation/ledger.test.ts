import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { createFakeRandom } from '../../src/system/random.ts'
import { discard, openStage, temporaryFolder } from './ledger-stage.ts'

const folders: string[] = []
after(() => folders.forEach(discard))

function newFolder(): string {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

const node = [
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, 'ledger-writer.ts'),
]

/** Runs the writer, kills it some time after its first promise; gives what it had promised. */
async function killedAfter(folder: string, round: string, milliseconds: number): Promise<string[]> {
  const child = spawn(process.execPath, [...node, folder, round], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), milliseconds))
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await ended
  assert.equal(child.signalCode, 'SIGKILL', 'it did not end by itself')
  return printed.split('\n').slice(0, -1)
}

test('killed at any moment, nothing that was promised is lost, and nothing is torn', async () => {
  const folder = newFolder()
  const random = createFakeRandom(9)
  const promised: string[] = []
  for (let round = 0; round < 15; round++) {
    const milliseconds = random.bytes(1).readUInt8() / 4
    promised.push(...(await killedAfter(folder, String(round), milliseconds)))
  }
  assert.ok(promised.length > 100, `${promised.length} facts were promised`)
  const stage = await openStage(folder)
  for (const line of promised) {
    const [index = '', id] = line.split(' ')
    const [entry] = stage.store.entries(Number(index), 1)
    assert.ok(entry !== undefined && 'decision' in entry.fact, line)
    const { decision } = entry.fact
    assert.equal(typeof decision === 'string' ? decision : decision.id, id)
  }
  for (const id of stage.store.decisionsWithoutOutcome()) {
    const history = stage.store.decision(id)?.history.map(({ fact }) => fact.kind)
    assert.deepEqual(history, ['decided', 'sent'], 'the intent is there')
  }
  await stage.close()
  const report = await stage.verify()
  assert.deepEqual([report.problems, report.size], [[], stage.ledger.size()])
})

test('killed while it published, half-written files are cleared away at a start', async () => {
  const folder = newFolder()
  await killedAfter(folder, 'torn', 40)
  const published = join(folder, 'ledger')
  const scratch = join(published, '.new')
  writeFileSync(join(scratch, '7'), 'half a ti')
  for (const name of readdirSync(scratch)) truncateSync(join(scratch, name), 1)
  const stage = await openStage(folder)
  assert.deepEqual(readdirSync(scratch), [])
  await stage.close()
  assert.deepEqual((await stage.verify()).problems, [])
})

// The limit of the shell makes real writes fail, at whatever place they are just then.
test('a disk that takes no more stops the ledger; what it promised stands', async () => {
  const folder = newFolder()
  const command = `trap '' XFSZ; ulimit -f 6000; exec "$0" "$@"`
  const { stdout, stderr } = spawnSync(
    'sh',
    ['-c', command, process.execPath, ...node, folder, 'full'],
    {
      encoding: 'utf8',
      timeout: 60_000,
    },
  )
  assert.match(stderr, /ledger-closed/)
  const stage = await openStage(folder)
  const promised = stdout.split('\n').slice(0, -1)
  assert.ok(promised.length > 20)
  for (const line of promised) assert.ok(Number(line.split(' ')[0]) < stage.ledger.size())
  await stage.close()
  assert.deepEqual((await stage.verify()).problems, [])
})
