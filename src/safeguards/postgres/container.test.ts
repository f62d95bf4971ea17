import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { temporaryFolder } from '../../../test/receipts.ts'
import { createFakeRandom, systemRandom } from '../../system/random.ts'
import { keyIdOf, readContainer, writeContainer } from './container.ts'

const key = Buffer.alloc(32, 1)

async function* pieces(bytes: Buffer, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size))
  }
}

async function read(file: string, own = key): Promise<Buffer> {
  const found: Uint8Array[] = []
  for await (const piece of readContainer(file, () => Promise.resolve(own))) found.push(piece)
  return Buffer.concat(found)
}

const sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 400_000]
for (const size of sizes) {
  test(`${size} bytes come back as they were`, async (t) => {
    const file = join(temporaryFolder(t), 'x')
    // Bytes that cannot be compressed, so that sizes near a chunk's are near it in the file too.
    const bytes = systemRandom.bytes(size)
    const weighed = await writeContainer(file, pieces(bytes), { key, random: systemRandom })
    assert.equal(readFileSync(file).length, weighed.bytes)
    assert.ok((await read(file)).equals(bytes))
  })
}

test('the head says which key, in clear', async (t) => {
  const file = join(temporaryFolder(t), 'x')
  const random = createFakeRandom(1)
  await writeContainer(file, pieces(Buffer.from('some')), { key, random })
  const salt = createFakeRandom(1).bytes(32).toString('base64url')
  const head = `{"key":"${keyIdOf(key)}","salt":"${salt}","compression":"zstd"}`
  const text = readFileSync(file).toString('latin1')
  assert.ok(text.startsWith(`holdpoint-export/1\n${head}\n`))
})

test('a bit flipped anywhere, a piece cut, moved, doubled or left out: noticed', async (t) => {
  const file = join(temporaryFolder(t), 'x')
  await writeContainer(file, pieces(systemRandom.bytes(200_000)), { key, random: systemRandom })
  const whole = readFileSync(file)
  const start = whole.indexOf(0x0a, whole.indexOf(0x0a) + 1) + 1
  const piece = 65_536 + 16
  const cut = (from: number, to: number): Buffer => whole.subarray(start + from, start + to)
  const head = whole.subarray(0, start)
  const changed: Record<string, Buffer> = {
    'the last byte cut off': whole.subarray(0, -1),
    'the last piece cut off': whole.subarray(0, start + 3 * piece),
    'all pieces cut off': head,
    'nothing but a beginning': whole.subarray(0, 10),
    nothing: Buffer.alloc(0),
    'a byte more': Buffer.concat([whole, Buffer.alloc(1)]),
    'two pieces exchanged': Buffer.concat([
      ...[head, cut(piece, 2 * piece), cut(0, piece), cut(2 * piece, whole.length)],
    ]),
    'a piece left out': Buffer.concat([head, cut(piece, whole.length)]),
    'a piece twice': Buffer.concat([head, cut(0, piece), cut(0, whole.length)]),
  }
  for (let at = 0; at < whole.length; at += at < start ? 1 : 7_919) {
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 1
    changed[`byte ${at}`] = flipped
  }
  for (const [what, bytes] of Object.entries(changed)) {
    writeFileSync(file, bytes)
    await assert.rejects(read(file), { code: /^export-(damaged|malformed|key)$/ }, what)
  }
})

test('another file of the same key lends no pieces', async (t) => {
  const folder = temporaryFolder(t)
  const [one, other] = [join(folder, 'one'), join(folder, 'other')]
  const bytes = systemRandom.bytes(200_000)
  await writeContainer(one, pieces(bytes), { key, random: systemRandom })
  await writeContainer(other, pieces(bytes), { key, random: systemRandom })
  const [a, b] = [readFileSync(one), readFileSync(other)]
  writeFileSync(one, Buffer.concat([a.subarray(0, -70_000), b.subarray(-70_000)]))
  await assert.rejects(read(one), { code: 'export-damaged' })
})

test('another key opens nothing', async (t) => {
  const file = join(temporaryFolder(t), 'x')
  await writeContainer(file, pieces(Buffer.from('some')), { key, random: systemRandom })
  await assert.rejects(read(file, Buffer.alloc(32, 2)), { code: 'export-key' })
  await assert.rejects(read(file, Buffer.alloc(31, 1)), { code: 'export-key' })
})

test('what fails leaves nothing behind; what is there is not replaced', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'x')
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.alloc(100_000))
    throw new Error('the source failed')
  }
  const options = { key, random: systemRandom }
  await assert.rejects(writeContainer(file, failing(), options), /the source failed/)
  assert.deepEqual(readdirSync(folder), [])
  writeFileSync(file, 'older')
  await assert.rejects(writeContainer(file, pieces(Buffer.from('new')), options), {
    code: 'export-exists',
  })
  assert.equal(readFileSync(file, 'utf8'), 'older')
  assert.deepEqual(readdirSync(folder), ['x'])
  writeFileSync(`${file}2.part`, 'of another')
  await assert.rejects(writeContainer(`${file}2`, pieces(Buffer.from('new')), options), {
    code: 'export-file',
  })
  const nowhere = join(folder, 'no', 'such')
  await assert.rejects(writeContainer(nowhere, pieces(Buffer.from('new')), options), {
    code: 'export-file',
  })
})

test('a disk that takes no more: rejected, and nothing is left', (t) => {
  const folder = temporaryFolder(t)
  const script = `
    import { randomBytes } from 'node:crypto'
    import { writeContainer } from '${new URL('container.ts', import.meta.url).href}'
    async function* source() { for (let i = 0; i < 40; i++) yield randomBytes(65536) }
    const random = { bytes: randomBytes }
    try {
      await writeContainer(process.argv[1], source(), { key: Buffer.alloc(32), random })
      process.exit(3)
    } catch (fault) { process.exit(fault.code === 'EFBIG' ? 7 : 4) }`
  const file = join(folder, 'x')
  const run = [process.execPath, '--input-type=module', '--disable-warning=ExperimentalWarning']
  const limited = 'trap "" XFSZ; ulimit -f 1000; exec "$@"'
  const ended = spawnSync('/bin/sh', ['-c', limited, 'sh', ...run, '-e', script, file])
  assert.equal(ended.status, 7, String(ended.stderr))
  assert.equal(existsSync(file), false)
  assert.deepEqual(readdirSync(folder), [])
})
