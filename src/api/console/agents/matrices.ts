// Matrices of mandates, made a few milliseconds at a time and kept as long as nothing changed that
// they were made of.
import type { Inventory } from '../../../domain/inventory.ts'
import type { LeaseId, PersonName } from '../../../domain/names.ts'
import type { Mandate, Standing } from '../../../domain/mandate.ts'
import { strictestProtection } from '../../../domain/resource.ts'
import { cellsOf, placesOf, rows } from '../../../policy/matrix.ts'
import type { Cell, Place } from '../../../policy/matrix.ts'
import type { Policy } from '../../../policy/policy.ts'
import { ancestorsOf } from '../../../replay/standing.ts'
import type { StoreReads } from '../../../store/store.ts'
import type { Clock } from '../../../system/clock.ts'
import type { MatrixView, PlaceView } from './shapes.ts'

export interface Matrices {
  of(mandate: Mandate): Promise<MatrixView>
}

export interface MatrixParts {
  readonly store: Pick<StoreReads, 'mandate' | 'agent'>
  readonly clock: Pick<Clock, 'milliseconds'>
  /** the set in force */
  readonly policy: () => Pick<Policy, 'judge' | 'digest'>
  readonly inventory: () => Pick<Inventory, 'environments' | 'digest'>
}

const keptMax = 200
/** how long the gate waits for cells before it goes on with its own work */
const sliceMilliseconds = 4
/** policies may be exchanged meanwhile; how often it is begun again */
const triesMax = 3

export function createMatrices(parts: MatrixParts): Matrices {
  const kept = new Map<string, Promise<MatrixView>>()
  return {
    of(mandate) {
      const key = `${mandate.id} ${parts.policy().digest} ${parts.inventory().digest}`
      const known = kept.get(key)
      if (known !== undefined) return known
      const making = make(parts, mandate)
      kept.set(key, making)
      making.catch(() => kept.delete(key))
      const [oldest] = kept.keys()
      if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest)
      return making
    },
  }
}

async function make(parts: MatrixParts, mandate: Mandate): Promise<MatrixView> {
  const { places, leftOut, nothingFound } = placesOf(mandate, parts.inventory().environments)
  const standing = standingOf(parts, mandate)
  let cells: readonly Cell[] = []
  for (let tries = 0; tries < triesMax; tries++) {
    const policy = parts.policy()
    cells = await slowly(parts, cellsOf(policy, standing, places))
    if (parts.policy().digest === policy.digest) break
  }
  const shown = places.map(viewOf)
  return { mandate: mandate.id, effects: rows, places: shown, cells, leftOut, nothingFound }
}

/** Lets requests go first every few milliseconds: judging takes time that is theirs. */
async function slowly<T>({ clock }: MatrixParts, items: Iterable<T>): Promise<readonly T[]> {
  const taken: T[] = []
  let since = clock.milliseconds()
  for (const item of items) {
    taken.push(item)
    if (clock.milliseconds() - since < sliceMilliseconds) continue
    await new Promise((resolve) => setImmediate(resolve))
    since = clock.milliseconds()
  }
  return taken
}

/** The agent as it would stand before the gate with a lease of this mandate. */
function standingOf({ store }: MatrixParts, mandate: Mandate): Standing {
  const { agent, expiresAt, grantedBy } = mandate
  const owner: PersonName = store.agent(agent)?.owner ?? grantedBy
  const lease = { id: 'lease_none' as LeaseId, expiresAt }
  return { agent, owner, lease, mandate, ancestors: ancestorsOf(store, mandate) }
}

function viewOf({ name, environments, found, touched }: Place): PlaceView {
  const protection = strictestProtection(environments.map((each) => each.protection))
  return { name, protection, found, touched }
}
