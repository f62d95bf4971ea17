// A volume that holds a PostgreSQL: the simulated Railway with a real server in it, a whole gate
// before it, and another server to restore on. Its deletion waits for a person, and then for a
// backup that is proven; where there is none, it is not sent, and the release is spent.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import pg from 'pg'

import { openPostgres } from '../../../simulators/railway/postgres.ts'
import type { Database } from '../../../simulators/railway/postgres.ts'
import { startRailwaySimulator } from '../../../simulators/railway/start.ts'
import type { RailwaySimulator } from '../../../simulators/railway/start.ts'
import { freePort } from '../../postgres/server.ts'
import { factsOf, ledgerWords } from '../ledger-words.ts'
import { createAnswering, createPerson } from '../person.ts'
import { holdpoint, stop, up } from '../processes.ts'
import type { Printed } from '../script.ts'
import { contentOf, differences } from './content.ts'
import type { Content } from './content.ts'

const home = mkdtempSync(join(tmpdir(), 'holdpoint-volume-'))
const configuration = join(home, 'holdpoint.yaml')
const backups = join(home, 'backups')

let simulator: RailwaySimulator
let scratch: Database
let lease = ''
let agents = ''
let release: () => Promise<Printed>
const closing: (() => Promise<unknown>)[] = []

before(async () => {
  simulator = await startRailwaySimulator({ folder: join(home, 'railway') })
  closing.push(() => simulator.stop())
  scratch = await openPostgres(join(home, 'scratch'), null)
  closing.push(() => scratch.destroy())
  writeFileSync(configuration, await configurationText())
  const { account } = simulator.tokens
  const secrets = { railway: account, 'shop-db': 'nobody-works-here' }
  const admins = { 'shop-db-admin': volume().password, 'scratch-admin': at(scratch).password }
  for (const [name, value] of Object.entries({ ...secrets, ...admins, scratch: 'nor-here' })) {
    await done(['secret', 'put', name], value)
  }
  const { first, child } = await up([], home)
  closing.push(() => stop(child))
  const { status, enrolment } = first as UpEvent
  agents = status.gate.agents
  const { answer } = createAnswering(createPerson(status.gate.console), enrolment.code)
  release = () => answer('release', 'last', '')
  await done(['agent', 'add', 'cursor'])
  const mandate = join(home, 'mandate.json')
  writeFileSync(mandate, JSON.stringify(asked))
  await done(['mandate', 'grant', mandate])
  lease = (await done(['lease', 'issue', 'cursor'])).stdout.trim()
})

after(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  rmSync(home, { recursive: true, force: true })
})

interface UpEvent {
  readonly status: Readonly<{ gate: Readonly<{ console: string; agents: string }> }>
  readonly enrolment: Readonly<{ code: string }>
}

const asked = {
  task: 'work on staging',
  agent: 'cursor',
  authorization_details: [
    { type: 'holdpoint', actions: ['read'], locations: ['pocketos/*'] },
    { type: 'holdpoint', actions: ['write', 'destroy'], locations: ['pocketos/staging'] },
  ],
}

function at({ connection }: Pick<Database, 'connection'>): URL {
  return new URL(connection)
}

function volume(): URL {
  assert.ok(simulator.postgres !== null, 'a real PostgreSQL lives in the volume')
  return new URL(simulator.postgres)
}

async function configurationText(): Promise<string> {
  const server = (url: URL, name: string, admin: string): string => `
  ${name}:
    provider: postgres
    url: postgres://127.0.0.1:${url.port}
    role: app
    credential: ${name}
    database: pocketos
    environment: pocketos/production
    tls: off
    allowPrivate: true
    admin: { role: postgres, credential: ${admin} }`
  return `
version: 1
operator: jer
listen:
  agents: 127.0.0.1:0
  console: 127.0.0.1:0
  mcp: 127.0.0.1:0
  postgres: 127.0.0.1:${await freePort()}
upstreams:
  railway:
    provider: railway
    url: ${new URL(simulator.url).origin}
    credential: railway
    allowPrivate: true${server(volume(), 'shop-db', 'shop-db-admin')}${server(at(scratch), 'scratch', 'scratch-admin')}
environments:
  - { match: '*/production', protection: critical }
  - { match: '*/staging', protection: standard }
safeguards:
  independent-backup:
    volumes: { ${simulator.ids.sharedVolume}: shop-db }
    folder: ./backups
    scratch: scratch
`
}

function cli(args: readonly string[], input = ''): Promise<Printed> {
  return holdpoint(['--config', configuration, ...args], { cwd: home, input })
}

async function done(args: readonly string[], input = ''): Promise<Printed> {
  const printed = await cli(args, input)
  assert.equal(printed.code, 0, `${args.join(' ')}: ${printed.stdout}${printed.stderr}`)
  return printed
}

async function deleteVolume(): Promise<string> {
  const query = `mutation { volumeDelete(volumeId: "${simulator.ids.sharedVolume}") }`
  const answer = await fetch(`http://${agents}/railway/graphql/v2`, {
    method: 'POST',
    headers: { authorization: `Bearer ${lease}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  return answer.text()
}

async function contents(url: URL, database: string): Promise<Content> {
  const client = new pg.Client({ connectionString: new URL(`/${database}`, url).href })
  await client.connect()
  try {
    return await contentOf(client)
  } finally {
    await client.end()
  }
}

const told = (): Promise<string> =>
  ledgerWords(configuration, ['discovering', 'administering', 'measuring', 'secret-put'])

async function untouched(): Promise<void> {
  const { mutations, rows } = await simulator.state()
  assert.deepEqual(mutations, [])
  assert.ok((rows?.customers ?? 0) > 0, 'the volume is as it was')
}

/** Held, released, and sent again as it was: what the second answer is. */
async function twice(): Promise<string> {
  assert.match(await deleteVolume(), /"code":"HOLDPOINT_HELD"/)
  assert.equal((await release()).code, 0)
  return deleteVolume()
}

/** Not sent; said why; and the release is gone, so that the next one is a new hold. */
async function refusedBecause(answer: string, why: RegExp): Promise<void> {
  assert.doesNotMatch(answer, /"volumeDelete":true/)
  assert.match(answer, why)
  assert.match(answer, /the release is spent, so a new one will be needed/)
  assert.match(await told(), /decided hold, claimed, guarded independent-backup$/)
  await untouched()
}

test('an export folder that cannot be: not sent, and said', async () => {
  writeFileSync(backups, 'a file where the folder should be')
  await refusedBecause(await twice(), /the folder for exports, .* cannot be made \(EEXIST\)/)
  const last = (await factsOf(configuration)).findLast(({ kind }) => kind === 'guarded')
  assert.match(JSON.stringify(last), /"kind":"failed","why":"[^"]+"/)
  rmSync(backups)
})

test('a scratch server that is gone: not sent, and nothing is left that looks like proof', async () => {
  await scratch.destroy()
  await refusedBecause(await twice(), /`scratch` cannot be administered/)
  assert.ok(!existsSync(backups), 'not even the folder')
  scratch = await openPostgres(join(home, 'scratch'), scratch.connection)
})

test('exported, restored, compared: then it goes, once', async () => {
  const was = await contents(volume(), 'pocketos')
  assert.match(await twice(), /"volumeDelete":true/)
  assert.match(
    await told(),
    /decided hold, claimed, guarded independent-backup, sent, ended succeeded$/,
  )
  const { mutations, rows } = await simulator.state()
  assert.deepEqual(
    mutations.map(({ field }) => field),
    ['volumeDelete'],
  )
  assert.equal(rows?.customers, 0, 'the volume and what was in it are gone')
  assert.doesNotMatch(await deleteVolume(), /"volumeDelete":true/)
  assert.equal((await simulator.state()).mutations.length, 1)

  const [file = '', ...others] = readdirSync(backups)
  assert.deepEqual(others, [])
  const log = await done(['log', '--since', '0', '--no-follow'])
  assert.ok(log.stdout.includes(`it is ${join(backups, file)}`), log.stdout)
  assert.match((await done(['backup', 'verify', `backups/${file}`])).stdout, /pocketos: 3 tables/)
  const restore = ['backup', 'restore', `backups/${file}`, '--to', 'scratch']
  const there = await cli(restore)
  assert.equal(there.code, 3)
  assert.match(there.stderr, /there is a database `pocketos` already/)
  await done([...restore, '--name', 'pocketos_again'])
  assert.deepEqual(differences(was, await contents(at(scratch), 'pocketos_again')), [])
  const other = await cli([...restore.slice(0, 3), '--to', 'shop-db'])
  assert.equal(other.code, 1)
  assert.match(other.stderr, /`shop-db` cannot be administered/)
  await done(['ledger', 'verify'])
})
