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
  /** It was decided: a request, and what it writes and destroys when that is let through. */
  count(decision: Decision): void
  /** It opened a hold, which counts as a denial. */
  countHeld(decision: Decision): void
  /** A release was spent on it: what it writes and destroys is let through after all. */
  countReleased(decision: Decision): void
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
  const add = database.prepare(
    `INSERT INTO spent(mandate, requests, writes, destroys, denials) VALUES(?1, ?2, ?3, ?4, ?5)
     ON CONFLICT DO UPDATE SET requests = requests + ?2, writes = writes + ?3,
       destroys = destroys + ?4, denials = denials + ?5`,
  )
  const touch = database.prepare('INSERT OR IGNORE INTO touched(mandate, resource) VALUES(?, ?)')
  const { lineageOf, forgetLineages } = createLineages(database)
  const touched = new Set<string>()
  const pending = new Map<MandateId, Counted>()

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

  function countAll({ mandate }: Decision, cost: Counted): void {
    if (mandate === null) return
    for (const each of lineageOf(mandate)) countFor(each, cost)
  }

  function settle(): void {
    for (const [mandate, { requests, writes, destroys, denials }] of pending) {
      add.run(mandate, requests, writes, destroys, denials)
    }
    pending.clear()
  }

  return {
    settle,
    check({ mandate }) {
      if (mandate !== null) lineageOf(mandate)
    },
    count(decision) {
      const { verdict } = decision
      const denials = verdict.kind === 'deny' ? 1 : 0
      const taken = verdict.kind === 'allow' ? takenBy(decision) : nothing
      countAll(decision, { ...taken, requests: 1, denials })
      for (const mandate of decision.mandate === null ? [] : lineageOf(decision.mandate)) {
        for (const effect of effectsOf(decision)) {
          if (effect.kind !== 'unknown') touchOnce(mandate, showResource(effect.resource))
        }
      }
    },
    countHeld: (decision) => countAll(decision, { ...nothing, denials: 1 }),
    countReleased: (decision) => countAll(decision, takenBy(decision)),
    forget() {
      pending.clear()
      touched.clear()
      forgetLineages()
    },
  }
}

interface Lineages {
  lineageOf: (id: MandateId) => readonly MandateId[]
  forgetLineages: () => void
}

function createLineages(database: DatabaseSync): Lineages {
  const parent = database.prepare('SELECT parent FROM mandates WHERE id = ?')
  const lineages = new Map<MandateId, readonly MandateId[]>()

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

  return { lineageOf, forgetLineages: () => lineages.clear() }
}

const nothing: Counted = { requests: 0, writes: 0, destroys: 0, denials: 0 }

function effectsOf({ impacts }: Decision): readonly Effect[] {
  return impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
}

function takenBy(decision: Decision): Counted {
  const effects = effectsOf(decision)
  const [first, ...rest] = effects
  const worst = first === undefined ? null : worstEffect(first, ...rest).kind
  return {
    ...nothing,
    writes: worst !== null && severity(worst) >= severity('write') ? 1 : 0,
    destroys: effects.filter(({ kind }) => kind === 'destroy').length,
  }
}
