import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { createAsks } from '../api/asks.ts'
import type { Asks } from '../api/asks.ts'
import type { Control } from '../api/control.ts'
import { createControl } from '../api/create-control.ts'
import type { RunningGate } from '../api/create-control.ts'
import { createPowers } from '../api/powers.ts'
import type { Powers } from '../api/powers.ts'
import { createPeople } from '../api/people.ts'
import type { People } from '../api/people.ts'
import type { Configuration, VaultKeySource } from '../configuration/configuration.ts'
import { createLeases } from '../credentials/leases.ts'
import type { Leases } from '../credentials/leases.ts'
import {
  createVaultKeyFile,
  vaultKeyFromEnvironment,
  vaultKeyFromFile,
  vaultKeyFromPassphrase,
} from '../credentials/vault-key.ts'
import type { VaultKey } from '../credentials/vault-key.ts'
import { createVault } from '../credentials/vault.ts'
import type { Vault } from '../credentials/vault.ts'
import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import { createPasskeys } from '../holds/passkeys.ts'
import type { Passkeys } from '../holds/passkeys.ts'
import type { Site } from '../holds/stored.ts'
import { openLedgerKey } from '../ledger/key.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { createClock } from '../system/clock.ts'
import type { Clock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import type { Random } from '../system/random.ts'

/** What the process brings. */
export interface Opening {
  readonly environment: Readonly<Record<string, string | undefined>>
  /**
   * what a person typed where the vault's key is a passphrase; null where the vault is not needed
   */
  readonly passphrase: Concealed | null
  /** hears of faults that have no one left to be told */
  report(fault: unknown): void
}

/** What is kept between runs, open. One process at a time has it. */
export interface State {
  readonly configuration: Configuration
  readonly opening: Opening
  readonly store: Store
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: Random
  readonly leases: Leases
  /** whose ledger this is: what outsiders verify it with */
  readonly vkey: string
  /** Opened at first use: not every command has its key. */
  vault(): Vault
  /** Those who answer holds, at the site where their browsers are. */
  peopleAt(site: Site): Readonly<{ people: People; passkeys: Passkeys }>
  /** The use cases that say who may do what, for the console. */
  readonly powers: Powers
  /** what agents ask of people */
  readonly asks: Asks
  /** what is governed: what a scope means that names no resources */
  readonly providers: readonly string[]
  /** The control plane; `gate` is null when none runs. */
  control(people: People, gate: RunningGate | null): Control
  close(): Promise<void>
}

export const version = '0.1.0'

/** Nobody answers holds from here; enrolling needs to know where people will. */
export const nowhere: Site = { rpId: 'localhost', origins: [] }

/** Takes the state's lock; rejects with Fault('state-locked') while another process has it. */
export async function openState(configuration: Configuration, opening: Opening): Promise<State> {
  const folder = configuration.state
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const store = openSqliteStore(join(folder, 'holdpoint.sqlite'))
  try {
    return await openOn(store, configuration, opening)
  } catch (fault) {
    store.close()
    throw fault
  }
}

async function openOn(
  store: Store,
  configuration: Configuration,
  opening: Opening,
): Promise<State> {
  const folder = configuration.state
  const random = systemRandom
  const clock = createClock(store.head().at)
  const { ledgerOrigin } = configuration
  const signer = openLedgerKey({
    file: join(folder, 'ledger.key'),
    random,
    ...(ledgerOrigin === null ? {} : { origin: ledgerOrigin }),
  })
  const ledger = await createLedger({
    store,
    signer,
    folder: join(folder, 'ledger'),
    clock,
    random,
  })
  const leases = createLeases({ ledger, store, clock, random })
  let vault: Vault | null = null
  const providers = [...new Set(governed(configuration))]

  const state: State = {
    ...{ configuration, opening, store, ledger, clock, random, leases, vkey: signer.vkey },
    providers,
    powers: createPowers({ ledger, store, leases, providers, clock, random }),
    asks: createAsks({ ledger, store, clock, random }),
    vault: () => (vault ??= openVault(configuration, opening, random)),
    peopleAt(webauthn) {
      const passkeys = createPasskeys({ store, webauthn })
      const people = createPeople({ ledger, store, clock, random, webauthn, passkeys })
      return { people, passkeys }
    },
    control: (people, gate) =>
      createControl({
        ...{ version, ledger, store, leases, people, clock, random, gate },
        ...{ secrets: () => state.vault(), asks: state.asks },
        providers,
      }),
    async close() {
      await ledger.close()
      store.close()
    },
  }
  return state
}

/** What a scope means that names no resources. */
function governed({ upstreams, databases }: Configuration): readonly string[] {
  const providers = upstreams.map(({ provider }) => provider)
  return databases.length === 0 ? providers : [...providers, 'postgres']
}

function openVault({ state, vaultKey }: Configuration, opening: Opening, random: Random): Vault {
  const key = vaultKeyOf(vaultKey, opening, random)
  return createVault({ file: join(state, 'vault.json'), key, random })
}

function vaultKeyOf(source: VaultKeySource, opening: Opening, random: Random): VaultKey {
  switch (source.kind) {
    case 'file':
      return existsSync(source.file)
        ? vaultKeyFromFile(source.file)
        : createVaultKeyFile(source.file, random)
    case 'environment':
      return vaultKeyFromEnvironment(source.variable, opening.environment[source.variable])
    case 'passphrase':
      if (opening.passphrase !== null) return vaultKeyFromPassphrase(opening.passphrase)
      throw new Fault(
        'needs-terminal',
        'the vault opens with a passphrase; run this where it can be typed',
      )
  }
}
