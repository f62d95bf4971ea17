// What a request would do, in words: one place for the console, the command line and the refusals
// that agents read. Names come from agents and providers, so each is made inert before it is shown.
import type { Decision } from '../domain/decision.ts'
import { reversibilityOf, severity } from '../domain/effect.ts'
import type { Effect, EffectKind, Reversibility } from '../domain/effect.ts'
import type { Backups, Dependant, Hit, Rows } from '../domain/impact.ts'
import { showResource } from '../domain/resource.ts'
import type { Environment, Protection } from '../domain/resource.ts'
import { matchesPattern } from '../domain/scope.ts'
import type { Verdict } from '../domain/verdict.ts'
import { inert } from '../wire/inert.ts'

/** A piece of a sentence: Holdpoint's own words, or a name that somebody else chose. */
export interface Word {
  readonly kind: 'own' | 'name'
  readonly text: string
}

export interface EnvironmentWords {
  /** `pocketos/production`; null where it is not known */
  readonly name: string | null
  readonly protection: Protection
  /** `PRODUCTION · critical` */
  readonly banner: string
}

/** A decision is told by its worst effect first. */
export interface Blow {
  readonly verb: string
  readonly hit: Hit
}

type Told = Pick<Decision, 'agent' | 'impacts'>

/** `cursor wants to delete volume pg-data in pocketos/production and pocketos/staging` */
export function sentenceOf(decision: Told): string {
  return plain(sentenceWords(decision))
}

export function sentenceWords(decision: Told): readonly Word[] {
  const agent = decision.agent === null ? own('a stranger') : name(decision.agent)
  return [agent, own(' wants to '), ...deed(decision)]
}

/** `this would delete volume pg-data and its 4 backups in pocketos/production`; one clause */
export function wouldOf(decision: Told): string {
  return plain([own('this would '), ...deed(decision)])
}

/** Every environment reached, most protected first; what is not known counts as critical. */
export function environmentsOf(decision: Pick<Decision, 'impacts'>): readonly EnvironmentWords[] {
  const found = new Map<string, EnvironmentWords>()
  for (const { hit } of blowsOf(decision)) {
    if (hit.environments.kind === 'unknown') {
      found.set('', unknownEnvironment)
      continue
    }
    for (const environment of hit.environments.environments) {
      found.set(`${environment.provider}/${environment.id}`, environmentWords(environment))
    }
  }
  if (found.size === 0) return [unknownEnvironment]
  return gravestFirst([...found.values()])
}

/** What patterns of a mandate cover; a pattern that covers nothing known counts as critical. */
export function environmentsIn(
  patterns: readonly string[],
  known: readonly Environment[],
): readonly EnvironmentWords[] {
  const covered = known.filter(({ name }) => patterns.some((one) => matchesPattern(one, name)))
  const barren = patterns.some((one) => !known.some(({ name }) => matchesPattern(one, name)))
  const words = covered.map(environmentWords)
  return gravestFirst(barren ? [...words, unknownEnvironment] : words)
}

function environmentWords({ name, protection }: Environment): EnvironmentWords {
  const shown = inert(name)
  return { name: shown, protection, banner: `${bannerName(shown)} · ${protection}` }
}

function gravestFirst(environments: readonly EnvironmentWords[]): readonly EnvironmentWords[] {
  return [...environments].sort((a, b) => rank[a.protection] - rank[b.protection])
}

const rank: Readonly<Record<Protection, number>> = { critical: 0, standard: 1, open: 2 }

const unknownEnvironment: EnvironmentWords = {
  name: null,
  protection: 'critical',
  banner: 'UNKNOWN ENVIRONMENT · treated as critical',
}

/** The whole impact in plain lines, nothing left out. */
export function impactLines(decision: Pick<Decision, 'impacts'>): readonly string[] {
  const lines = blowsOf(decision).flatMap(({ verb, hit }) => [
    `${effectWords(hit.effect)}: ${labelOf(hit)} (${inert(verb)}) in ${plain(placeWords(hit))}`,
    ...dependantLines(hit),
    ...(hit.rows.kind === 'exact' ? [`  ${rowsWords(hit.rows)}`] : []),
    ...(mindsBackups(hit) ? [`  ${backupsWords(hit.backups)}`] : []),
    `  ${reversibilityOf(hit.effect)}${basisWords(hit)}`,
  ])
  return lines.length === 0
    ? ['it could not be read, so nothing is known of what it reaches']
    : lines
}

/** All hits, worst first. */
export function blowsOf(decision: Pick<Decision, 'impacts'>): readonly Blow[] {
  const blows = decision.impacts.flatMap(({ action, hits }) =>
    hits.map((hit) => ({ verb: action.verb, hit })),
  )
  return blows.sort((a, b) => gravity(b.hit.effect) - gravity(a.hit.effect))
}

const hardness: Readonly<Record<Reversibility, number>> = {
  reversible: 0,
  recoverable: 1,
  irreversible: 2,
}

function gravity(effect: Effect): number {
  return severity(effect.kind) * 10 + hardness[reversibilityOf(effect)]
}

/** The hardest to take back of all that it does. */
export function reversibilityWords(decision: Pick<Decision, 'impacts'>): Reversibility {
  let worst: Reversibility = decision.impacts.length === 0 ? 'irreversible' : 'reversible'
  for (const { hit } of blowsOf(decision)) {
    const reversibility = reversibilityOf(hit.effect)
    if (hardness[reversibility] > hardness[worst]) worst = reversibility
  }
  return worst
}

/** `4 backups go with it, none survives` */
export function backupsWords(backups: Backups): string {
  if (backups.kind === 'unknown') return 'whether a backup survives is not known'
  const inside = backups.inside.length
  const surviving = backups.surviving.length
  if (inside + surviving === 0) return 'it has no backup'
  const lost =
    inside === 0
      ? 'no backup goes with it'
      : `${counted(inside, 'backup')} ${inside === 1 ? 'goes' : 'go'} with it`
  const left =
    surviving === 0 ? 'none survives' : `${surviving} ${surviving === 1 ? 'survives' : 'survive'}`
  return `${lost}, ${left}`
}

const effectNames: Readonly<Record<EffectKind, string>> = {
  unknown: 'is not understood',
  destroy: 'destroys',
  disarm: 'weakens a protection',
  escalate: 'gains power',
  disclose: 'discloses secrets',
  write: 'changes',
  read: 'reads',
}

/** What became of a request, as lists and counts say it. */
export const verdictWords: Readonly<Record<Verdict['kind'], string>> = {
  allow: 'allowed',
  hold: 'held',
  deny: 'denied',
}

export function effectWords(effect: Effect): string {
  return effectNames[effect.kind]
}

/** `volume pg-data`, or the reference where nobody gave it a name. */
export function labelOf(hit: Hit): string {
  if (hit.label !== '') return inert(hit.label)
  return hit.effect.kind === 'unknown' ? 'something' : inert(showResource(hit.effect.resource))
}

/** Backups matter where something may be lost. */
export function mindsBackups({ effect, backups }: Hit): boolean {
  const grave = effect.kind === 'destroy' || effect.kind === 'unknown' || effect.kind === 'disarm'
  return grave || (backups.kind === 'exact' && backups.inside.length > 0)
}

function deed(decision: Told): readonly Word[] {
  const blows = blowsOf(decision)
  const [worst] = blows
  if (worst === undefined) return [own('do something that could not be read')]
  const { hit } = worst
  const also = blows.slice(1).filter(touchesRows).slice(0, alsoMax)
  const rest = blows.length - 1 - also.length
  return [
    ...phrase(worst),
    ...goingWith(hit),
    ...also.flatMap(alsoWords),
    own(' in '),
    ...placeWords(hit),
    ...(rest === 0 ? [] : [own(`, and ${counted(rest, 'thing')} more`)]),
  ]
}

/** tables named with their rows, beside the first */
const alsoMax = 3

function touchesRows({ hit }: Blow): boolean {
  const { effect, rows } = hit
  const changes = effect.kind === 'destroy' || effect.kind === 'write'
  return changes && rows.kind === 'exact' && rows.count > 0
}

function alsoWords({ hit }: Blow): readonly Word[] {
  if (hit.rows.kind === 'unknown') return []
  const what = hit.effect.kind === 'destroy' ? '' : 'change '
  return [own(`, ${what}${rowsOf(hit.rows)} of `), name(labelOf(hit))]
}

/** `1,204 rows, 12 % of the table` */
export function rowsWords(rows: Extract<Rows, { kind: 'exact' }>): string {
  return rows.share === null ? rowsOf(rows) : `${rowsOf(rows)}, ${rows.share} % of the table`
}

function rowsOf({ count, share }: Extract<Rows, { kind: 'exact' }>): string {
  const shown = `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}`
  return share === 100 && count > 0 ? `all ${shown}` : shown
}

/** Which word of a provider's verb may tell which effect: never a milder word than the effect. */
const toldAs: Readonly<Record<EffectKind, Readonly<Record<string, string>>>> = {
  unknown: {},
  destroy: {
    delete: 'delete',
    UPDATE: 'overwrite',
    MERGE: 'overwrite',
    remove: 'remove',
    drop: 'drop',
    truncate: 'empty',
    wipe: 'wipe',
    restore: 'overwrite, from a backup,',
    reset: 'reset',
    revert: 'revert',
  },
  disarm: { delete: 'delete a protection of', disable: 'switch off a protection of' },
  escalate: { create: 'gain power by creating', exec: 'run code in', connect: 'open a tunnel to' },
  disclose: {},
  write: {
    create: 'create',
    update: 'change',
    upsert: 'set',
    rename: 'rename',
    deploy: 'deploy',
    redeploy: 'deploy again',
    restart: 'restart',
    stop: 'stop',
    connect: 'open a connection to',
  },
  read: { connect: 'open a connection to' },
}

const toldElse: Readonly<Record<EffectKind, string>> = {
  unknown: 'do something that Holdpoint does not understand:',
  destroy: 'destroy',
  disarm: 'weaken the protection of',
  escalate: 'gain power over',
  disclose: 'read secrets of',
  write: 'change',
  read: 'read',
}

function phrase({ verb, hit }: Blow): readonly Word[] {
  const kind = hit.effect.kind
  if (kind === 'unknown') return [own(`${toldElse.unknown} `), name(verb)]
  const known = wordsOf(verb)
    .map((word) => toldAs[kind][word])
    .findLast((word) => word !== undefined)
  const some = someWords(hit)
  if (known !== undefined) return [own(`${known} ${some}`), name(labelOf(hit))]
  return [own(`${toldElse[kind]} ${some}`), name(labelOf(hit)), own(' by '), name(verb)]
}

/** `volumeDelete`, `DROP TABLE` */
function wordsOf(verb: string): readonly string[] {
  if (verb === verb.toUpperCase()) {
    return verb.split(' ').flatMap((word) => [word.toLowerCase(), word])
  }
  return verb.split(/(?=[A-Z])|[^a-zA-Z]+/).map((word) => word.toLowerCase())
}

function someWords({ effect, rows }: Hit): string {
  if (rows.kind === 'exact' && (effect.kind === 'destroy' || effect.kind === 'write')) {
    return `${rowsOf(rows)} of `
  }
  return effect.kind !== 'unknown' && effect.extent === 'some' ? 'part of ' : ''
}

function goingWith(hit: Hit): readonly Word[] {
  if (hit.effect.kind !== 'destroy' || hit.backups.kind === 'unknown') return []
  const inside = hit.backups.inside.length
  const surviving = hit.backups.surviving.length
  if (inside === 0) return []
  const survivors =
    surviving === 0
      ? 'none survives'
      : `${surviving} elsewhere ${surviving === 1 ? 'survives' : 'survive'}`
  return [own(` and its ${counted(inside, 'backup')} (${survivors})`)]
}

function placeWords(hit: Hit): readonly Word[] {
  if (hit.environments.kind === 'unknown') {
    return [own('an unknown environment, treated as production')]
  }
  const environments = hit.environments.environments
  return environments.flatMap((environment, at) => {
    const joint = at === 0 ? '' : at === environments.length - 1 ? ' and ' : ', '
    return joint === '' ? [name(environment.name)] : [own(joint), name(environment.name)]
  })
}

function dependantLines(hit: Hit): readonly string[] {
  return (['goes-with', 'depends-on', 'shares'] as const).flatMap((relation) => {
    const found = hit.dependants.filter((dependant) => dependant.relation === relation)
    return found.map((dependant) => `  ${relationWords[relation]}: ${dependantLabel(dependant)}`)
  })
}

export const relationWords: Readonly<Record<Dependant['relation'], string>> = {
  'goes-with': 'goes with it',
  'depends-on': 'needs it',
  shares: 'shares it',
}

export function dependantLabel(dependant: Dependant): string {
  return inert(dependant.label === '' ? dependant.resource : dependant.label)
}

function basisWords(hit: Hit): string {
  if (hit.basis === 'discovered') return ''
  return hit.basis === 'declared'
    ? '; as declared, not found at the provider'
    : '; not found in the inventory'
}

function bannerName(environment: string): string {
  return environment.toUpperCase()
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function own(text: string): Word {
  return { kind: 'own', text }
}

function name(text: string): Word {
  return { kind: 'name', text: inert(text) }
}

/** A name that could be read as part of the sentence is fenced in backticks. */
function plain(words: readonly Word[]): string {
  return words
    .map(({ kind, text }) => (kind === 'own' || isSimple(text) ? text : fenced(text)))
    .join('')
}

function isSimple(text: string): boolean {
  return /^([a-z][a-z-]{0,23} )?[\p{L}\p{N}_.:/@*-]{1,120}$/u.test(text)
}

function fenced(text: string): string {
  return `\`${text.replaceAll('`', '⟨U+0060⟩')}\``
}
