// What the page of policies stands on: the files as they were loaded, and a request read and placed
// as the gate would, without asking anyone.
import type { Action } from '../../../domain/action.ts'
import type { Impact } from '../../../domain/impact.ts'
import type { Digest, Instant } from '../../../domain/names.ts'
import type { NonEmpty } from '../../../domain/nonempty.ts'
import type { PolicySource } from '../../../policy/policy.ts'
import type { ReadWritten } from '../../written-request.ts'
import type { ExamplesView } from './shapes.ts'

/** A file as it was when it was loaded, with the table of examples beside it; null: there is none. */
export interface PolicyFile extends PolicySource {
  readonly kind: 'shipped' | 'optional' | 'own'
  readonly examples: string | null
}

export interface PolicyDesk {
  inForce(): Readonly<{ digest: Digest; loadedAt: Instant; files: readonly PolicyFile[] }>
  /** optional policies that are not loaded */
  optional(): readonly PolicyFile[]
  examples(text: string): ExamplesView
  /** Markdown about a rule; null where there is no page */
  page(rule: string): string | null
  /** where policies of one's own are looked for; null: nowhere */
  readonly folder: string | null
  readonly configurationFile: string
  readonly read: ReadWritten
  /** Places on what is known just now, and asks nobody. */
  place(actions: NonEmpty<Action>): NonEmpty<Impact>
}
