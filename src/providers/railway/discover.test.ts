import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import type { RailwaySimulator } from '../../../simulators/railway/start.ts'
import { startRailwaySimulator } from '../../../simulators/railway/start.ts'
import type { Fault } from '../../domain/fault.ts'
import type { Ask, AskRequest, Discovered } from '../provider.ts'
import { discoverRailway } from './discover.ts'

const recorded = join(import.meta.dirname, '../../../test/corpus/inventory/pocketos.json')

let railway: RailwaySimulator

before(async () => {
  railway = await startRailwaySimulator({ postgres: false })
})
after(() => railway.stop())

type Headers = Readonly<Record<string, string>>

function asking(headers: Headers): Ask & { readonly asked: AskRequest[] } {
  const asked: AskRequest[] = []
  const ask: Ask = async (request) => {
    asked.push(request)
    const { method, target, body } = request
    const all = { ...Object.fromEntries(request.headers), ...headers }
    const answer = await fetch(new URL(target, railway.url), { method, headers: all, body })
    return new Uint8Array(await answer.arrayBuffer())
  }
  return Object.assign(ask, { asked })
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` })
const account = (): Headers => bearer(railway.tokens.account)

/** The walk with every answer's text passed through `change`. */
function changed(change: (text: string, index: number) => string): Ask {
  const ask = asking(account())
  let index = 0
  return async (request) => {
    const text = new TextDecoder().decode(await ask(request))
    return new TextEncoder().encode(change(text, index++))
  }
}

function sorted({ environments, nodes, edges }: Discovered): Discovered {
  const inOrder = <T>(items: readonly T[]): readonly T[] =>
    [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { environments: inOrder(environments), nodes: inOrder(nodes), edges: inOrder(edges) }
}

test('the scene, as recorded', async () => {
  const found = `${JSON.stringify(sorted(await discoverRailway(asking(account()))), null, 2)}\n`
  if (process.env['UPDATE'] === '1') writeFileSync(recorded, found)
  assert.equal(found, readFileSync(recorded, 'utf8'))
})

test('account, workspace and oauth tokens see the same', async () => {
  const whole = sorted(await discoverRailway(asking(account())))
  for (const token of [railway.tokens.workspace, railway.tokens.oauth]) {
    assert.deepEqual(sorted(await discoverRailway(asking(bearer(token)))), whole)
  }
})

test('a walk only reads, and carries ids as variables', async () => {
  const ask = asking(account())
  await discoverRailway(ask)
  assert.deepEqual((await railway.state()).mutations, [])
  for (const { method, target, body } of ask.asked) {
    const { query } = JSON.parse(body) as { query: string }
    assert.equal(`${method} ${target}`, 'POST /graphql/v2')
    assert.doesNotMatch(query, /mutation|[0-9a-f]{8}-/)
  }
})

test("a project's token sees one environment, and what it cannot see counts", async () => {
  const headers = { 'project-access-token': railway.tokens.project }
  const { environments, nodes } = await discoverRailway(asking(headers))
  const { project, staging, sharedVolume } = railway.ids
  const hidden = `${project}/others`
  assert.deepEqual(environments, [
    { id: staging, name: 'pocketos/staging' },
    { id: hidden, name: 'pocketos/(not visible)' },
  ])
  const volume = nodes.find(({ ref }) => ref === `railway:volume/${sharedVolume}`)
  assert.deepEqual(new Set(volume?.environments), new Set([hidden, staging]))
  assert.deepEqual(
    nodes.filter((node) => node.hidden === true).map(({ ref }) => ref),
    [`railway:environment/${hidden}`],
  )
  assert.ok(!nodes.some(({ ref }) => ref.startsWith('railway:workspace/')))
})

test('long lists are followed to their ends', async () => {
  const { project, production } = railway.ids
  const query = `mutation M($i: ServiceCreateInput!) { serviceCreate(input: $i) { id } }`
  const batch = Array.from({ length: 60 }, (_, i) => ({
    query,
    variables: { i: { projectId: project, environmentId: production, name: `more-${i}` } },
  }))
  const headers = account()
  await fetch(railway.url, { method: 'POST', headers, body: JSON.stringify(batch) })
  const { nodes } = await discoverRailway(asking(account()))
  const count = (type: string) =>
    nodes.filter(({ ref }) => ref.startsWith(`railway:${type}/`)).length
  assert.equal(count('service'), 63)
  assert.equal(count('serviceInstance'), 66)
  await railway.reset()
})

const fault = (code: string) => (error: Fault) => error.code === code

test('a credential that may nothing is told so', async () => {
  await assert.rejects(discoverRailway(asking(bearer('nobody'))), (error: Fault) => {
    assert.equal(error.code, 'discover-refused')
    assert.match(error.message, /`Not Authorized`; .*`Project Token not found`; check the/)
    return true
  })
})

test('an error in any answer rejects the walk, even beside data', async () => {
  for (const broken of [1, 2, 3, 4]) {
    const withError = changed((text, index) => {
      const { data } = JSON.parse(text) as { data: unknown }
      return index === broken ? JSON.stringify({ data, errors: [{ message: 'timeout' }] }) : text
    })
    await assert.rejects(discoverRailway(withError), fault('discover-refused'), `answer ${broken}`)
  }
})

const odd: readonly (readonly [string, (text: string) => string])[] = [
  ['not json', () => '<html>502</html>'],
  ['no data', () => '{}'],
  ['an array', () => '[]'],
  ['null data', () => '{"data":null}'],
  ['no list', (text) => text.replaceAll('"edges":[', '"edge":[')],
  ['no node', (text) => text.replaceAll('"node":{', '"knot":{')],
  ['an id that is no text', (text) => text.replaceAll(/"id":"[^"]*"/g, '"id":7')],
  ['an id with spaces', (text) => text.replaceAll(/"id":"/g, '"id":" ')],
  ['an empty name', (text) => text.replaceAll(/"(name|serviceName)":"[^"]*"/g, '"$1":""')],
  ['a flag that is text', (text) => text.replaceAll('"hasNextPage":false', '"hasNextPage":"no"')],
  ['a list without an end', (text) => text.replaceAll('"hasNextPage":false', '"hasNextPage":true')],
]

for (const [name, change] of odd) {
  test(`an odd answer rejects the walk: ${name}`, async () => {
    for (const broken of [1, 2, 3]) {
      const ask = changed((text, index) => (index >= broken ? change(text) : text))
      await assert.rejects(discoverRailway(ask), fault('discover-malformed'), `answer ${broken}`)
    }
  })
}

test('an environment that may not be entered rejects the walk', async () => {
  const ask = changed((text) => text.replace('"canAccess":true', '"canAccess":false'))
  await assert.rejects(discoverRailway(ask), fault('discover-incomplete'))
})

test('a walk that would never end stops', async () => {
  let cursor = 0
  const ask = changed((text) =>
    text.replaceAll(
      /"hasNextPage":false,"endCursor":("[^"]*"|null)/g,
      () => `"hasNextPage":true,"endCursor":"c${cursor++}"`,
    ),
  )
  // The simulator knows none of these cursors: asked without one, it begins again.
  const always: Ask = async (request) => {
    const { variables, query } = JSON.parse(request.body) as {
      variables: Record<string, unknown>
      query: string
    }
    for (const name of Object.keys(variables)) if (name.startsWith('after')) variables[name] = null
    return ask({ ...request, body: JSON.stringify({ query, variables }) })
  }
  await assert.rejects(discoverRailway(always), fault('discover-too-large'))
})

test('names are made harmless, and cannot pass for a qualified one', async () => {
  const odd = JSON.stringify({ name: '\u202Eatad\u001B[2J' }).slice(1, -1)
  const ask = changed((text) =>
    text
      .replaceAll('"name":"staging"', '"name":"x/production"')
      .replaceAll('"name":"uploads-staging"', odd),
  )
  const { environments, nodes } = await discoverRailway(ask)
  assert.deepEqual(
    environments.map(({ name }) => name),
    ['pocketos/production', 'pocketos/x⟨U+002F⟩production'],
  )
  const label = nodes.find(({ ref }) => ref === `railway:volume/${railway.ids.uploads}`)?.label
  assert.equal(label, 'volume ⟨U+202E⟩atad⟨U+001B⟩[2J')
})

test('what is marked for deletion is there, and says so', async () => {
  const marked = '"isPendingDeletion":true'
  const ask = changed((text) => text.replaceAll('"isPendingDeletion":false', marked))
  const { nodes } = await discoverRailway(ask)
  const ref = `railway:volumeInstance/${railway.ids.uploadsInStaging}`
  const label = nodes.find((node) => node.ref === ref)?.label
  assert.equal(label, 'volume uploads-staging in staging, about to be deleted')
})

test('ids that name members of every object are ids like others', async () => {
  const ask = changed((text) => text.replaceAll(railway.ids.uploads, '__proto__'))
  const { nodes } = await discoverRailway(ask)
  assert.ok(nodes.some(({ ref }) => ref === 'railway:volume/__proto__'))
})
