import type { Clearance } from '../clearance.ts'
import type { FactOf } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { SessionId, UpstreamName } from '../domain/names.ts'
import type { Session } from '../domain/request.ts'
import type { Receipt } from '../ledger/ledger.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

/** Rows of text, as a server answers; null is NULL. */
export type Rows = readonly (readonly (string | null)[])[]

/** What names mean in a session of an agent: asked of the server, in that very session. */
export interface Catalogues<C> {
  /**
   * The catalogue as it is now: read anew when something ran that may have changed it, or when it
   * is older than it may be. null where it cannot be read. Sessions in which names mean the same
   * have the same object.
   */
  of(session: Session, upstream: UpstreamName): Promise<C | null> | C | null
  /** Something may have been defined anew there: every session's catalogue is stale. */
  defined(upstream: UpstreamName): void
}

export interface CataloguesOptions<C> {
  readonly clock: Clock
  /** how old a catalogue may be, in seconds: what others change is seen so late */
  readonly freshSeconds: number
  append(fact: FactOf<'discovering'>): Promise<Receipt<FactOf<'discovering'>>>
  clear(discovering: Receipt<FactOf<'discovering'>>): Clearance
  /** Holdpoint's own read in that session. Rejects where nothing can be read now. */
  ask(session: SessionId, sql: string, clearance: Clearance): Promise<Rows>
  /** another number whenever something ran there that may have changed what names mean */
  epoch(session: SessionId): number
  /** true while the session's transaction has failed: nothing can be read, and nothing run */
  failed(session: SessionId): boolean
  /** the question, and what its answer says; null for an answer to something else */
  readonly query: string
  read(rows: Rows): C | null
  /** the same for the same rows, and for no others */
  version(catalogue: C): string
  /** hears why a catalogue could not be read */
  report(fault: unknown): void
}

interface Known<C> {
  readonly catalogue: C
  readonly epoch: number
  /** how often something was defined anew there before it was read */
  readonly definitions: number
  readonly readAt: number
}

/** catalogues that sessions share; those in use are kept by their sessions in any case */
const sharedMax = 32

export function createCatalogues<C>(options: CataloguesOptions<C>): Catalogues<C> {
  const { clock } = options
  const known = new Map<SessionId, Known<C>>()
  const shared = new Map<string, C>()
  const definitions = new Map<UpstreamName, number>()

  function of(session: Session, upstream: UpstreamName): Promise<C | null> | C | null {
    const found = known.get(session.id)
    // What a failed transaction is sent does nothing, whatever its names mean.
    if (options.failed(session.id)) return found?.catalogue ?? null
    const epoch = options.epoch(session.id)
    const defined = definitions.get(upstream) ?? 0
    const same = found?.epoch === epoch && found.definitions === defined
    if (same && isFresh(found)) return found.catalogue
    return readAnew(session, upstream, epoch)
  }

  async function readAnew(
    session: Session,
    upstream: UpstreamName,
    epoch: number,
  ): Promise<C | null> {
    // What is defined while it is read may not be in it.
    const defined = definitions.get(upstream) ?? 0
    try {
      const catalogue = share(await read(options, session.id, upstream))
      const first = !known.has(session.id)
      known.set(session.id, {
        ...{ catalogue, epoch, definitions: defined, readAt: clock.milliseconds() },
      })
      if (first) session.onClose(() => known.delete(session.id))
      return catalogue
    } catch (fault) {
      options.report(fault)
      return null
    }
  }

  function share(catalogue: C): C {
    const version = options.version(catalogue)
    const same = shared.get(version) ?? catalogue
    shared.delete(version)
    shared.set(version, same)
    const [oldest] = shared.keys()
    if (shared.size > sharedMax && oldest !== undefined) shared.delete(oldest)
    return same
  }

  function isFresh({ readAt }: Known<C>): boolean {
    return clock.milliseconds() - readAt <= options.freshSeconds * 1000
  }

  function defined(upstream: UpstreamName): void {
    definitions.set(upstream, (definitions.get(upstream) ?? 0) + 1)
  }

  return { of, defined }
}

/** Written down before it is asked, as every request is. */
async function read<C>(
  options: CataloguesOptions<C>,
  session: SessionId,
  upstream: UpstreamName,
): Promise<C> {
  const request = sha256(canonicalJson({ upstream, sql: options.query }))
  const receipt = await options.append({ kind: 'discovering', upstream, request })
  const rows = await options.ask(session, options.query, options.clear(receipt))
  const catalogue = options.read(rows)
  if (catalogue !== null) return catalogue
  throw new Fault('catalogue-malformed', 'the server gave no catalogue; run `holdpoint doctor`')
}
