import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { discard, publishLog, temporaryFolder } from '../../test/simulation/ledger-stage.ts'
import { createLogServer } from './serve.ts'

const folder = temporaryFolder()
after(() => discard(folder))
const { published } = await publishLog(folder, 300)
const serve = createLogServer(published)

const served: readonly (readonly [path: string, type: string, cache: RegExp])[] = [
  ['/checkpoint', 'text/plain; charset=utf-8', /max-age=1$/],
  ['/vkey', 'text/plain; charset=utf-8', /max-age/],
  ['/tile/0/000', 'application/octet-stream', /immutable/],
  ['/tile/0/001.p/44', 'application/octet-stream', /immutable/],
  ['/tile/1/000.p/1', 'application/octet-stream', /immutable/],
  ['/tile/entries/001.p/44', 'application/octet-stream', /immutable/],
]
for (const [path, type, cache] of served) {
  test(`${path} is served as ${type}`, async () => {
    const { status, headers, body } = await serve({ method: 'GET', path })
    const header = new Map(headers)
    assert.equal(status, 200)
    assert.equal(header.get('content-type'), type)
    assert.match(header.get('cache-control') ?? '', cache)
    assert.deepEqual(Buffer.from(body), readFileSync(join(published, path)))
    const head = await serve({ method: 'HEAD', path })
    assert.equal(head.body.length, 0)
    assert.deepEqual(head.headers, headers)
  })
}

const notServed = [
  '/',
  '',
  'checkpoint',
  '/checkpoint/',
  '//checkpoint',
  '/../ledger.key',
  '/tile/../../ledger.key',
  '/tile/0/..%2f..%2fledger.key',
  '/tile/0/000/../../../../ledger.key',
  '/tile/entries/../../../store.db',
  '/tile/0/000\0',
  '/tile/0/000.p/45',
  '/tile/0/999',
  '/tile/0/',
  '/tile',
  '/.new/0',
  '/checkpoint?x',
]
for (const path of notServed) {
  test(`${JSON.stringify(path)} is not here`, async () => {
    const { status, headers } = await serve({ method: 'GET', path })
    assert.equal(status, 404)
    assert.equal(new Map(headers).get('cache-control'), 'no-store')
  })
}

test('nothing can be written', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'get']) {
    assert.equal((await serve({ method, path: '/checkpoint' })).status, 405)
  }
})
