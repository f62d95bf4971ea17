// What a mandate lets an agent do where: every cell is asked of the policies in force, about plain
// things made up for the question. Nothing here knows a rule.
import { coverageOf } from '../domain/coverage.ts'
import { effectKinds } from '../domain/effect.ts'
import type { Effect, EffectKind, Undo } from '../domain/effect.ts'
import type { Backups, Hit, Impact, Reach, Rows } from '../domain/impact.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import { isNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Environment, Resource } from '../domain/resource.ts'
import type { Verdict } from '../domain/verdict.ts'
import { matchesPattern } from '../domain/scope.ts'
import type { Policy } from './policy.ts'

/** A column: somewhere an agent could act. No environments: somewhere that nobody knows. */
export interface Place {
  readonly name: string
  /** of that name, one a provider */
  readonly environments: readonly Environment[]
  /** only a mandate speaks of it; as long as nothing of that name is found, it is critical */
  readonly found: boolean
  /** a scope of the mandate names it */
  readonly touched: boolean
}

export interface Cell {
  readonly effect: EffectKind
  readonly place: string
  /** one where everything is answered alike; else one for each kind of thing */
  readonly answers: NonEmpty<CellAnswer>
  /** patterns of the mandate that were left out: there are too many */
  readonly leftOut: number
}

export interface CellAnswer {
  /** patterns of the mandate, such as `railway:volume/*`; empty for anything else, or for all */
  readonly on: readonly string[]
  readonly kind: Verdict['kind']
  /** whether the mandate grants it; what it does not is refused, or asked of a person */
  readonly granted: boolean
  readonly because: Verdict['because'][0]
  /** what would be answered otherwise, were the thing less plain */
  readonly unless: readonly Turn[]
}

/** Something that changes an answer. */
export interface Turn {
  readonly when: Circumstance
  /** the environment, or the number of rows; empty for nothing to add */
  readonly detail: string
  readonly kind: Verdict['kind']
  readonly because: Verdict['because'][0]
}

/**
 * irreversible: it can never be taken back; kept: it can, or a backup elsewhere survives it;
 * many-rows: one statement touches more rows than the mandate lets it; shared: it reaches another
 * environment too
 */
export type Circumstance = 'irreversible' | 'kept' | 'many-rows' | 'shared'

/** patterns of one mandate that one cell is asked about */
const patternsMax = 6

/** worst first, and what cannot be read last: no mandate can grant it */
export const rows: readonly EffectKind[] = [
  ...effectKinds.filter((kind) => kind !== 'unknown').toReversed(),
  'unknown',
]

type Judge = Pick<Policy, 'judge'>

/** One cell after another, so that whoever asks for them can let others go first in between. */
export function* cellsOf(
  policy: Judge,
  standing: Standing,
  places: readonly Place[],
): Generator<Cell> {
  for (const place of places) {
    for (const effect of rows) yield cellOf({ policy, standing, places, place, effect })
  }
}

interface Asked {
  readonly policy: Judge
  readonly standing: Standing
  readonly places: readonly Place[]
  readonly place: Place
  readonly effect: EffectKind
}

function cellOf(asked: Asked): Cell {
  const { standing, place, effect } = asked
  const providers = providersAt(standing.mandate, place)
  const candidates = providers.flatMap((provider) => candidatesOf(asked, provider))
  const answers = merge(candidates.map((candidate) => answerFor(asked, candidate)))
  const leftOut = Math.max(0, patternsFor(asked).length - patternsMax)
  return { effect, place: place.name, answers, leftOut }
}

/** Something that a mandate's pattern covers; null for what no pattern names. */
interface Candidate {
  readonly provider: string
  readonly pattern: string | null
  readonly resource: Resource
}

function candidatesOf(asked: Asked, provider: string): readonly Candidate[] {
  const plain: Resource = { provider, type: 'thing', id: 'plain', within: {} }
  if (asked.effect === 'unknown') return [{ provider, pattern: null, resource: plain }]
  const patterns = patternsFor(asked)
    .slice(0, patternsMax)
    .filter((pattern) => pattern === '*' || pattern.startsWith(`${provider}:`))
  const named = patterns.map((pattern) => ({ provider, pattern, resource: of(pattern, plain) }))
  const all = named.some(({ pattern }) => pattern === '*' || pattern === `${provider}:*`)
  return all ? named : [...named, { provider, pattern: null, resource: plain }]
}

/** A thing that the pattern covers, and as little else as can be. */
function of(pattern: string, plain: Resource): Resource {
  const [, type, id] = /^[^:]+:([^/]+)\/(.+)$/.exec(pattern) ?? []
  if (type === undefined || id === undefined) return plain
  return { ...plain, type, id: id === '*' ? 'plain' : id }
}

/** What the mandate names wherever it grants such an effect. */
function patternsFor({ standing, effect }: Pick<Asked, 'standing' | 'effect'>): readonly string[] {
  const granting = standing.mandate.scopes.filter(({ effects }) =>
    (effects as readonly EffectKind[]).includes(effect),
  )
  return [...new Set(granting.flatMap(({ resources }) => resources))]
}

/** The providers that are there; where nobody knows, those that the mandate is about. */
function providersAt(mandate: Mandate, { environments }: Place): NonEmpty<string> {
  const there = environments.map(({ provider }) => provider)
  const found = [...new Set(there.length > 0 ? there : about(mandate))]
  return isNonEmpty(found) ? found : ['any']
}

function about({ scopes }: Pick<Mandate, 'scopes'>): readonly string[] {
  const patterns = scopes.flatMap(({ resources }) => resources)
  return patterns.map((pattern) => pattern.split(':')[0] ?? '').filter((name) => name !== '*')
}

function answerFor(asked: Asked, candidate: Candidate): CellAnswer {
  const { standing, effect } = asked
  const plain = impactOf(asked, candidate, baseOf(effect))
  const verdict = asked.policy.judge(standing, [plain])
  const { relation } = coverageOf(standing, plain.hits[0], candidate.provider)
  const [because] = verdict.because
  const turns = effect === 'unknown' ? [] : turnsOf(asked)
  const unless = turns.flatMap((turn): readonly Turn[] => {
    const other = asked.policy.judge(standing, [impactOf(asked, candidate, turn.how)])
    if (other.kind === verdict.kind) return []
    return [{ when: turn.when, detail: turn.detail, kind: other.kind, because: other.because[0] }]
  })
  const { kind } = verdict
  const on = candidate.pattern === null ? [] : [candidate.pattern]
  return { on, kind, granted: relation === 'inside', because, unless }
}

/** How a made-up thing stands: what a circumstance changes of it. */
interface How {
  readonly undo: Undo
  readonly backups: Backups
  readonly rows: Rows
  readonly besides: readonly Environment[]
}

const none: Backups = { kind: 'exact', inside: [], surviving: [] }
const survivor = { resource: 'any:backup/1', label: 'a backup', relation: 'goes-with' } as const
const one: Backups = { kind: 'exact', inside: [], surviving: [survivor] }
const plainly: How = { undo: 'trivial', backups: none, rows: { kind: 'unknown' }, besides: [] }
const forEver: How = { ...plainly, undo: 'never' }

/** A plain thing that is destroyed is gone for ever; what is changed can be changed back. */
function baseOf(effect: EffectKind): How {
  return effect === 'destroy' ? forEver : plainly
}

interface TurnAsked extends Pick<Turn, 'when' | 'detail'> {
  readonly how: How
}

function turnsOf({ standing, places, place, effect }: Asked): readonly TurnAsked[] {
  const turns: TurnAsked[] = []
  const base = baseOf(effect)
  if (effect === 'write' || effect === 'disarm') {
    turns.push({ when: 'irreversible', detail: '', how: forEver })
  }
  if (effect === 'destroy') {
    turns.push({
      when: 'kept',
      detail: '',
      how: { ...plainly, undo: 'from-safeguard', backups: one },
    })
  }
  const limit = rowsMaxOf(standing)
  if (limit !== null && (effect === 'write' || effect === 'destroy')) {
    const count: Rows = { kind: 'exact', count: limit + 1, share: null }
    turns.push({ when: 'many-rows', detail: String(limit), how: { ...base, rows: count } })
  }
  const others = places.filter(({ name, found }) => name !== place.name && found)
  const other = others.find(({ touched }) => !touched) ?? others[0]
  if (other !== undefined && place.environments.length > 0) {
    const how = { ...base, besides: other.environments.slice(0, 1) }
    turns.push({ when: 'shared', detail: other.name, how })
  }
  return turns
}

function rowsMaxOf({ mandate, ancestors }: Standing): number | null {
  const limits = [mandate, ...ancestors].flatMap(({ budget }) => budget.rows ?? [])
  return limits.length === 0 ? null : Math.min(...limits)
}

interface OneHit extends Impact {
  readonly hits: readonly [Hit]
}

function impactOf({ effect, place }: Asked, { provider, resource }: Candidate, how: How): OneHit {
  const made = effectOf(effect, resource, how)
  const { backups, rows: touched } = how
  const hit: Hit = {
    ...{ effect: made, environments: reachOf(place, provider, how), backups, rows: touched },
    ...{ label: `${resource.type} ${resource.id ?? ''}`, dependants: [], basis: 'declared' },
  }
  const evidence = { reader: provider, excerpt: '', span: null }
  return { action: { verb: 'anything', effects: [made], evidence }, hits: [hit] }
}

/** A plain thing is destroyed whole; what else is done touches part of it. */
function effectOf(kind: EffectKind, resource: Resource, { undo }: How): Effect {
  switch (kind) {
    case 'unknown':
      return { kind, why: 'nobody knows what it does', legible: true }
    case 'read':
    case 'disclose':
      return { kind, resource, extent: 'some' }
    case 'destroy':
      return { kind, resource, extent: 'whole', undo }
    default:
      return { kind, resource, extent: 'some', undo }
  }
}

function reachOf({ name, environments }: Place, provider: string, { besides }: How): Reach {
  const here = environments.find((environment) => environment.provider === provider)
  if (here === undefined) return { kind: 'unknown', why: `nothing is known of ${name}` }
  return { kind: 'known', environments: [here, ...besides] }
}

/** Those that say the same, together. */
function merge(answers: readonly CellAnswer[]): NonEmpty<CellAnswer> {
  const merged = new Map<string, CellAnswer>()
  for (const answer of answers) {
    const { kind, granted, because, unless } = answer
    const turned = unless.map((turn) => [turn.when, turn.kind, turn.because.code])
    const key = JSON.stringify([kind, granted, because.code, turned])
    const known = merged.get(key)
    const isRest = known?.on.length === 0 || answer.on.length === 0
    const on = isRest && known !== undefined ? [] : [...(known?.on ?? []), ...answer.on]
    merged.set(key, { ...answer, on })
  }
  const found = [...merged.values()]
  if (!isNonEmpty(found)) throw new TypeError('a cell asks about at least one thing')
  const [only, second] = found
  return second === undefined ? [{ ...only, on: [] }] : found
}

const placesMax = 16

export interface Places {
  /** what the mandate names first; the last is nowhere that is known */
  readonly places: readonly Place[]
  readonly leftOut: number
  /** patterns of the mandate that fit nothing known */
  readonly nothingFound: readonly string[]
}

/** Where a mandate's words lead: what is found there, what is only named, and nowhere known. */
export function placesOf(mandate: Pick<Mandate, 'scopes'>, known: readonly Environment[]): Places {
  const patterns = [...new Set(mandate.scopes.flatMap((scope) => scope.environments))]
  const names = [...new Set(known.map(({ name }) => name))]
  const touched = (name: string): boolean =>
    patterns.some((pattern) => matchesPattern(pattern, name))
  const found = names.map((name): Place => {
    const alike = known.filter((environment) => environment.name === name)
    const byProvider = new Map(alike.map((each) => [each.provider, each]))
    return { name, environments: [...byProvider.values()], found: true, touched: touched(name) }
  })
  const missing = patterns.filter((pattern) => !names.some((name) => matchesPattern(pattern, name)))
  const providers = [...new Set([...known.map(({ provider }) => provider), ...about(mandate)])]
  const named = missing.filter((pattern) => !pattern.includes('*'))
  const declared = named.map((name): Place => {
    const environments = providers.map((provider) => critical(provider, name))
    return { name, environments, found: false, touched: true }
  })
  const sorted = [...found, ...declared].sort(
    (a, b) =>
      Number(b.touched) - Number(a.touched) ||
      weightOf(b) - weightOf(a) ||
      (a.name < b.name ? -1 : 1),
  )
  const nowhereKnown: Place = { name: '', environments: [], found: false, touched: false }
  return {
    places: [...sorted.slice(0, placesMax), nowhereKnown],
    leftOut: Math.max(0, sorted.length - placesMax),
    nothingFound: missing.filter((pattern) => pattern.includes('*')),
  }
}

function critical(provider: string, name: string): Environment {
  return { provider, id: name, name, protection: 'critical' }
}

const weights = { critical: 2, standard: 1, open: 0 } as const

function weightOf({ environments }: Place): number {
  return Math.max(0, ...environments.map(({ protection }) => weights[protection]))
}
