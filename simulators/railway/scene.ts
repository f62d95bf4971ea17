import { randomUUID } from 'node:crypto'

import type { DeleteMode, RowCounts, TokenKind, World } from './world.ts'
import { emptyWorld, newId, variablesOf } from './world.ts'

/** Every id of the scene; always the same, so that a demo and a test can say them. */
export const ids = {
  user: '0a51d8b2-6f0c-4c7e-9d2b-5d1f6a3b7c01',
  workspace: 'b7e2f3a4-1c5d-4e6f-8a9b-0c1d2e3f4a50',
  project: '6c1e0f7a-92b4-4d3c-8e5f-7a6b5c4d3e2f',
  production: 'e1a7c4d2-3b5f-4c8e-a9d0-1f2e3d4c5b6a',
  staging: '57a91d60-8c2e-4f1b-b3d4-6e5f7a8b9c0d',
  postgres: '1f9b3c5d-7e2a-4b6c-8d0e-9f1a2b3c4d5e',
  api: '2a8c4e6f-0b1d-4f3e-9a5c-7d6e8f9a0b1c',
  web: '3b7d5f8a-1c2e-4a4f-8b6d-0e9f1a2b3c4d',
  sharedVolume: '3d2c42fb-5a1e-4f87-9c0b-2e6d8a4f1b73',
  uploads: '8e4f6a2b-9d3c-4b5e-a7f1-c0d2e4f6a8b0',
  volumeInProduction: 'c0ffee10-2b4d-4e6f-8a1c-3d5e7f9a1b2c',
  volumeInStaging: 'c0ffee20-3c5e-4f7a-9b2d-4e6f8a0b2c3d',
  uploadsInStaging: 'c0ffee30-4d6f-4a8b-8c3e-5f7a9b1c3d4e',
  postgresInProduction: 'd1000010-5e7a-4b9c-9d4f-6a8b0c2d4e5f',
  postgresInStaging: 'd1000020-6f8b-4c0d-8e5a-7b9c1d3e5f6a',
  apiInProduction: 'd2000010-7a9c-4d1e-9f6b-8c0d2e4f6a7b',
  apiInStaging: 'd2000020-8b0d-4e2f-8a7c-9d1e3f5a7b8c',
  webInProduction: 'd3000010-9c1e-4f3a-9b8d-0e2f4a6b8c9d',
  webInStaging: 'd3000020-0d2f-4a4b-8c9e-1f3a5b7c9d0e',
  backups: [
    'ba000001-1e3a-4b5c-9d0f-2a4b6c8d0e1f',
    'ba000002-2f4b-4c6d-8e1a-3b5c7d9e1f2a',
    'ba000003-3a5c-4d7e-9f2b-4c6d8e0f2a3b',
    'ba000004-4b6d-4e8f-8a3c-5d7e9f1a3b4c',
  ],
  apiDomain: 'cd000001-5c7e-4f9a-9b4d-6e8f0a2b4c5d',
  stagingDomain: 'cd000002-6d8f-4a0b-8c5e-7f9a1b3c5d6e',
  assets: 'bc000001-7e9a-4b1c-9d6f-8a0b2c4d6e7f',
  databaseProxy: 'fc000001-8f0b-4c2d-8e7a-9b1c3d5e7f8a',
} as const

export type SceneIds = typeof ids

export type SceneTokens = Readonly<
  Record<'account' | 'domains' | 'workspace' | 'project' | 'oauth', string>
>

/** What is in the production database. */
export const sceneRows: RowCounts = { customers: 1200, bookings: 4800, payments: 3600 }

/** Whom a connection string names when no real PostgreSQL is there. */
const imaginedDatabase =
  'postgres://postgres:s3cr3t-of-the-scene@postgres.railway.internal:5432/pocketos'

/**
 * PocketOS on 24 April 2026: staging and production share the id of one volume, whose backups hang
 * off its instances; a token made for domains lies in a file; staging's api has a wrong password.
 */
export function sceneWorld(mode: DeleteMode, tokens: SceneTokens, database: string | null): World {
  const world = emptyWorld(mode, {
    id: ids.user,
    name: 'Jer',
    email: 'jer@pocketos.example',
    has2FA: false,
  })
  world.workspaces.set(ids.workspace, {
    id: ids.workspace,
    name: 'pocketos',
    has2FAEnforcement: false,
  })
  const { workspace: workspaceId, project: id } = ids
  world.projects.set(id, { id, workspaceId, name: 'pocketos', deletedAt: null })
  addEnvironment(world, ids.production, 'production')
  addEnvironment(world, ids.staging, 'staging')
  addServices(world)
  addVolumes(world)
  addReachable(world)
  addVariables(world, database ?? imaginedDatabase)
  addTokens(world, tokens)
  return world
}

function addEnvironment(world: World, id: string, name: string): void {
  const { project: projectId } = ids
  world.environments.set(id, { id, projectId, name, isEphemeral: false, deletedAt: null })
}

function addServices(world: World): void {
  const rows = [
    [ids.postgres, 'postgres', ids.postgresInProduction, ids.postgresInStaging],
    [ids.api, 'api', ids.apiInProduction, ids.apiInStaging],
    [ids.web, 'web', ids.webInProduction, ids.webInStaging],
  ] as const
  for (const [serviceId, name, inProduction, inStaging] of rows) {
    world.services.set(serviceId, { id: serviceId, projectId: ids.project, name })
    for (const [id, environmentId] of [
      [inProduction, ids.production],
      [inStaging, ids.staging],
    ] as const) {
      const image = name === 'postgres' ? 'ghcr.io/railwayapp-templates/postgres-ssl:18' : null
      const repo = image === null ? `pocketos/${name}` : null
      const startCommand = image === null ? `node ${name}.js` : null
      const instance = { id, serviceId, environmentId, image, repo, startCommand, numReplicas: 1 }
      world.serviceInstances.set(id, instance)
      addDeployment(world, id, serviceId, environmentId)
    }
  }
}

/** The id of a deployment follows from its instance's: `d1000010-…` → `de100010-…`. */
function addDeployment(
  world: World,
  instanceId: string,
  serviceId: string,
  environmentId: string,
): void {
  const id = `de${instanceId.slice(1, 2)}${instanceId.slice(3)}`
  world.deployments.set(id, {
    id,
    projectId: ids.project,
    environmentId,
    serviceId,
    status: 'SUCCESS',
    createdAt: '2026-04-20T09:00:00.000Z',
  })
}

function addVolumes(world: World): void {
  const { project: projectId, sharedVolume: volume, uploads } = ids
  world.volumes.set(volume, { id: volume, projectId, name: 'pg-data' })
  world.volumes.set(uploads, { id: uploads, projectId, name: 'uploads-staging' })
  const data = '/var/lib/postgresql/data'
  const rows = [
    [ids.volumeInProduction, volume, ids.production, ids.postgres, data, 20_000],
    [ids.volumeInStaging, volume, ids.staging, ids.postgres, data, 20_000],
    [ids.uploadsInStaging, uploads, ids.staging, ids.web, '/uploads', 5000],
  ] as const
  for (const [id, volumeId, environmentId, serviceId, mountPath, sizeMB] of rows) {
    const placed = { id, volumeId, environmentId, serviceId, mountPath, sizeMB }
    const schedules = volumeId === volume ? (['DAILY'] as const) : []
    world.volumeInstances.set(id, { ...placed, deletedAt: null, schedules })
  }
  const [first, second, third, fourth] = ids.backups
  addBackup(world, first, ids.volumeInProduction, '2026-04-21', 0.96)
  addBackup(world, second, ids.volumeInProduction, '2026-04-22', 0.98)
  addBackup(world, third, ids.volumeInProduction, '2026-04-23', 1)
  addBackup(world, fourth, ids.volumeInStaging, '2026-04-23', 0)
}

function addBackup(
  world: World,
  id: string,
  volumeInstanceId: string,
  day: string,
  share: number,
): void {
  const rows: RowCounts = {
    customers: Math.floor(sceneRows.customers * share),
    bookings: Math.floor(sceneRows.bookings * share),
    payments: Math.floor(sceneRows.payments * share),
  }
  const called = { name: `daily-${day}`, createdAt: `${day}T03:00:00.000Z` }
  world.backups.set(id, { id, volumeInstanceId, ...called, locked: false, rows })
}

/** What can be reached from outside: domains, a bucket, a published database port. */
function addReachable(world: World): void {
  const { project: projectId, api: serviceId } = ids
  for (const [id, environmentId, domain] of [
    [ids.apiDomain, ids.production, 'api.pocketos.example'],
    [ids.stagingDomain, ids.staging, 'api.staging.pocketos.example'],
  ] as const) {
    const placed = { id, projectId, environmentId, serviceId, domain }
    world.customDomains.set(id, { ...placed, targetPort: 8080, verified: true })
  }
  const secretAccessKey = 'bucket-secret-of-the-scene'
  world.buckets.set(ids.assets, { id: ids.assets, projectId, name: 'assets', secretAccessKey })
  world.tcpProxies.set(ids.databaseProxy, {
    id: ids.databaseProxy,
    environmentId: ids.production,
    serviceId: ids.postgres,
    domain: 'shuttle.proxy.rlwy.example',
    proxyPort: 31_337,
    applicationPort: 5432,
  })
}

function addVariables(world: World, database: string): void {
  const wrong = new URL(database)
  wrong.password = 'rotated-last-tuesday'
  const rows = [
    [ids.production, ids.api, 'DATABASE_URL', database],
    [ids.production, ids.api, 'STRIPE_SECRET_KEY', 'sk_live_of_the_scene_4eC39HqLyjWDarjtT1zdp7dc'],
    [ids.production, ids.postgres, 'POSTGRES_PASSWORD', new URL(database).password],
    [ids.production, null, 'SESSION_SECRET', 'production-session-secret-of-the-scene'],
    [ids.staging, ids.api, 'DATABASE_URL', wrong.href],
    [ids.staging, ids.api, 'STRIPE_SECRET_KEY', 'sk_test_of_the_scene_4eC39HqLyjWDarjtT1zdp7dc'],
    [ids.staging, ids.postgres, 'POSTGRES_PASSWORD', new URL(database).password],
    [ids.staging, null, 'SESSION_SECRET', 'staging-session-secret-of-the-scene'],
  ] as const
  for (const [environmentId, serviceId, name, value] of rows) {
    variablesOf(world, environmentId, serviceId).set(name, value)
  }
}

export function newSceneTokens(): SceneTokens {
  return {
    account: randomUUID(),
    domains: randomUUID(),
    workspace: randomUUID(),
    project: randomUUID(),
    oauth: `railway_oauth_${randomUUID().replaceAll('-', '')}`,
  }
}

function addTokens(world: World, values: SceneTokens): void {
  const add = (
    kind: TokenKind,
    name: string,
    value: string,
    places: readonly [workspace: string | null, project: string | null, environment: string | null],
  ): void => {
    const [workspaceId, projectId, environmentId] = places
    const bound = { workspaceId, projectId, environmentId }
    const expiresAt = kind === 'oauth' ? new Date(Date.now() + 3_600_000).toISOString() : null
    const id = newId()
    world.tokens.set(value, { id, kind, name, value, ...bound, expiresAt })
  }
  add('account', 'account', values.account, [null, null, null])
  // Made for managing custom domains; it can do anything. There are no narrower ones.
  add('account', 'domains', values.domains, [null, null, null])
  add('workspace', 'workspace', values.workspace, [ids.workspace, null, null])
  add('project', 'ci', values.project, [null, ids.project, ids.staging])
  add('oauth', 'oauth', values.oauth, [null, null, null])
}
