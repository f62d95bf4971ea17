import { effectKinds } from '../domain/effect.ts'
import type { KnownEffectKind } from '../domain/effect.ts'
import type { Budget, Mandate, Scope } from '../domain/mandate.ts'
import { inert } from '../wire/inert.ts'

export const effectWords: Readonly<Record<KnownEffectKind, string>> = {
  read: 'read',
  write: 'write',
  disclose: 'read secrets',
  escalate: 'gain power',
  disarm: 'weaken protections',
  destroy: 'destroy',
}

/** mildest first, as people count up what they allow */
const order = [...effectKinds].reverse().filter((kind) => kind !== 'unknown')

/** What an agent may do under it, what it may not, and how long: a clause each. */
export interface MandateWords {
  readonly may: string
  readonly mayNot: string
  readonly until: string
}

export function mandateWords(mandate: Mandate): MandateWords {
  const granted = new Set(mandate.scopes.flatMap(({ effects }) => effects))
  const never = order.filter((kind) => !granted.has(kind)).map((kind) => effectWords[kind])
  const elsewhere = 'act in other environments, or do what Holdpoint cannot read'
  const nothing = never.length === 0 ? '' : `${listed(never, 'or')} anywhere, `
  return {
    may: scopesWords(mandate),
    mayNot: `${nothing}${elsewhere}`,
    until: `${mandate.expiresAt}, or ${budgetWords(mandate.budget)}`,
  }
}

/** What is allowed, in words: for a mandate, and for what an agent asks for beside one. */
export function scopesWords({ scopes, egress }: Pick<Mandate, 'scopes' | 'egress'>): string {
  const hosts = egress.map(inert).join(', ')
  return `${scopes.map(scopeWords).join('; ')}${hosts === '' ? '' : `; connect to ${hosts}`}`
}

function scopeWords({ effects, environments, resources }: Scope): string {
  const verbs = order.filter((kind) => effects.includes(kind)).map((kind) => effectWords[kind])
  const where = listed(environments.map(inert), 'and')
  return `${listed(verbs, 'and')} in ${where} on ${listed(resources.map(inert), 'and')}`
}

function budgetWords(budget: Budget): string {
  const limits: readonly (readonly [number | null, string])[] = [
    [budget.destroys, 'destructions'],
    [budget.denials, 'refusals'],
    [budget.writes, 'writes'],
    [budget.requests, 'requests'],
    [budget.resources, 'resources'],
    [budget.requestsPerMinute, 'requests a minute'],
    [budget.writesPerMinute, 'writes a minute'],
  ]
  const known = limits.flatMap(([limit, noun]) => (limit === null ? [] : [`${limit} ${noun}`]))
  const most = known.length === 0 ? 'no budget' : `more than ${listed(known, 'or')}`
  return budget.rows === null ? most : `${most}; asks a person beyond ${budget.rows} rows at once`
}

/** `a, b and c` */
export function listed(words: readonly string[], joint: string): string {
  const last = words.at(-1) ?? ''
  const rest = words.slice(0, -1)
  return rest.length === 0 ? last : `${rest.join(', ')} ${joint} ${last}`
}
