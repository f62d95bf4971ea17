// What the console's page is told. The page imports this file, so it holds types alone.
import type { Role } from '../../../domain/fact.ts'
import type { PersonName } from '../../../domain/names.ts'

export interface SessionView {
  readonly person: PersonName
  readonly roles: readonly Role[]
}
