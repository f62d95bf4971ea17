// The reader against a server: a schema of a few fields that matter, executed by graphql-js with
// resolvers that write down what was asked of them. Whatever they did, the reader must have said.
import assert from 'node:assert/strict'

import { buildSchema, executeSync, parse } from 'graphql'

import type { Action } from '../../src/domain/action.ts'
import type { Effect } from '../../src/domain/effect.ts'
import type { UpstreamName } from '../../src/domain/names.ts'
import type { NonEmpty } from '../../src/domain/nonempty.ts'
import type { HttpPayload } from '../../src/domain/request.ts'
import { createRailwayReader } from '../../src/providers/railway/read.ts'
import { canonicalJson } from '../../src/wire/canonical-json.ts'
import { generateRequest } from './railway-requests.ts'
import { inTime } from './target.ts'
import type { FuzzTarget } from './target.ts'

const schema = buildSchema(`
  scalar EnvironmentConfig enum Kind { DAILY WEEKLY MONTHLY }
  input VariableDeleteInput { projectId: String!, environmentId: String!, name: String! }
  type Environment { id: ID!, config(decryptVariables: Boolean): EnvironmentConfig }
  type Project { id: ID!, name: String }
  type Query { me: Project, project(id: String!): Project, environment(id: String!): Environment }
  type Mutation {
    volumeDelete(volumeId: String!): Boolean
    serviceDelete(id: String!, environmentId: String): Boolean
    userDelete: Boolean
    variableDelete(input: VariableDeleteInput!): Boolean
    environmentPatchCommit(environmentId: String!, patch: EnvironmentConfig): String
    volumeInstanceBackupScheduleUpdate(volumeInstanceId: String!, kinds: [Kind!]!): Boolean
  }
`)

type Match = (effect: Effect) => boolean

/** Executes as a naive server would, and tells what the reader must have seen. */
function execute(body: string): readonly Match[] {
  const done: Match[] = []
  const rootValue = {
    me: {},
    project: {},
    environment: ({ id }: { id: string }) => ({
      config: (given: { decryptVariables?: boolean }) => {
        if (given.decryptVariables === true) done.push(is('disclose', 'environment', id))
      },
    }),
    volumeDelete: (given: { volumeId: string }) => {
      done.push(is('destroy', 'volume', given.volumeId))
    },
    serviceDelete: ({ id, environmentId }: { id: string; environmentId?: string | null }) => {
      done.push((effect) => {
        if (!is('destroy', 'service', id)(effect) || effect.kind === 'unknown') return false
        return (effect.resource.within.environment ?? null) === (environmentId || null)
      })
    },
    userDelete: () => void done.push(is('destroy', 'account', null)),
    variableDelete: ({ input }: { input: { name: string } }) => {
      done.push(is('destroy', 'variable', input.name))
    },
    environmentPatchCommit: ({ patch }: { patch?: unknown }) => {
      for (const id of deletedIn(patch)) done.push(is('destroy', 'volume', id))
    },
    volumeInstanceBackupScheduleUpdate: (given: { volumeInstanceId: string; kinds: string[] }) => {
      if (new Set(given.kinds).size < 3) {
        done.push(is('disarm', 'volumeInstance', given.volumeInstanceId))
      }
    },
  }
  for (const request of requestsIn(body)) {
    const { query, variables, operationName } = request
    if (typeof query !== 'string' || query.length > 20_000) continue
    executeNaively(rootValue, query, variables, operationName)
  }
  return done
}

/** Without validation: what a strict server would refuse, another may carry out. */
function executeNaively(
  rootValue: unknown,
  query: string,
  variables: unknown,
  operationName: unknown,
): void {
  try {
    executeSync({
      schema,
      document: parse(query),
      rootValue,
      variableValues: (variables ?? {}) as Record<string, unknown>,
      operationName: typeof operationName === 'string' ? operationName : null,
    })
  } catch {
    // Refused as a whole: nothing was done.
  }
}

interface Body {
  readonly query?: unknown
  readonly variables?: unknown
  readonly operationName?: unknown
}

function requestsIn(body: string): readonly Body[] {
  try {
    const value = JSON.parse(body) as unknown
    const all: readonly unknown[] = Array.isArray(value) ? value : [value]
    return all.filter((each): each is Body => typeof each === 'object' && each !== null)
  } catch {
    return []
  }
}

function deletedIn(patch: unknown): readonly string[] {
  const { volumes } = (patch ?? {}) as { volumes?: unknown }
  if (typeof volumes !== 'object' || volumes === null || Array.isArray(volumes)) return []
  return Object.entries(volumes)
    .filter(([, volume]) => (volume as { isDeleted?: unknown } | null)?.isDeleted === true)
    .map(([id]) => id)
}

function is(kind: Effect['kind'], type: string, id: string | null): Match {
  return (effect) =>
    effect.kind !== 'unknown' &&
    effect.kind === kind &&
    effect.resource.type === type &&
    effect.resource.id === id
}

const reader = createRailwayReader()

function read(body: Uint8Array, target = '/graphql/v2', method = 'POST'): NonEmpty<Action> {
  const payload: HttpPayload = {
    kind: 'http',
    upstream: 'railway' as UpstreamName,
    method,
    host: 'backboard.railway.com',
    target,
    headers: [],
    body,
    unreadable: null,
  }
  const actions = reader.read(payload)
  assert.ok(actions !== null)
  return actions
}

export const fuzzRailway: FuzzTarget = {
  name: 'railway',
  seedInputs: [
    '{"query":"mutation { volumeDelete(volumeId: \\"vol-1\\") }"}',
    '{"query":"mutation($e: String) { serviceDelete(id: \\"s\\", environmentId: $e) }",' +
      '"variables":{"e":null}}',
    '{"query":"query($d: Boolean = true) { ...F } fragment F on Query { environment(id: \\"e\\") ' +
      '{ config(decryptVariables: $d) } }"}',
    '[{"query":"{ me { id } }"},{"query":"mutation A { userDelete } query B { me { id } }",' +
      '"operationName":"A"}]',
  ],
  generate: generateRequest,
  check(input) {
    inTime(() => read(input))
    const actions = read(input)
    assert.ok(actions.length <= 64)
    for (const { verb, evidence } of actions) {
      assert.ok(evidence.excerpt.length <= 200 && verb.length <= 80)
    }
    // The ledger must be able to keep it.
    canonicalJson(actions)
    const effects = actions.flatMap((action) => action.effects)
    if (effects.some(({ kind }) => kind === 'unknown')) return
    const body = new TextDecoder().decode(input)
    for (const match of execute(body)) {
      assert.ok(effects.some(match), `done, and not read: ${JSON.stringify(effects)}`)
    }
    const spaced = new TextEncoder().encode(` ${body}\n`)
    assert.deepEqual(read(spaced), actions, 'white space around it changes the reading')
    checkAsTarget(body)
  },
}

/** The same text as a target: read or refused, and never an error. */
function checkAsTarget(body: string): void {
  for (const target of [`/graphql/v2?${body}`, `/graphql/v2?query=${encodeURIComponent(body)}`]) {
    canonicalJson(read(new Uint8Array(), target.toWellFormed(), 'GET'))
  }
}
