// What the console's page is told. The page imports this file, so it holds types alone.
import type { Role } from '../../../domain/fact.ts'
import type { PersonName } from '../../../domain/names.ts'

export interface SessionView {
  readonly person: PersonName
  /** none while no passkey of theirs stands */
  readonly roles: readonly Role[]
  readonly means: 'passkey' | 'openid'
  /** false: they read, and decide nothing until they have made a passkey */
  readonly enrolled: boolean
}

/** How people may sign in. */
export interface MeansView {
  /** the provider's address; null where there is none */
  readonly openid: string | null
}

/** Where the browser goes, and what it keeps meanwhile. */
export interface BegunView {
  readonly location: string
  readonly half: string
}
