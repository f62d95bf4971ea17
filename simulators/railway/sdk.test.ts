// The real SDK against the simulator, told where to go by its environment variables alone.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { flags, RailwayGraphQLError, Sandbox } from 'railway'

import { ask, bearer, post } from './asking.ts'
import type { RailwaySimulator } from './start.ts'
import { startRailwaySimulator } from './start.ts'

let railway: RailwaySimulator
const names = [
  'RAILWAY_GRAPHQL_ENDPOINT',
  'RAILWAY_API_TOKEN',
  'RAILWAY_TOKEN',
  'RAILWAY_ENVIRONMENT_ID',
] as const
type Variables = Partial<Record<(typeof names)[number], string>>
const kept = names.map((name) => [name, process.env[name]] as const)

function surround(variables: Variables): void {
  for (const name of names) {
    const value = variables[name]
    if (value === undefined) Reflect.deleteProperty(process.env, name)
    else process.env[name] = value
  }
}

before(async () => {
  railway = await startRailwaySimulator({ postgres: false })
})
after(() => railway.stop())
afterEach(async () => {
  surround(Object.fromEntries(kept))
  await railway.reset()
})

function withAccount(): void {
  surround({
    RAILWAY_GRAPHQL_ENDPOINT: railway.url,
    RAILWAY_API_TOKEN: railway.tokens.account,
    RAILWAY_ENVIRONMENT_ID: railway.ids.staging,
  })
}

test('sandboxes come, are found, forked, kept, and go', async () => {
  withAccount()
  const sandbox = await Sandbox.create({ idleTimeoutMinutes: 5, region: 'europe-west4' })
  assert.equal(sandbox.status, 'RUNNING')
  assert.equal(sandbox.region, 'europe-west4')
  assert.equal(sandbox.environmentId, railway.ids.staging)
  const connected = await Sandbox.connect(sandbox.id)
  assert.deepEqual(connected.toJSON(), sandbox.toJSON())
  const fork = await sandbox.fork()
  assert.notEqual(fork.id, sandbox.id)
  const listed = (await Sandbox.list()).map(({ id }) => id)
  assert.deepEqual(listed, [sandbox.id, fork.id])
  const checkpoint = await sandbox.checkpoint('base')
  await Sandbox.renameCheckpoint(checkpoint.id, 'better')
  assert.deepEqual(
    (await Sandbox.checkpoints()).map(({ key }) => key),
    ['better'],
  )
  await Sandbox.deleteCheckpoint(checkpoint.id)
  await sandbox.destroy()
  await sandbox.refresh()
  assert.equal(sandbox.status, 'DESTROYED')
  const { mutations } = await railway.state()
  assert.deepEqual(
    mutations.map(({ field }) => field),
    [
      'sandboxCreate',
      'sandboxCreate',
      'sandboxCheckpointCreate',
      'sandboxCheckpointRename',
      'sandboxCheckpointDelete',
      'sandboxDestroy',
    ],
  )
})

test('templates are built', async () => {
  withAccount()
  const built = await Sandbox.template().run('echo hello').build()
  const sandbox = await Sandbox.create(built)
  assert.equal(sandbox.status, 'RUNNING')
})

test("a project's token goes in a header of its own, and stays in its environment", async () => {
  surround({
    RAILWAY_GRAPHQL_ENDPOINT: railway.url,
    RAILWAY_TOKEN: railway.tokens.project,
    RAILWAY_ENVIRONMENT_ID: railway.ids.staging,
  })
  assert.equal((await Sandbox.create()).status, 'RUNNING')
  await assert.rejects(
    Sandbox.create({ environmentId: railway.ids.production }),
    (error) => error instanceof RailwayGraphQLError && error.message === 'Not Authorized',
  )
  const { mutations } = await railway.state()
  assert.deepEqual(
    mutations.map(({ tokenKind, ok }) => `${tokenKind ?? ''} ${ok}`),
    ['project true', 'project false'],
  )
})

test('a sandbox that is not there is not found', async () => {
  withAccount()
  await assert.rejects(Sandbox.connect('nothing'), /was not found in environment/)
})

test('flags are read as they were set', async () => {
  withAccount()
  const { project } = railway.ids
  const create = `mutation C($input: SignalCreateInput!) { signalCreate(input: $input) { id } }`
  const input = { owner: `project:${project}`, name: 'dark-mode', type: 'bool', default: true }
  await post(railway.url, bearer(railway.tokens.account), { query: create, variables: { input } })
  await flags.init({ scope: { projectId: project }, refresh: false, required: true })
  try {
    assert.equal(flags.getBoolean('dark-mode', {}, false), true)
    assert.equal(flags.getBoolean('absent', {}, false), false)
  } finally {
    flags.close()
  }
})

test('a shell token is minted, and counts as a mutation', async () => {
  const input = `{ environmentId: "${railway.ids.staging}", instanceId: "x", scope: "shell" }`
  const { data } = await ask(railway, `mutation { generateShellToken(input: ${input}) }`)
  assert.match(String(data?.['generateShellToken']), /^eyJ[^.]+\.[^.]+\.[^.]+$/)
  assert.equal((await railway.state()).mutations[0]?.field, 'generateShellToken')
})
