import type { DatabaseSync } from 'node:sqlite'

import type { Decision } from '../domain/decision.ts'
import { severity, worstEffect } from '../domain/effect.ts'
import type { Effect } from '../domain/effect.ts'
import type { MandateId } from '../domain/names.ts'
import { showResource } from '../domain/resource.ts'
import { conflict } from './fold.ts'
import { textOrNull } from './rows.ts'
import type { Row } from './rows.ts'

/** Counts what is decided against its mandate and all above it. */
export interface Spending {
  /** Throws `conflict` when the decision is under a mandate that was never granted. */
  check(decision: Decision): void
  count(decision: Decision): void
  /** Writes what was counted; before the transaction ends. */
  settle(): void
  /** The transaction came to nothing. */
  forget(): void
}

interface Counted {
  requests: number
  writes: number
  destroys: number
  denials: number
}

const rememberedMax = 100_000

/**
 * Counters are added up in memory and written once per mandate and transaction; a resource that is
 * known to be written down already is not written again.
 */
export function createSpending(database: DatabaseSync): Spending {
  const parent = database.prepare('SELECT parent FROM mandates WHERE id = ?')
  const add = database.prepare(
    `INSERT INTO spent(mandate, requests, writes, destroys, denials) VALUES(?1, ?2, ?3, ?4, ?5)
     ON CONFLICT DO UPDATE SET requests = requests + ?2, writes = writes + ?3,
       destroys = destroys + ?4, denials = denials + ?5`,
  )
  const touch = database.prepare('INSERT OR IGNORE INTO touched(mandate, resource) VALUES(?, ?)')
  const lineages = new Map<MandateId, readonly MandateId[]>()
  const touched = new Set<string>()
  const pending = new Map<MandateId, Counted>()

  /** The mandate itself and all above it; grants never change, so this is asked once. */
  function lineageOf(id: MandateId): readonly MandateId[] {
    const remembered = lineages.get(id)
    if (remembered !== undefined) return remembered
    const row: Row | undefined = parent.get(id)
    if (row === undefined) return conflict(`there is no mandate \`${id}\``, 'grant it first')
    const above = textOrNull(row, 'parent') as MandateId | null
    const lineage = above === null ? [id] : [id, ...lineageOf(above)]
    if (lineages.size >= rememberedMax) lineages.clear()
    lineages.set(id, lineage)
    return lineage
  }

  function touchOnce(mandate: MandateId, resource: string): void {
    const both = `${mandate} ${resource}`
    if (touched.has(both)) return
    if (touched.size >= rememberedMax) touched.clear()
    touched.add(both)
    touch.run(mandate, resource)
  }

  function countFor(mandate: MandateId, cost: Counted): void {
    const counted = pending.get(mandate) ?? { requests: 0, writes: 0, destroys: 0, denials: 0 }
    pending.set(mandate, counted)
    counted.requests += cost.requests
    counted.writes += cost.writes
    counted.destroys += cost.destroys
    counted.denials += cost.denials
  }

  return {
    check({ mandate }) {
      if (mandate !== null) lineageOf(mandate)
    },
    count(decision) {
      if (decision.mandate === null) return
      const effects = decision.impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
      const cost = costOf(decision, effects)
      for (const mandate of lineageOf(decision.mandate)) {
        countFor(mandate, cost)
        for (const effect of effects) {
          if (effect.kind !== 'unknown') touchOnce(mandate, showResource(effect.resource))
        }
      }
    },
    settle() {
      for (const [mandate, { requests, writes, destroys, denials }] of pending) {
        add.run(mandate, requests, writes, destroys, denials)
      }
      pending.clear()
    },
    forget() {
      pending.clear()
      touched.clear()
      lineages.clear()
    },
  }
}

function costOf({ verdict }: Decision, [first, ...rest]: readonly Effect[]): Counted {
  const effects = first === undefined ? [] : [first, ...rest]
  const worst = first === undefined ? null : worstEffect(first, ...rest).kind
  return {
    requests: 1,
    writes: worst !== null && severity(worst) >= severity('write') ? 1 : 0,
    destroys: effects.filter(({ kind }) => kind === 'destroy').length,
    denials: verdict.kind === 'allow' ? 0 : 1,
  }
}
