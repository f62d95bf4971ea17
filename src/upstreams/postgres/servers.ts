// The configured servers, and how many connections each has. Whoever connects has a clearance.
import { isClearance } from '../../clearance.ts'
import type { Clearance } from '../../clearance.ts'
import type { Vault } from '../../credentials/vault.ts'
import { Fault, assert } from '../../domain/fault.ts'
import type { SecretName, UpstreamName } from '../../domain/names.ts'
import type { SqlPayload } from '../../domain/request.ts'
import { inert } from '../../wire/inert.ts'
import { createAdminClient } from './administer.ts'
import type { AdminClient } from './administer.ts'
import { createExportClient } from './export-client.ts'
import type { ExportClient } from './export-client.ts'
import { mismatch } from './judged.ts'
import { failed, openSession } from './open.ts'
import type { Login, OpenParts, Opened, ServerPlace } from './open.ts'
import type { ServerSession } from './session.ts'

export interface DatabaseConfig extends ServerPlace {
  readonly name: UpstreamName
  /** the server's role that agents work as */
  readonly role: string
  readonly credential: SecretName
  readonly admin: Readonly<{ role: string; credential: SecretName }> | null
  /** the secret that opens what is captured; there is none where nothing is enrolled */
  readonly captureKey: SecretName
}

export class Servers {
  readonly #configs: ReadonlyMap<UpstreamName, DatabaseConfig>
  readonly #vault: Pick<Vault, 'open'>
  readonly #sessionsMax: number
  readonly #parts: OpenParts
  readonly #counts = new Map<UpstreamName, number>()
  readonly #closers = new Set<() => void>()

  constructor(
    configs: readonly DatabaseConfig[],
    vault: Pick<Vault, 'open'>,
    sessionsMax: number,
    parts: OpenParts,
  ) {
    this.#configs = new Map(configs.map((config) => [config.name, checked(config)]))
    this.#vault = vault
    this.#sessionsMax = sessionsMax
    this.#parts = parts
  }

  #find(name: UpstreamName): DatabaseConfig {
    const config = this.#configs.get(name)
    if (config !== undefined) return config
    throw new Fault('upstream-unknown', `there is no upstream \`${name}\`; see \`upstreams\``)
  }

  /** As the role that agents work as. Spends the clearance. */
  open(
    upstream: UpstreamName,
    { database, settings }: Pick<SqlPayload, 'database' | 'settings'>,
    clearance: Clearance,
  ): Promise<Opened> {
    const config = this.#find(upstream)
    const password = this.#vault.open(config.credential, clearance)
    clearance.spend()
    return this.#connect(config, { role: config.role, password, database, settings })
  }

  /** Null where this upstream was never enrolled. */
  captureKey(upstream: UpstreamName, clearance: Clearance): string | null {
    try {
      return this.#vault.open(this.#find(upstream).captureKey, clearance).reveal()
    } catch (fault) {
      if (fault instanceof Fault && fault.code === 'secret-unknown') return null
      throw fault
    }
  }

  administer<T>(
    upstream: UpstreamName,
    database: string,
    work: (client: AdminClient) => Promise<T>,
    clearance: Clearance,
  ): Promise<T> {
    return this.#asAdmin(upstream, database, clearance, (session) =>
      work(createAdminClient(session)),
    )
  }

  exporting<T>(
    upstream: UpstreamName,
    database: string,
    work: (client: ExportClient) => Promise<T>,
    clearance: Clearance,
  ): Promise<T> {
    return this.#asAdmin(upstream, database, clearance, (session) =>
      work(createExportClient(session)),
    )
  }

  async #asAdmin<T>(
    upstream: UpstreamName,
    database: string,
    clearance: Clearance,
    work: (session: ServerSession) => Promise<T>,
  ): Promise<T> {
    checkPurpose(clearance, 'administer')
    if (clearance.upstream !== upstream) throw mismatch()
    const config = this.#find(upstream)
    const { admin } = config
    if (admin === null) {
      throw new Fault(
        'admin-missing',
        `\`upstreams.${upstream}\` names no \`admin\` role; add one to holdpoint.yaml`,
      )
    }
    const password = this.#vault.open(admin.credential, clearance)
    clearance.spend()
    const settings = [['application_name', 'holdpoint']] as const
    const login = { role: admin.role, password, database, settings }
    const opened = await this.#connect(config, login)
    if (opened.kind === 'failed') {
      throw new Fault(opened.code, `\`${upstream}\` cannot be administered: ${inert(opened.why)}`)
    }
    try {
      return await work(opened.session)
    } finally {
      opened.session.close()
    }
  }

  close(): Promise<void> {
    for (const close of [...this.#closers]) close()
    return Promise.resolve()
  }

  /** Counted while it stands: a server has only so many connections. */
  async #connect(config: DatabaseConfig, login: Login): Promise<Opened> {
    const { name } = config
    const count = this.#counts.get(name) ?? 0
    if (count >= this.#sessionsMax) {
      return failed('sessions-limit', `more than ${this.#sessionsMax} sessions at \`${name}\``)
    }
    this.#counts.set(name, count + 1)
    const leave = (): void => void this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1)
    let opened: Opened
    try {
      opened = await openSession(this.#parts, config, login)
    } catch (fault) {
      leave()
      throw fault
    }
    if (opened.kind === 'failed') {
      leave()
      return opened
    }
    const { session } = opened
    const close = (): void => session.close()
    this.#closers.add(close)
    session.onClose(() => {
      leave()
      this.#closers.delete(close)
    })
    return opened
  }
}

export function checkPurpose(clearance: Clearance, purpose: Clearance['purpose']): void {
  assert(isClearance(clearance), 'a clearance is made from receipts')
  assert(clearance.purpose === purpose, `a clearance to ${purpose} is needed`)
}

function checked(config: DatabaseConfig): DatabaseConfig {
  if (config.tls !== 'off' || config.allowPrivate) return config
  throw new Fault(
    'upstream-insecure',
    `\`upstreams.${config.name}.tls\` may be off on a private address only; say \`verify-full\``,
  )
}
