// How a row of an examples table becomes who asks and what it would do.
//
//   mandate       read+write in pocketos/staging on railway:*; egress api.example.com; rows 1000
//                 one above it after ` < `: a sub-agent's mandate, then its parent's
//   effect        a kind of effect, or `legible` or `illegible` for what is unknown
//   environments  pocketos/staging=standard, several with blanks between, `?` for nobody knows
//   undo, extent  trivial from-safeguard never, whole some; `-` where the effect has none;
//                 `some 5000`: so many rows exactly, `some 5000 20%` of all that there are
//   backups       3+1: three go with it, one survives; `?` for nobody knows
import type { Effect, Extent, KnownEffectKind, Undo } from '../src/domain/effect.ts'
import { Fault } from '../src/domain/fault.ts'
import type { Backups, Dependant, Hit, Impact, Reach, Rows } from '../src/domain/impact.ts'
import type { Mandate, Scope, Standing } from '../src/domain/mandate.ts'
import type { AgentName, Instant, LeaseId, MandateId, PersonName } from '../src/domain/names.ts'
import { isNonEmpty } from '../src/domain/nonempty.ts'
import type { NonEmpty } from '../src/domain/nonempty.ts'
import type { Environment, Protection, Resource } from '../src/domain/resource.ts'

export interface Situation {
  readonly mandate: string
  readonly effect: string
  readonly resource: string
  readonly environments: string
  readonly undo: string
  readonly extent: string
  readonly backups: string
}

export function standingOf(mandates: string): Standing {
  const chain = mandates.split(' < ').map(readMandate)
  const [mandate, ...ancestors] = chain
  if (mandate === undefined) throw new Fault('bug', 'a table without a mandate')
  return {
    agent: 'coder' as AgentName,
    owner: 'jer' as PersonName,
    lease: { id: 'lease_1' as LeaseId, expiresAt: '2026-01-01T01:00:00.000Z' as Instant },
    mandate,
    ancestors,
  }
}

export function impactOf(situation: Situation, verb = 'doIt'): Impact {
  const effect = readEffect(situation)
  const hit: Hit = {
    effect,
    environments: readReach(situation.environments),
    label: situation.resource,
    dependants: [],
    backups: readBackups(situation.backups),
    rows: readRows(situation.extent),
    basis: 'discovered',
  }
  const reader = readResource(situation.resource).provider
  const evidence = { reader, excerpt: verb, span: null }
  return { action: { verb, effects: [effect], evidence }, hits: [hit] }
}

function readMandate(text: string, level: number): Mandate {
  const parts = text.split('; ')
  const hosts = parts.filter((part) => part.startsWith('egress '))
  const limit = parts.find((part) => part.startsWith('rows '))
  const scopes = parts.filter((part) => !/^(egress|rows) /.test(part)).map(readScope)
  return {
    id: `mandate_${level}` as MandateId,
    task: 'fix staging',
    grantedBy: 'jer' as PersonName,
    agent: 'coder' as AgentName,
    scopes: nonEmpty(scopes, text),
    egress: hosts.flatMap((part) => part.split(' ').slice(1)),
    budget: {
      requestsPerMinute: null,
      writesPerMinute: null,
      requests: null,
      writes: null,
      destroys: null,
      denials: null,
      resources: null,
      rows: limit === undefined ? null : Number(limit.slice('rows '.length)),
    },
    holdWaitSeconds: 0,
    grantedAt: '2026-01-01T00:00:00.000Z' as Instant,
    expiresAt: '2026-01-01T08:00:00.000Z' as Instant,
    parent: null,
  }
}

function readScope(text: string): Scope {
  const [effects, environments, resources] = text.split(/ in | on /)
  return {
    effects: nonEmpty((effects ?? '').split('+') as KnownEffectKind[], text),
    environments: nonEmpty((environments ?? '').split(' '), text),
    resources: nonEmpty((resources ?? '').split(' '), text),
  }
}

function readEffect({ effect: kind, resource, extent, undo }: Situation): Effect {
  switch (kind) {
    case 'legible':
    case 'illegible':
      return { kind: 'unknown', why: 'not in the table', legible: kind === 'legible' }
    case 'read':
    case 'disclose':
      return { kind, resource: readResource(resource), extent: readExtent(extent) }
    case 'write':
    case 'destroy':
    case 'disarm':
    case 'escalate': {
      const how = { extent: readExtent(extent), undo: undo as Undo }
      return { kind, resource: readResource(resource), ...how }
    }
    default:
      throw new Fault('bug', `no effect is called \`${kind}\``)
  }
}

function readExtent(text: string): Extent {
  return text.split(' ')[0] as Extent
}

function readRows(text: string): Rows {
  const [, count, share] = /^\w+ (\d+)(?: (\d+)%)?$/.exec(text) ?? []
  if (count === undefined) return { kind: 'unknown' }
  return { kind: 'exact', count: Number(count), share: share === undefined ? null : Number(share) }
}

function readResource(text: string): Resource {
  const [, provider = '', type = '', id = ''] = /^([^:]+):([^/]+)\/(.+)$/.exec(text) ?? []
  return { provider, type, id: id === '*' ? null : id, within: {} }
}

function readReach(text: string): Reach {
  if (text === '?') return { kind: 'unknown', why: 'no such id in the inventory' }
  return { kind: 'known', environments: nonEmpty(text.split(' ').map(readEnvironment), text) }
}

function readEnvironment(text: string): Environment {
  const [name = '', protection] = text.split('=')
  return { provider: 'railway', id: name, name, protection: protection as Protection }
}

function readBackups(text: string): Backups {
  if (text === '?') return { kind: 'unknown' }
  const [inside = 0, surviving = 0] = text.split('+').map(Number)
  return { kind: 'exact', inside: copies(inside), surviving: copies(surviving) }
}

function copies(count: number): readonly Dependant[] {
  return Array.from({ length: count }, (_, i) => ({
    resource: `railway:backup/${i}`,
    label: `backup ${i}`,
    relation: 'goes-with',
  }))
}

function nonEmpty<T>(items: readonly T[], text: string): NonEmpty<T> {
  if (!isNonEmpty(items)) throw new Fault('bug', `nothing in \`${text}\``)
  return items
}
