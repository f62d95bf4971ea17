import type { Inventory } from '../../domain/inventory.ts'
import type { Evidence } from '../../evidence/evidence.ts'
import type { Holds } from '../../holds/holds.ts'
import type { Passkeys } from '../../holds/passkeys.ts'
import type { Site } from '../../holds/stored.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Prover } from '../../ledger/prove.ts'
import type { Replay } from '../../replay/replay.ts'
import type { StoreReads } from '../../store/store.ts'
import type { OpenId } from '../../sign-in/openid.ts'
import type { Clock } from '../../system/clock.ts'
import type { Random } from '../../system/random.ts'
import type { Asks } from '../asks.ts'
import type { Control } from '../control.ts'
import type { Deeds } from '../deeds.ts'
import type { People } from '../people.ts'
import type { Purges } from '../purges.ts'
import type { AgentDesk } from './agents/desk.ts'
import type { EnvironmentDesk } from './environments/routes.ts'
import type { Looks } from './holds/looks.ts'
import type { ViewParts } from './holds/views.ts'
import type { RecentHolds } from './holds/recent.ts'
import type { NotificationDesk } from './notifications/desk.ts'
import type { NowBoard } from './now/board.ts'
import type { PolicyDesk } from './policies/desk.ts'
import type { ConsoleSessions } from './session.ts'

/** What the console's areas are made of. What is optional is absent where a gate lacks it. */
export interface ConsoleParts extends ViewParts {
  readonly store: StoreReads
  readonly ledger: Pick<Ledger, 'append' | 'subscribe' | 'size' | 'state'>
  readonly clock: Clock
  readonly random: Random
  /** where people open the console */
  readonly site: Site
  readonly people: People
  readonly passkeys: Passkeys
  readonly holds: Holds
  readonly sessions: ConsoleSessions
  readonly recent: RecentHolds
  readonly looks: Looks
  /** what agents ask of people, beside holds */
  readonly asks?: Asks
  /** who is at work, and what stops them */
  readonly board: NowBoard
  /** absent where people sign in with passkeys alone */
  readonly openid?: OpenId
  /** the use cases of the command line, which run in this same process */
  readonly control?: Control
  readonly inventory?: () => Inventory
  readonly environments?: EnvironmentDesk
  readonly agents?: AgentDesk
  readonly policies?: PolicyDesk
  /** judges recorded traffic again */
  readonly replay?: Replay
  /** over what is published; absent where nothing is */
  readonly prover?: Pick<Prover, 'entry'>
  /** incidents, told and exported */
  readonly evidence?: Evidence
  /** what needs a person's passkey because it gives power */
  readonly deeds?: Deeds
  /** who is told of holds, trips and kills */
  readonly notifications?: NotificationDesk
  /** absent where no database is governed */
  readonly purges?: Purges
}
