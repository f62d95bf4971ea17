// Joins what the page of policies stands on.
import { readExamples } from '../../policies/examples.ts'
import { optionalNames, readOptional, readRulePage, readSchema } from '../../policies/shipped.ts'
import type { PolicyDesk } from '../api/console/policies/desk.ts'
import { createWrittenReader } from '../api/written-request.ts'
import type { WrittenOptions } from '../api/written-request.ts'
import type { Configuration, UpstreamSettings } from '../configuration/configuration.ts'
import { Fault } from '../domain/fault.ts'
import { namePattern } from '../domain/names.ts'
import type { UpstreamName } from '../domain/names.ts'
import type { Discovery } from '../discovery/discovery.ts'
import { createInterpreter } from '../interpret.ts'
import { settleWhereabouts } from '../providers/postgres/whereabouts.ts'
import { providers } from '../providers/table.ts'
import { createReplay } from '../replay/replay.ts'
import type { Replay } from '../replay/replay.ts'
import type { SqlReading } from '../reading/reading.ts'
import { createPlaces } from './databases.ts'
import type { Works } from './gate.ts'
import { shipped } from './policies.ts'
import type { Policies } from './policies.ts'

export interface DeskParts {
  readonly configuration: DeskConfiguration
  readonly policies: Policies
  readonly reading: SqlReading
  readonly placeKnown: Discovery['placeKnown']
}

type DeskConfiguration = Pick<Configuration, 'policies' | 'file' | 'databases'> &
  Readonly<{ upstreams: readonly Pick<UpstreamSettings, 'name' | 'hosts' | 'provider'>[] }>

export function policyDesk(works: Works): PolicyDesk {
  const { policies, discovery, sql, state } = works
  const { configuration } = state
  return createPolicyDesk({
    ...{ configuration, policies, reading: sql.reading, placeKnown: discovery.placeKnown },
  })
}

export function createPolicyDesk(parts: DeskParts): PolicyDesk {
  const { configuration, policies, reading, placeKnown } = parts
  return {
    inForce: () => ({
      ...{ digest: policies.current().digest, loadedAt: policies.loadedAt() },
      files: policies.files(),
    }),
    optional: () => {
      const loaded = new Set(policies.files().map(({ name }) => name))
      const files = optionalNames().map((name) => shipped(readOptional(name), 'optional'))
      return files.filter(({ name }) => !loaded.has(name))
    },
    examples: examplesOf,
    page: (rule) => (namePattern.test(rule) ? readRulePage(rule) : null),
    folder: configuration.policies.folder,
    configurationFile: configuration.file,
    read: createWrittenReader({
      ...upstreamsOf(configuration),
      ...{ reading, ...sqlOf(configuration) },
    }),
    place: (actions) => placeKnown(actions).impacts,
  }
}

export function joinReplay({ state: { store, clock }, policies }: Works): Replay {
  const inForce = () => ({ digest: policies.current().digest, sources: policies.files() })
  return createReplay({ store, clock, inForce, schema: readSchema() })
}

function examplesOf(text: string): ReturnType<PolicyDesk['examples']> {
  try {
    return { kind: 'table', rows: readExamples(text) }
  } catch (fault) {
    if (fault instanceof Fault) return { kind: 'malformed', says: fault.message }
    throw fault
  }
}

function upstreamsOf({
  upstreams,
}: DeskConfiguration): Pick<WrittenOptions, 'upstreams' | 'interpret'> {
  const joined = upstreams.flatMap(({ name, hosts, provider: wanted }) => {
    const provider = providers.find((one) => one.name === wanted)
    return provider === undefined ? [] : [{ name, hosts, provider }]
  })
  const readers = new Map(joined.map(({ name, provider }) => [name, provider.reader]))
  return {
    interpret: createInterpreter({ readers }),
    upstreams: joined.map(({ name, hosts, provider }) => ({
      ...{ name, hosts },
      credentialHeaders: provider.credentialHeaders.map((header) => header.name),
    })),
  }
}

/** The first server and its first database, where a request names none. */
function sqlOf({ databases }: DeskConfiguration): Pick<WrittenOptions, 'sqlPlace' | 'settle'> {
  const placeOf = createPlaces(databases)
  return {
    sqlPlace: ({ upstream, database }) => {
      const server = databases.find(({ name }) => upstream === undefined || name === upstream)
      if (server === undefined) {
        const names = databases.map(({ name }) => `\`${name}\``).join(', ')
        return names === ''
          ? 'no PostgreSQL server is governed here'
          : `\`upstream\` is none of ${names}`
      }
      const [first = 'postgres'] = server.databases.keys()
      return placeOf(server.name, database ?? first)
    },
    settle: (actions, place) => {
      const environmentOf = (database: string): string =>
        placeOf(place.upstream as UpstreamName, database).environment
      return settleWhereabouts(actions, place, environmentOf)
    },
  }
}
