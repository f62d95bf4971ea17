import type { Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { createApiServer, apiPath } from './api-server.ts'
import type { Databases } from './databases.ts'
import { createDatabases, noDatabases } from './databases.ts'
import { purge } from './deleting.ts'
import type { LoggedMutation } from './execute.ts'
import type { Fault, Faults } from './faults.ts'
import { createFaults } from './faults.ts'
import { writeSceneFolder } from './scene-folder.ts'
import type { SceneIds, SceneTokens } from './scene.ts'
import { ids, newSceneTokens, sceneRows, sceneWorld } from './scene.ts'
import type { DeleteMode, RowCounts, World } from './world.ts'
import { those } from './world.ts'

export interface SimulatorOptions {
  readonly port: number
  readonly adminPort: number
  readonly mode: DeleteMode
  /** where volumes keep their contents; created, and emptied of them at the end */
  readonly folder: string
  readonly sceneFolder: string | null
  readonly postgres: boolean
  /** requests in an hour; null for no limit */
  readonly rateLimit: number | null
}

/** What is printed when it is ready. */
export interface Ready {
  readonly url: string
  readonly admin: string
  readonly tokens: SceneTokens
  readonly ids: SceneIds
  /** null where there is no PostgreSQL; then `postgresSays` why */
  readonly postgres: string | null
  readonly postgresSays: string | null
  readonly folder: string
}

export interface State {
  readonly mode: DeleteMode
  readonly projects: number
  readonly environments: number
  readonly services: number
  readonly volumes: number
  readonly volumeInstances: number
  /** marked for deletion, and still there */
  readonly pendingDeletion: number
  readonly backups: number
  readonly customDomains: number
  readonly variables: number
  readonly tokens: number
  /** counted in the database; zeros when it is gone, null where there never was one */
  readonly rows: RowCounts | null
  readonly mutations: readonly LoggedMutation[]
  readonly requests: number
}

const mutationsMax = 100_000

export async function openSimulator(
  options: SimulatorOptions,
): Promise<{ readonly ready: Ready; close(): Promise<void> }> {
  const tokens = newSceneTokens()
  const { databases, says } = await openDatabases(options)
  const mutations: LoggedMutation[] = []
  const faults = createFaults()
  let requests = 0
  const newWorld = (): World => sceneWorld(options.mode, tokens, databases.connection)
  let world = newWorld()
  const inTurn = createTurns()
  const api = createApiServer({
    world: () => world,
    databases,
    faults,
    inTurn,
    rateLimit: options.rateLimit,
    count: () => requests++,
    log: (mutation) => mutations.length < mutationsMax && mutations.push(mutation),
  })
  const admin = createAdminServer({
    state: () => inTurn(async () => stateOf(world, await databases.rows(), mutations, requests)),
    reset: () =>
      inTurn(async () => {
        await databases.reset()
        world = newWorld()
        mutations.splice(0)
        requests = 0
        faults.clear()
      }),
    advance: (seconds) =>
      inTurn(async () => {
        world.aheadMilliseconds += seconds * 1000
        await purge(world, databases)
      }),
    faults,
  })
  if (options.sceneFolder !== null) writeSceneFolder(options.sceneFolder, world, tokens)
  const url = `${await listen(api, options.port)}${apiPath}`
  const adminUrl = await listen(admin, options.adminPort)
  const { folder } = options
  const about = { tokens, ids, postgres: databases.connection, postgresSays: says, folder }
  return {
    ready: { url, admin: adminUrl, ...about },
    close: async () => {
      for (const server of [api, admin]) {
        server.close()
        server.closeAllConnections()
      }
      await databases.close()
    },
  }
}

async function openDatabases(
  options: SimulatorOptions,
): Promise<{ databases: Databases; says: string | null }> {
  if (!options.postgres) return { databases: noDatabases, says: 'it was not asked for' }
  const folder = join(options.folder, 'volumes', ids.sharedVolume)
  try {
    return {
      databases: await createDatabases(folder, ids.volumeInProduction, sceneRows),
      says: null,
    }
  } catch (error) {
    return { databases: noDatabases, says: error instanceof Error ? error.message : String(error) }
  }
}

function stateOf(
  world: World,
  rows: RowCounts | null,
  mutations: readonly LoggedMutation[],
  requests: number,
): State {
  const marked = ({ deletedAt }: { readonly deletedAt: string | null }) => deletedAt !== null
  const marks = [world.projects, world.environments, world.volumeInstances]
  return {
    mode: world.mode,
    projects: world.projects.size,
    environments: world.environments.size,
    services: world.services.size,
    volumes: world.volumes.size,
    volumeInstances: world.volumeInstances.size,
    pendingDeletion: marks.reduce((sum, map) => sum + [...map.values()].filter(marked).length, 0),
    backups: world.backups.size,
    customDomains: world.customDomains.size,
    variables: [...world.variables.values()].reduce((sum, { size }) => sum + size, 0),
    tokens: those(world.tokens, () => true).length,
    rows,
    mutations,
    requests,
  }
}

interface Administration {
  state(): Promise<State>
  reset(): Promise<void>
  advance(seconds: number): Promise<void>
  readonly faults: Faults
}

/** On a port of its own, so that no proxy in front of the API can lead here. */
function createAdminServer(administration: Administration): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      administer(administration, `${request.method ?? ''} ${request.url ?? ''}`, chunks)
        .then((answer) => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.end(JSON.stringify(answer))
        })
        .catch((error: unknown) => {
          response.writeHead(400, { 'content-type': 'application/json' })
          response.end(JSON.stringify({ error: String(error) }))
        })
    })
  })
}

async function administer(
  administration: Administration,
  line: string,
  chunks: readonly Buffer[],
): Promise<unknown> {
  const text = Buffer.concat(chunks).toString('utf8')
  switch (line) {
    case 'GET /_simulator/state':
      return administration.state()
    case 'POST /_simulator/reset':
      await administration.reset()
      return { ok: true }
    case 'POST /_simulator/fault':
      administration.faults.add(JSON.parse(text) as Fault)
      return { ok: true }
    case 'POST /_simulator/advance':
      await administration.advance((JSON.parse(text) as { seconds: number }).seconds)
      return { ok: true }
    default:
      throw new Error(`${line} is nothing here`)
  }
}

function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo
      resolve(`http://127.0.0.1:${taken}`)
    })
  })
}
