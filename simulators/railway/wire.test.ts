import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import type { Answered } from './asking.ts'
import { ask, bearer, post, verdictOf } from './asking.ts'
import type { RailwaySimulator } from './start.ts'
import { startRailwaySimulator } from './start.ts'

let railway: RailwaySimulator

before(async () => {
  railway = await startRailwaySimulator({ postgres: false })
})
after(() => railway.stop())
afterEach(() => railway.reset())

const status = '{ platformStatus { isStable } }'

function bodyOf(query: string): string {
  return JSON.stringify({ query })
}

function raw(init: RequestInit, search = ''): Promise<Response> {
  return fetch(`${railway.url}${search}`, init)
}

test('the body is json whatever the content type says', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'image/png']) {
    const body = JSON.stringify({ query: status })
    const answer = await raw({ method: 'POST', headers: { 'content-type': type }, body })
    assert.deepEqual(await answer.json(), { data: { platformStatus: { isStable: true } } }, type)
  }
})

test('get carries a query, and a mutation', async () => {
  const headers = bearer(railway.tokens.account)
  const query = 'mutation D($id: String!) { volumeDelete(volumeId: $id) }'
  const variables = JSON.stringify({ id: railway.ids.uploads })
  const search = new URLSearchParams({ query, variables, operationName: 'D' })
  const answer = await raw({ headers }, `?${search.toString()}`)
  assert.deepEqual(await answer.json(), { data: { volumeDelete: true } })
  assert.equal((await railway.state()).volumes, 1)
})

test('an array is a batch, carried out in order', async () => {
  const { uploads } = railway.ids
  const query = `mutation { volumeDelete(volumeId: "${uploads}") }`
  const headers = bearer(railway.tokens.account)
  const answers = await post(railway.url, headers, [{ query: status }, { query }, { query }])
  assert.ok(Array.isArray(answers))
  assert.deepEqual((answers as Answered[]).map(verdictOf), ['ok', 'ok', 'Volume not found'])
})

test('errors are http 200 with errors', async () => {
  const answer = await raw({ method: 'POST', body: JSON.stringify({ query: '{ me { id } }' }) })
  assert.equal(answer.status, 200)
  const { data, errors } = (await answer.json()) as Answered
  assert.equal(data, null)
  assert.equal(errors?.[0]?.message, 'Not Authorized')
})

test('what is no operation is refused', async () => {
  const bodies = ['', 'nonsense', '7', '{"query":7}', '{"query":"{"}', '{"query":"{ nothing }"}']
  for (const body of bodies) {
    const answer = await raw({ method: 'POST', body })
    const said = (await answer.json()) as Answered
    assert.ok((said.errors?.length ?? 0) > 0, body)
  }
  assert.equal((await raw({ method: 'PUT', body: '{}' })).status, 400)
  const elsewhere = await fetch(new URL('/', railway.url))
  assert.equal(elsewhere.status, 404)
})

test('the admin interface is not behind the api', async () => {
  const { origin } = new URL(railway.url)
  const answer = await fetch(`${origin}/_simulator/state`)
  assert.equal(answer.status, 404)
  assert.notEqual(new URL(railway.admin).port, new URL(railway.url).port)
})

test('aliases, fragments and variables do what they say', async () => {
  const query = `mutation M($yes: Boolean!) {
    harmless: volumeUpdate(volumeId: "${railway.ids.uploads}", input: { name: "x" }) { id }
    ...Rest @include(if: $yes)
  }
  fragment Rest on Mutation { read: volumeDelete(volumeId: "${railway.ids.uploads}") }`
  const headers = bearer(railway.tokens.account)
  await post(railway.url, headers, { query, variables: { yes: false } })
  assert.equal((await railway.state()).volumes, 2)
  await post(railway.url, headers, { query, variables: { yes: true } })
  assert.equal((await railway.state()).volumes, 1)
})

test('mutations are logged with their arguments, and whether they took effect', async () => {
  await ask(railway, `mutation { volumeDelete(volumeId: "${railway.ids.uploads}") }`)
  await ask(railway, `mutation { volumeDelete(volumeId: "nothing") }`)
  await ask(railway, status)
  const { mutations, requests } = await railway.state()
  assert.deepEqual(
    mutations.map(({ field, variables, tokenKind, ok }) => [field, variables, tokenKind, ok]),
    [
      ['volumeDelete', { volumeId: railway.ids.uploads }, 'account', true],
      ['volumeDelete', { volumeId: 'nothing' }, 'account', false],
    ],
  )
  assert.equal(requests, 3)
  await railway.reset()
  assert.deepEqual((await railway.state()).mutations, [])
})

test('lists come in pages', async () => {
  const { project } = railway.ids
  const page = async (args: string): Promise<string> => {
    const services = `services(${args}) { edges { cursor node { name } }
      pageInfo { hasNextPage hasPreviousPage endCursor } }`
    return JSON.stringify(await ask(railway, `{ project(id: "${project}") { ${services} } }`))
  }
  const first = await page('first: 2')
  assert.match(first, /postgres.*api.*"hasNextPage":true,"hasPreviousPage":false/)
  const cursor = /"endCursor":"([^"]+)"/.exec(first)?.[1] ?? ''
  const last = /web.*"hasNextPage":false,"hasPreviousPage":true/
  assert.match(await page(`first: 2, after: "${cursor}"`), last)
  assert.match(await page('last: 1'), last)
})

test('faults: answers fail as they are told to', async () => {
  const headers = bearer(railway.tokens.account)
  const send = () => raw({ method: 'POST', headers, body: JSON.stringify({ query: status }) })
  await railway.fault({ cut: 'before-answer' })
  await assert.rejects(send())
  await railway.fault({ cut: 'mid-answer' })
  await assert.rejects(send().then((answer) => answer.text()))
  await railway.fault({ cut: 'after-headers' })
  await assert.rejects(send().then((answer) => answer.text()))
  await railway.fault({ status: 503, headers: { 'retry-after': '1' }, body: 'down', times: 2 })
  for (let i = 0; i < 2; i++) {
    const answer = await send()
    assert.deepEqual([answer.status, await answer.text()], [503, 'down'])
    assert.equal(answer.headers.get('retry-after'), '1')
  }
  assert.equal((await send()).status, 200)
})

test('a cut answer takes effect all the same; a status does not', async () => {
  const query = `mutation { volumeDelete(volumeId: "${railway.ids.uploads}") }`
  await railway.fault({ status: 500 })
  await raw({ method: 'POST', headers: bearer(railway.tokens.account), body: bodyOf(query) })
  assert.equal((await railway.state()).volumes, 2)
  await railway.fault({ cut: 'before-answer' })
  await assert.rejects(ask(railway, query))
  assert.equal((await railway.state()).volumes, 1)
})

test('the token is echoed in every form when told to, and never else', async () => {
  const { account } = railway.tokens
  const send = () => raw({ method: 'POST', headers: bearer(account), body: bodyOf(status) })
  await railway.fault({ echoToken: true })
  const echoed = await send()
  assert.equal(echoed.headers.get('x-echo'), `Bearer ${account}`)
  const text = await echoed.text()
  for (const form of [account, btoa(account), `Bearer%20${account}`]) assert.ok(text.includes(form))
  assert.ok(!(await (await send()).text()).includes(account))
})

test('the rate is limited when told to', async () => {
  const limited = await startRailwaySimulator({ postgres: false, rateLimit: 2 })
  try {
    const send = () => fetch(limited.url, { method: 'POST', body: bodyOf(status) })
    for (const left of ['1', '0']) {
      assert.equal((await send()).headers.get('x-ratelimit-remaining'), left)
    }
    const answer = await send()
    assert.equal(answer.status, 429)
    assert.equal(answer.headers.get('retry-after'), '30')
  } finally {
    await limited.stop()
  }
})
