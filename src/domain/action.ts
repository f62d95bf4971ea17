import type { Effect } from './effect.ts'
import type { NonEmpty } from './nonempty.ts'

/** One thing that a request would do. A request may hold many; the worst one rules. */
export interface Action {
  /** the provider's own word: `volumeDelete` */
  readonly verb: string
  readonly effects: NonEmpty<Effect>
  readonly evidence: Evidence
  /** how its impact can be measured before it takes effect; absent where it cannot, or need not */
  readonly trial?: Trial
}

/**
 * rows: run it behind a savepoint, and count what it touched; its rows are captured meanwhile.
 * drop: run it, see what fell, roll that back, and quarantine those objects instead.
 * image: keep the tables whole first, then run it and count.
 * database: rename it and shut it instead of dropping it.
 * parse: only have the server parse it: nothing of it is run.
 */
export type Trial = 'rows' | 'drop' | 'image' | 'database' | 'parse'

/** Why the reader says so: a piece of the request, at most 200 characters. */
export interface Evidence {
  /** which reader: `railway`, `egress`, … */
  readonly reader: string
  readonly excerpt: string
  /** offsets of the excerpt in the text that was read; null where there is no text */
  readonly span: readonly [start: number, end: number] | null
}

/**
 * Turns a payload into what it would do. Pure and total: it never throws. null means "not addressed
 * to me", never "harmless"; what is addressed to it and cannot be read is an `unknown` effect.
 */
export interface Reader<P> {
  read(payload: P): NonEmpty<Action> | null
}
