import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import type { Headers } from './asking.ts'
import { ask, bearer, post, verdictOf } from './asking.ts'
import type { RailwaySimulator } from './start.ts'
import { startRailwaySimulator } from './start.ts'

let railway: RailwaySimulator

before(async () => {
  railway = await startRailwaySimulator({ postgres: false })
})
after(() => railway.stop())
afterEach(() => railway.reset())

type Kind = 'account' | 'domains' | 'workspace' | 'project' | 'oauth' | 'nobody' | 'misplaced'

function headersOf(kind: Kind): Headers {
  const { tokens } = railway
  if (kind === 'nobody') return {}
  if (kind === 'project') return { 'project-access-token': tokens.project }
  // A project token in the header of the others, which is a mistake that people make.
  return kind === 'misplaced' ? bearer(tokens.project) : bearer(tokens[kind])
}

async function verdict(kind: Kind, query: string): Promise<string> {
  return verdictOf(await post(railway.url, headersOf(kind), { query }))
}

const kinds: readonly Kind[] = [
  'account',
  'domains',
  'workspace',
  'project',
  'oauth',
  'nobody',
  'misplaced',
]

const wide: readonly Kind[] = ['account', 'domains', 'workspace', 'oauth']
const everyone: readonly Kind[] = [...wide, 'project']
const no = 'Not Authorized'

/** What each kind may, by a query or mutation each; whoever is not named is refused. */
function table(): readonly (readonly [query: string, may: readonly Kind[]])[] {
  const { ids } = railway
  return [
    ['{ me { email } }', ['account', 'domains', 'oauth']],
    ['{ apiToken { workspaces { id } } }', wide],
    [`{ project(id: "${ids.project}") { name } }`, everyone],
    [`{ environment(id: "${ids.staging}") { name } }`, everyone],
    [`{ environment(id: "${ids.production}") { name } }`, wide],
    [`{ workspace(workspaceId: "${ids.workspace}") { name } }`, wide],
    [`{ volumeInstance(id: "${ids.volumeInProduction}") { id } }`, wide],
    [`{ volumeInstance(id: "${ids.volumeInStaging}") { id } }`, everyone],
    ['mutation { apiTokenCreate(input: { name: "x" }) }', ['account', 'domains']],
    [`{ adminVolumeInstancesForVolume(volumeId: "${ids.sharedVolume}") { id } }`, []],
    ['{ platformStatus { isStable } regions { id } }', kinds],
    ['{ __schema { queryType { name } } }', kinds],
  ]
}

test('what each kind of token may', async () => {
  for (const [query, may] of table()) {
    for (const kind of kinds) {
      assert.equal(await verdict(kind, query), may.includes(kind) ? 'ok' : no, `${kind}: ${query}`)
    }
  }
})

test('a token made for domains can delete the volume', async () => {
  const query = `mutation { volumeDelete(volumeId: "${railway.ids.sharedVolume}") }`
  assert.equal(await verdict('domains', query), 'ok')
  assert.equal((await railway.state()).backups, 0)
})

test("a project's token cannot delete what is in production too, and can what is not", async () => {
  const { sharedVolume, uploads } = railway.ids
  const remove = (id: string) => verdict('project', `mutation { volumeDelete(volumeId: "${id}") }`)
  assert.equal(await remove(sharedVolume), no)
  assert.equal(await remove(uploads), 'ok')
  const { volumes, backups } = await railway.state()
  assert.deepEqual({ volumes, backups }, { volumes: 1, backups: 4 })
})

test("a project's token knows what it is; the others are told that it was not found", async () => {
  const query = '{ projectToken { projectId environmentId project { name } environment { name } } }'
  const answer = await post(railway.url, headersOf('project'), { query })
  assert.deepEqual(answer.data?.['projectToken'], {
    projectId: railway.ids.project,
    environmentId: railway.ids.staging,
    project: { name: 'pocketos' },
    environment: { name: 'staging' },
  })
  assert.equal(await verdict('account', query), 'Project Token not found')
  const strange = { 'project-access-token': 'nobody' }
  assert.equal(verdictOf(await post(railway.url, strange, { query })), 'Project Token not found')
})

test('a second factor is asked of people, and not of tokens', async () => {
  const { workspace, project } = railway.ids
  const look = `{ project(id: "${project}") { name } }`
  await ask(
    railway,
    `mutation { workspaceTwoFactorEnforcementUpdate(enabled: true, workspaceId: "${workspace}") }`,
  )
  assert.equal(await verdict('oauth', look), 'Two Factor Authentication Required')
  assert.equal(await verdict('account', look), 'ok')
})

test('a minted token works, until it is deleted; oauth ends after an hour', async () => {
  const minted = await ask(railway, 'mutation { apiTokenCreate(input: { name: "new" }) }')
  const token = String(minted.data?.['apiTokenCreate'])
  const me = { query: '{ me { email } }' }
  assert.equal(verdictOf(await post(railway.url, bearer(token), me)), 'ok')
  const listed = await ask(railway, '{ apiTokens { edges { node { id name displayToken } } } }')
  const text = JSON.stringify(listed)
  assert.ok(!text.includes(token), 'tokens are shown once')
  const id = /"id":"([^"]+)","name":"new"/.exec(text)?.[1] ?? ''
  await ask(railway, `mutation { apiTokenDelete(id: "${id}") }`)
  assert.equal(verdictOf(await post(railway.url, bearer(token), me)), no)
  await railway.advance(3601)
  assert.equal(await verdict('oauth', me.query), no)
  assert.equal(await verdict('account', me.query), 'ok')
})
