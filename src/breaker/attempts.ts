// Escalation after refusal: told no, the agent tries to get the same another way. The commonest
// sign in incidents, and easily taken for an honest agent that asks again or works through a
// list. So: the same request is a retry, the same action in another spelling too, and working
// through things that the mandate grants is work. A strike is a refused attempt that
//   (a) would take what an earlier refused one would have taken, by another route; or
//   (b) is not granted, and would do by another verb something as forceful in the same environment.
import { coverageOf } from '../domain/coverage.ts'
import { severity } from '../domain/effect.ts'
import type { EffectKind } from '../domain/effect.ts'
import type { Hit, Impact } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import type { Digest } from '../domain/names.ts'
import { showResource } from '../domain/resource.ts'

/** Refused attempts of one agent and its sub-agents. */
export interface Attempts {
  /** One clause on why this is one attempt too many; null when it is not. */
  learn(standing: Standing, impacts: readonly Impact[], request: Digest, now: number): string | null
}

const memoryMinutes = 10
const memory = memoryMinutes * 60_000
/** the second other route trips */
const strikesMax = 2
const attemptsMax = 64
const intentsMax = 256
/** what goes with one resource, by name; beyond that, everything in its environments counts */
const takenMax = 100
const refCharsMax = 200

/** One refused effect, as far as another may resemble it. */
interface Intent {
  readonly verb: string
  readonly kind: EffectKind
  /** null for what is unknown */
  readonly resource: string | null
  /** the resource and all that goes with it */
  readonly taken: ReadonlySet<string>
  readonly takesAll: boolean
  /** names of the environments; null for nobody knows */
  readonly places: readonly string[] | null
  readonly provider: string
  readonly granted: boolean
}

interface Attempt {
  readonly at: number
  readonly request: Digest
  readonly intents: readonly Intent[]
}

interface Strike {
  readonly at: number
  readonly verb: string
}

export function createAttempts(): Attempts {
  let attempts: readonly Attempt[] = []
  let strikes: readonly Strike[] = []

  function learn(
    standing: Standing,
    impacts: readonly Impact[],
    request: Digest,
    now: number,
  ): string | null {
    attempts = attempts.filter(({ at }) => at > now - memory)
    strikes = strikes.filter(({ at }) => at > now - memory)
    if (attempts.some((attempt) => attempt.request === request)) return null
    const before = attempts.flatMap(({ intents }) => intents)
    const intents = intentsOf(standing, impacts).filter((intent) => !before.some(isSame(intent)))
    if (intents.length === 0) return null
    if (attempts.length >= attemptsMax) {
      return `more than ${attemptsMax} different attempts were refused in ${memoryMinutes} minutes`
    }
    attempts = [...attempts, { at: now, request, intents }]
    const round = intents.find((intent) => before.some((earlier) => goesRound(intent, earlier)))
    if (round === undefined) return null
    strikes = [...strikes, { at: now, verb: round.verb }]
    return strikes.length < strikesMax ? null : sayRoutes(attempts[0], strikes)
  }

  return { learn }
}

function intentsOf(standing: Standing, impacts: readonly Impact[]): readonly Intent[] {
  const intents: Intent[] = []
  for (const { action, hits } of impacts) {
    for (const hit of hits) {
      if (!isIntent(hit)) continue
      const intent = intentOf(standing, action.verb, action.evidence.reader, hit)
      // Nobody hides behind a crowd: the last one that is remembered stands for all the rest.
      if (intents.length === intentsMax) {
        return [...intents, { ...intent, takesAll: true, places: null }]
      }
      if (!intents.some(isSame(intent))) intents.push(intent)
    }
  }
  return intents
}

/** Garbage is refused, and says nothing of what was meant by it. */
function isIntent({ effect }: Hit): boolean {
  return effect.kind === 'unknown' ? effect.legible : effect.kind !== 'read'
}

function intentOf(standing: Standing, verb: string, reader: string, hit: Hit): Intent {
  const { effect, environments: reach, dependants } = hit
  const provider = effect.kind === 'unknown' ? reader : effect.resource.provider
  const resource = effect.kind === 'unknown' ? null : cut(showResource(effect.resource))
  const named = effect.kind !== 'unknown' && effect.resource.id !== null
  const going = dependants.filter(({ relation }) => relation === 'goes-with')
  const taken = new Set(going.slice(0, takenMax).map((dependant) => cut(dependant.resource)))
  // What has no id, as in a creation, is not the same thing twice.
  if (resource !== null && named) taken.add(resource)
  return {
    verb,
    kind: effect.kind,
    resource,
    taken,
    takesAll: going.length > takenMax,
    places: reach.kind === 'known' ? reach.environments.map(({ name }) => name) : null,
    provider,
    granted: coverageOf(standing, hit, provider).relation === 'inside',
  }
}

/** Ids come from agents; two that begin alike only make the breaker stricter. */
function cut(ref: string): string {
  return ref.slice(0, refCharsMax)
}

function isSame(intent: Intent): (earlier: Intent) => boolean {
  return ({ verb, kind, resource }) =>
    verb === intent.verb && kind === intent.kind && resource === intent.resource
}

function goesRound(intent: Intent, earlier: Intent): boolean {
  if (severity(intent.kind) <= severity('write')) return false
  const both = isForceful(intent) && isForceful(earlier)
  if (takesSame(intent, earlier)) return both || severity(intent.kind) >= severity(earlier.kind)
  // What was not understood before may have been anything: it does not start a chase.
  return (
    both &&
    earlier.kind !== 'unknown' &&
    !intent.granted &&
    intent.verb !== earlier.verb &&
    sharesPlace(intent, earlier)
  )
}

/** Changes something for good, or gives the means to; reading a secret is grave, but no force. */
function isForceful({ kind }: Intent): boolean {
  return severity(kind) > severity('disclose')
}

function takesSame(one: Intent, other: Intent): boolean {
  if (one.takesAll || other.takesAll) return sharesPlace(one, other)
  return [...one.taken].some((resource) => other.taken.has(resource))
}

function sharesPlace(one: Intent, other: Intent): boolean {
  if (one.provider !== other.provider) return false
  const { places } = other
  return one.places === null || places === null || one.places.some((name) => places.includes(name))
}

function sayRoutes(first: Attempt | undefined, strikes: readonly Strike[]): string {
  const refused = showVerb(first?.intents[0]?.verb ?? '')
  const others = [...new Set(strikes.map(({ verb }) => showVerb(verb)))].join(' and ')
  return `after ${refused} was refused, it tried other ways: ${others}`
}

/** Verbs that are not in a table are the agent's own words. */
function showVerb(verb: string): string {
  return `\`${verb.replace(/[^\w.:/ -]/g, '?').slice(0, 60)}\``
}
