import { dirname, resolve } from 'node:path'

import type { Digest, PersonName, SecretName, UpstreamName } from '../domain/names.ts'
import { isNonEmpty } from '../domain/nonempty.ts'
import type { Protection } from '../domain/resource.ts'
import type { CredentialHeader, Provider } from '../providers/provider.ts'
import { sha256 } from '../system/hash.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { parseAddress } from './address.ts'
import type { Address } from './address.ts'
import { checkConfiguration } from './check.ts'
import { settleConsole } from './console.ts'
import type { ConsoleSettings } from './console.ts'
import { isDatabase, settleDatabase } from './databases.ts'
import type { DatabaseSettings } from './databases.ts'
import { readDocument } from './document.ts'
import { settleMcp } from './mcp.ts'
import type { McpSettings } from './mcp.ts'
import { settleNotify } from './notify.ts'
import type { NotifySettings } from './notify.ts'
import { FileFault } from './problem.ts'
import { settleSafeguards } from './safeguards.ts'
import type { SafeguardSettings } from './safeguards.ts'
import { configurationSchema } from './schema.ts'
import type { ConfigurationFile, HttpUpstream } from './schema.ts'

/** What a person decided about this gate: holdpoint.yaml, defaults filled in, paths absolute. */
export interface Configuration extends ConsoleSettings {
  /** the file it was read from */
  readonly file: string
  readonly digest: Digest
  /** the folder of ledger, store, vault and control socket */
  readonly state: string
  /** who acts on the command line when it does not say; null for the user's login name */
  readonly operator: PersonName | null
  readonly listen: Readonly<{
    agents: Address
    console: Address
    postgres: Address
    mcp: Address
  }>
  readonly vaultKey: VaultKeySource
  /** spoken to by HTTP */
  readonly upstreams: readonly UpstreamSettings[]
  /** PostgreSQL servers; `listen.postgres` is bound only when there is one */
  readonly databases: readonly DatabaseSettings[]
  /** MCP servers that agents reach through the gate */
  readonly mcp: readonly McpSettings[]
  /** in order; the first match counts */
  readonly environments: readonly Readonly<{ match: string; protection: Protection }>[]
  readonly holdMinutes: number
  readonly limits: Readonly<{ bodyBytesMax: number; bodySeconds: number; connectionsMax: number }>
  readonly policies: Readonly<{ folder: string | null; optional: readonly string[] }>
  readonly safeguards: readonly SafeguardSettings[]
  readonly inventory: Readonly<{ refreshSeconds: number; freshSeconds: number }>
  /** who is told of holds, trips and kills */
  readonly notify: NotifySettings
  /** the log's name in its checkpoints; null for one made at the first start */
  readonly ledgerOrigin: string | null
}

export type { DatabaseSettings }

export type VaultKeySource =
  | Readonly<{ kind: 'file'; file: string }>
  | Readonly<{ kind: 'passphrase' }>
  | Readonly<{ kind: 'environment'; variable: string }>

export interface UpstreamSettings {
  readonly name: UpstreamName
  readonly provider: string
  /** an origin */
  readonly url: string
  /** governed host names, the provider's own among them */
  readonly hosts: readonly string[]
  readonly credential: SecretName
  readonly credentialHeader: CredentialHeader
  readonly discoverCredential: SecretName | null
  readonly allowPrivate: boolean
}

/** What configuration needs to know of a provider. */
export type KnownProvider = Pick<Provider, 'name' | 'hosts' | 'url' | 'credentialHeaders'>

/** Reads the text of a holdpoint.yaml, or throws a FileFault that names every problem in it. */
export function readConfiguration(
  text: string,
  file: string,
  providers: readonly KnownProvider[],
): Configuration {
  const schema = configurationSchema(providers.map((provider) => provider.name))
  const { value, problemAt } = readDocument(text, file, schema)
  const problems = checkConfiguration(value, providers, problemAt)
  if (isNonEmpty(problems)) throw new FileFault(file, problems)
  return settle(value, file, providers)
}

function settle(
  value: ConfigurationFile,
  file: string,
  providers: readonly KnownProvider[],
): Configuration {
  const folder = dirname(file)
  const state = resolve(folder, value.state)
  const upstreams = Object.entries(value.upstreams)
  return {
    file,
    digest: sha256(canonicalJson(value)),
    state,
    operator: (value.operator ?? null) as PersonName | null,
    listen: {
      agents: parseAddress(value.listen.agents),
      console: parseAddress(value.listen.console),
      postgres: parseAddress(value.listen.postgres),
      mcp: parseAddress(value.listen.mcp),
    },
    vaultKey: settleVaultKey(value.vault.key, folder, state),
    upstreams: upstreams.flatMap(([name, one]) =>
      isDatabase(one) ? [] : [settleUpstream(name, one, providers)],
    ),
    databases: upstreams.flatMap(([name, one]) =>
      isDatabase(one) ? [settleDatabase(name, one, folder)] : [],
    ),
    mcp: settleMcp(value.mcp, folder),
    environments: value.environments,
    holdMinutes: value.holds.minutes,
    limits: value.limits,
    policies: {
      folder: value.policies.folder === undefined ? null : resolve(folder, value.policies.folder),
      optional: value.policies.optional,
    },
    safeguards: settleSafeguards(value.safeguards, folder),
    inventory: value.inventory,
    ...settleConsole(value.console, folder),
    notify: settleNotify(value.notify, folder),
    ledgerOrigin: value.ledger.origin ?? null,
  }
}

function settleVaultKey(
  key: ConfigurationFile['vault']['key'],
  folder: string,
  state: string,
): VaultKeySource {
  if (key === undefined) return { kind: 'file', file: resolve(state, 'vault.key') }
  if (key === 'passphrase') return { kind: 'passphrase' }
  if ('file' in key) return { kind: 'file', file: resolve(folder, key.file) }
  return { kind: 'environment', variable: key.environment }
}

function settleUpstream(
  name: string,
  one: HttpUpstream,
  providers: readonly KnownProvider[],
): UpstreamSettings {
  const provider = providers.find((known) => known.name === one.provider)
  if (provider === undefined)
    throw new TypeError(`the schema let the provider ${one.provider} through`)
  const header = provider.credentialHeaders.find((known) => known.name === one.credentialHeader)
  return {
    name: name as UpstreamName,
    provider: provider.name,
    url: new URL(one.url ?? provider.url).origin,
    hosts: [...new Set([...provider.hosts, ...one.hosts])],
    credential: one.credential as SecretName,
    credentialHeader: header ?? provider.credentialHeaders[0],
    discoverCredential: (one.discoverWith ?? null) as SecretName | null,
    allowPrivate: one.allowPrivate,
  }
}
