// Reads that a session may send again. The first of its kind is decided and recorded as every
// request is, and its intent says that it stands; the next ones are counted. Anything that could
// change what was decided ends it: another mandate or lease, other policies, another inventory.
import { clearToRepeat } from './clearance.ts'
import type { Clearance } from './clearance.ts'
import type { FactOf } from './domain/fact.ts'
import type { Mandate, Standing } from './domain/mandate.ts'
import type { DecisionId, Digest, LeaseId, SessionId } from './domain/names.ts'
import type { Request, Session } from './domain/request.ts'
import type { Receipt } from './ledger/ledger.ts'
import type { Reading, StandingReads, StandingReceipts } from './parts.ts'

export interface StandingReadsOptions {
  /** what judged, and on what: another digest ends every permission */
  policies(): Digest
  inventory(): Digest
  /** takes note of how often a decision was used again */
  count(fact: FactOf<'repeated'>): void
}

export interface RunningStandingReads extends StandingReads {
  /** Writes down what has been counted since the last time. */
  flush(): void
}

interface Permission {
  readonly receipts: StandingReceipts
  readonly lease: LeaseId
  readonly mandate: Mandate
  readonly policies: Digest
  readonly inventory: Digest
  repeated: number
}

/** shapes of reads that one session keeps; the oldest goes first */
const shapesMax = 2_000

export function createStandingReads(options: StandingReadsOptions): RunningStandingReads {
  const sessions = new Map<SessionId, Map<string, Permission>>()

  function find(request: Request, standing: Standing, { shape }: Reading): Clearance | null {
    if (shape === null) return null
    const permissions = sessions.get(request.session.id)
    const found = permissions?.get(shape)
    if (permissions === undefined || found === undefined) return null
    if (!stillStands(found, standing, options)) {
      tell(found)
      permissions.delete(shape)
      return null
    }
    found.repeated += 1
    return clearToRepeat({ ...found.receipts, request: request.digest })
  }

  function keep(
    receipts: Readonly<{ decided: Receipt; sent: Receipt }>,
    { session }: Request,
    { lease, mandate }: Standing,
    { shape }: Reading,
  ): void {
    if (shape === null) return
    const permissions = sessions.get(session.id) ?? begin(session)
    permissions.set(shape, {
      ...{ receipts, lease: lease.id, mandate, repeated: 0 },
      ...{ policies: options.policies(), inventory: options.inventory() },
    })
    const [oldest] = permissions.entries()
    if (permissions.size <= shapesMax || oldest === undefined) return
    tell(oldest[1])
    permissions.delete(oldest[0])
  }

  function begin(session: Session): Map<string, Permission> {
    const permissions = new Map<string, Permission>()
    sessions.set(session.id, permissions)
    session.onClose(() => {
      for (const permission of permissions.values()) tell(permission)
      sessions.delete(session.id)
    })
    return permissions
  }

  function tell(permission: Permission): void {
    const { repeated, receipts } = permission
    if (repeated === 0) return
    permission.repeated = 0
    options.count({ kind: 'repeated', decision: decisionOf(receipts), count: repeated })
  }

  function flush(): void {
    for (const permissions of sessions.values()) {
      for (const permission of permissions.values()) tell(permission)
    }
  }

  return { find, keep, flush }
}

function stillStands(
  permission: Permission,
  { lease, mandate }: Standing,
  options: StandingReadsOptions,
): boolean {
  return (
    permission.lease === lease.id &&
    permission.mandate === mandate &&
    permission.policies === options.policies() &&
    permission.inventory === options.inventory()
  )
}

function decisionOf({ sent }: StandingReceipts): DecisionId {
  const { fact } = sent
  if (fact.kind !== 'sent') throw new TypeError('the intent of a standing read')
  return fact.decision
}
