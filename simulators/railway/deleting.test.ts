import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'

import { ask, bearer, post, verdictOf } from './asking.ts'
import type { RailwaySimulator } from './start.ts'
import { startRailwaySimulator } from './start.ts'

let legacy: RailwaySimulator
let delayed: RailwaySimulator

before(async () => {
  const started = [{ mode: 'legacy' }, { mode: 'delayed' }] as const
  const [first, second] = await Promise.all(
    started.map((options) => startRailwaySimulator({ ...options, postgres: false })),
  )
  assert.ok(first !== undefined && second !== undefined)
  legacy = first
  delayed = second
})
after(() => Promise.all([legacy.stop(), delayed.stop()]))
afterEach(() => Promise.all([legacy.reset(), delayed.reset()]))

async function counts(railway: RailwaySimulator): Promise<string> {
  const { volumes, volumeInstances, backups, environments, pendingDeletion } = await railway.state()
  return [volumes, volumeInstances, backups, environments, pendingDeletion].join(' ')
}

const untouched = '2 3 4 2 0'

/** Volumes, their instances, backups, environments, and what is marked: in legacy mode. */
function table(): readonly (readonly [mutation: string, left: string])[] {
  const { ids } = legacy
  const [, backup] = ids.backups
  const gone = '{isDeleted: true}'
  const inStaging = `environmentId: "${ids.staging}"`
  const which = `volumeInstanceId: "${ids.volumeInProduction}", volumeInstanceBackupId: "${backup}"`
  const changes = '{changes: [{type: "volume.delete", id: "_ID"}]}'
  return [
    // The shared volume: in both environments, with all backups.
    [`volumeDelete(volumeId: "${ids.sharedVolume}")`, '1 1 0 2 0'],
    // Its look-alike is in staging only, and has none.
    [`volumeDelete(volumeId: "${ids.uploads}")`, '1 2 4 2 0'],
    [`environmentDelete(id: "${ids.staging}")`, '1 1 3 1 0'],
    [`environmentDelete(id: "${ids.production}")`, '2 2 1 1 0'],
    [`projectDelete(id: "${ids.project}")`, '0 0 0 0 0'],
    [`projectScheduleDelete(id: "${ids.project}")`, '2 3 4 2 1'],
    [`projectScheduleDeleteForce(id: "${ids.project}")`, '0 0 0 0 0'],
    [`environmentPatchCommit(${inStaging}, patch: {volumes: {_ID: ${gone}}})`, '2 2 3 2 0'],
    [`environmentApplyChangeSet(${inStaging}, input: ${changes}) { id }`, '2 2 3 2 0'],
    [`volumeInstanceBackupDelete(${which}) { workflowId }`, '2 3 3 2 0'],
    // Restoring one removes the newer one.
    [`volumeInstanceBackupRestore(${which}) { workflowId }`, '2 3 3 2 0'],
    // Volumes outlive the services that mount them.
    [`serviceDelete(id: "${ids.postgres}")`, untouched],
  ]
}

/** Keys with dashes are no names in GraphQL: patches by id go as variables. */
async function carryOut(railway: RailwaySimulator, mutation: string): Promise<string> {
  const { sharedVolume, staging } = railway.ids
  if (!mutation.includes('{_ID:')) {
    return verdictOf(await ask(railway, `mutation { ${mutation.replace('_ID', sharedVolume)} }`))
  }
  const query = `mutation P($e: String!, $patch: EnvironmentConfig) {
    environmentPatchCommit(environmentId: $e, patch: $patch) }`
  const patch = { volumes: { [sharedVolume]: { isDeleted: true } } }
  const headers = bearer(railway.tokens.account)
  return verdictOf(await post(railway.url, headers, { query, variables: { e: staging, patch } }))
}

test('what goes with what', async () => {
  for (const [mutation, left] of table()) {
    await legacy.reset()
    assert.equal(await counts(legacy), untouched)
    assert.equal(await carryOut(legacy, mutation), 'ok', mutation)
    assert.equal(await counts(legacy), left, mutation)
  }
})

test('delayed: marked first, and gone 48 hours later', async () => {
  const { sharedVolume, volumeInProduction } = delayed.ids
  await ask(delayed, `mutation { volumeDelete(volumeId: "${sharedVolume}") }`)
  assert.equal(await counts(delayed), '2 3 4 2 2')
  const instance = `volumeInstance(id: "${volumeInProduction}")`
  const { data } = await ask(delayed, `{ ${instance} { isPendingDeletion deletedAt state } }`)
  assert.match(JSON.stringify(data), /"isPendingDeletion":true,"deletedAt":"20.*"state":"DELETING"/)
  await delayed.advance(47 * 3600)
  assert.equal(await counts(delayed), '2 3 4 2 2')
  await delayed.advance(3601)
  assert.equal(await counts(delayed), '1 1 0 2 0')
})

test('delayed: a forced delete does not wait', async () => {
  await ask(delayed, `mutation { projectScheduleDeleteForce(id: "${delayed.ids.project}") }`)
  assert.equal(await counts(delayed), '0 0 0 0 0')
})

test('staged changes do nothing until they are committed', async () => {
  const { staging, sharedVolume } = legacy.ids
  const headers = bearer(legacy.tokens.account)
  const stage = `mutation S($e: String!, $i: EnvironmentConfig!) {
    environmentStageChanges(environmentId: $e, input: $i, merge: true) { id status } }`
  const input = { volumes: { [sharedVolume]: { isDeleted: true } } }
  await post(legacy.url, headers, { query: stage, variables: { e: staging, i: input } })
  assert.equal(await counts(legacy), untouched)
  const commit = `mutation { environmentPatchCommitStaged(environmentId: "${staging}") }`
  assert.equal(verdictOf(await ask(legacy, commit)), 'ok')
  assert.equal(await counts(legacy), '2 2 3 2 0')
  assert.equal(verdictOf(await ask(legacy, commit)), 'No changes to commit')
})

test('a locked backup is not deleted by name, and goes with its volume all the same', async () => {
  const { volumeInProduction, backups, sharedVolume } = legacy.ids
  const which = `volumeInstanceId: "${volumeInProduction}", volumeInstanceBackupId: "${backups[0]}"`
  await ask(legacy, `mutation { volumeInstanceBackupLock(${which}) }`)
  const query = `mutation { volumeInstanceBackupDelete(${which}) { workflowId } }`
  const doomed = await ask(legacy, query)
  assert.equal(verdictOf(doomed), 'Backup is locked')
  await ask(legacy, `mutation { volumeDelete(volumeId: "${sharedVolume}") }`)
  assert.equal((await legacy.state()).backups, 0)
})

test('replace takes every variable that is not listed', async () => {
  const { staging, project, api } = legacy.ids
  const upsert = (replace: boolean) =>
    `mutation { variableCollectionUpsert(input: {
      environmentId: "${staging}", projectId: "${project}", serviceId: "${api}",
      replace: ${replace}, variables: { NEW: "1" } }) }`
  await ask(legacy, upsert(false))
  assert.equal((await legacy.state()).variables, 9)
  await ask(legacy, upsert(true))
  assert.equal((await legacy.state()).variables, 7)
})

test('an empty list of schedules disarms', async () => {
  const { volumeInProduction } = legacy.ids
  const which = `volumeInstanceId: "${volumeInProduction}"`
  const list = `{ volumeInstanceBackupScheduleList(${which}) { kind } }`
  const before = await ask(legacy, list)
  assert.match(JSON.stringify(before), /DAILY/)
  await ask(legacy, `mutation { volumeInstanceBackupScheduleUpdate(kinds: [], ${which}) }`)
  assert.doesNotMatch(JSON.stringify(await ask(legacy, list)), /DAILY/)
})
