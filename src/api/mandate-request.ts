// What a person writes to grant a mandate, in the shape of OAuth's `authorization_details`: of RFC
// 9396 section 2 the fields `type`, `actions`, `locations`, and a field of our own, `resources`.
// https://www.rfc-editor.org/rfc/rfc9396#section-2
import { z } from 'zod'

import { effectKinds } from '../domain/effect.ts'
import type { KnownEffectKind } from '../domain/effect.ts'
import { Fault } from '../domain/fault.ts'
import { instantOf, later, millisecondsOf } from '../domain/instant.ts'
import type { Budget, Mandate, Scope } from '../domain/mandate.ts'
import { namePattern } from '../domain/names.ts'
import { narrower } from '../domain/narrow.ts'
import type { AgentName, Instant, MandateId, PersonName } from '../domain/names.ts'
import { isNonEmpty, mapNonEmpty } from '../domain/nonempty.ts'

const minutesDefault = 480
const minutesMax = 43_200

const agentName = z
  .string()
  .regex(namePattern, '{value} is not the name of an agent')
  .transform((name) => name as AgentName)

const [, ...known] = effectKinds
const grantable: readonly string[] = known

/** A mandate cannot name the unknown: what cannot be read is never inside one. */
const effect = z
  .string()
  .refine((word) => word !== 'unknown', {
    error: '`unknown` cannot be granted: what Holdpoint cannot read is inside no mandate',
    abort: true,
  })
  .refine((word) => grantable.includes(word), `{value} is none of ${grantable.join(', ')}`)
  .transform((word) => word as KnownEffectKind)

const location = z
  .string()
  .max(200)
  .regex(
    /^(\*|[^*/\s]+)(\/(\*|[^*/\s]+))*$/,
    '{value} is not an environment: write whole segments, as in `shop/staging` or `shop/*`',
  )
  .refine(
    (text) => !text.split('/').includes('unknown'),
    'an unknown environment cannot be granted; name the ones that are meant',
  )

const resourcePattern = z
  .string()
  .max(300)
  .regex(
    /^[a-z0-9-]+:(\*|[A-Za-z0-9]+\/(\*|[^*/\s]+))$/,
    '{value} is not a resource: write `railway:*`, `railway:volume/*` or `railway:volume/ID`',
  )

/** a host that may be tunnelled to */
export const egressHostSchema = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?(?!\d+(\.\d+)*$)[a-z0-9-]+(\.[a-z0-9-]+)+$/,
    '{value} is not a host: write `api.example.com` or `*.example.com`, in lower case',
  )

const count = z.int().min(0).max(1_000_000_000).nullable()

/** What a mandate may spend when nobody says; enough to work, too little to run amok. */
const budgetDefault: Budget = {
  requestsPerMinute: 600,
  writesPerMinute: 60,
  requests: null,
  writes: 1000,
  destroys: 5,
  denials: 10,
  resources: 500,
  rows: 1000,
}

const budget = z.strictObject({
  requestsPerMinute: count.optional(),
  writesPerMinute: count.optional(),
  requests: count.optional(),
  writes: count.optional(),
  destroys: count.optional(),
  denials: count.optional(),
  resources: count.optional(),
  rows: count.optional(),
})

/** one scope, as it is asked for */
export const detailSchema = z.strictObject({
  type: z.literal('holdpoint'),
  actions: z.array(effect).min(1).max(6),
  locations: z.array(location).min(1).max(100),
  resources: z.array(resourcePattern).min(1).max(100).optional(),
})

export const mandateRequestSchema = z.strictObject({
  task: z.string().trim().min(1).max(1000),
  agent: agentName,
  expiresInMinutes: z.int().min(1).max(minutesMax).optional(),
  expiresAt: z.iso.datetime({ offset: true, error: '{value} is not a date and time' }).optional(),
  egress: z.array(egressHostSchema).max(100).default([]),
  budget: budget.default({}),
  holdWaitSeconds: z.int().min(0).max(300).default(0),
  parent: z
    .string()
    .regex(/^[a-z0-9_]{1,80}$/, '{value} is not the id of a mandate')
    .transform((id) => id as MandateId)
    .optional(),
  authorization_details: z.array(detailSchema).min(1).max(50),
})

export type MandateRequest = z.output<typeof mandateRequestSchema>
/** as written: what is left out is filled in by reading it */
export type MandateRequestWritten = z.input<typeof mandateRequestSchema>

export interface GrantContext {
  readonly id: MandateId
  readonly by: PersonName
  readonly now: Instant
  /** the providers that are governed: what a scope means that names no resources */
  readonly providers: readonly string[]
  /** the mandate that this one narrows; null for none */
  readonly parent: Mandate | null
}

/** The mandate that is asked for, or a Fault that says why it cannot be granted. */
export function mandateFrom(request: MandateRequest, context: GrantContext): Mandate {
  const { id, by, now, parent } = context
  const scopes = request.authorization_details.map((one) => scopeFrom(one, context.providers))
  if (!isNonEmpty(scopes)) throw new Fault('mandate-empty', 'a mandate allows at least one thing')
  const mandate: Mandate = {
    id,
    task: request.task,
    grantedBy: by,
    agent: request.agent,
    scopes,
    egress: request.egress,
    budget: budgetFrom(request.budget, parent),
    holdWaitSeconds: request.holdWaitSeconds,
    grantedAt: now,
    expiresAt: expiryOf(request, now, parent),
    parent: parent?.id ?? null,
  }
  const wider = parent === null ? null : narrower(parent, mandate)
  if (wider !== null) throw new Fault('mandate-wider', `wider than its parent: ${wider}; narrow it`)
  return mandate
}

export function scopeFrom(one: z.output<typeof detailSchema>, providers: readonly string[]): Scope {
  const { actions, locations } = one
  const resources = one.resources ?? providers.map((provider) => `${provider}:*`)
  if (!isNonEmpty(resources)) {
    const says = 'no upstream is configured, so say which resources are meant with `resources`'
    throw new Fault('mandate-resources', says)
  }
  if (!isNonEmpty(actions) || !isNonEmpty(locations)) {
    throw new Fault('mandate-empty', 'a scope needs `actions` and `locations`')
  }
  return { effects: mapNonEmpty(actions, (kind) => kind), environments: locations, resources }
}

/** What was not said is the default, or what the parent leaves when that is less. */
function budgetFrom(asked: MandateRequest['budget'], parent: Mandate | null): Budget {
  const limit = (name: keyof Budget): number | null => {
    const said = asked[name]
    if (said !== undefined) return said
    const most = parent?.budget[name] ?? null
    const usual = budgetDefault[name]
    if (most === null || usual === null) return most ?? usual
    return Math.min(most, usual)
  }
  return {
    requestsPerMinute: limit('requestsPerMinute'),
    writesPerMinute: limit('writesPerMinute'),
    requests: limit('requests'),
    writes: limit('writes'),
    destroys: limit('destroys'),
    denials: limit('denials'),
    resources: limit('resources'),
    rows: limit('rows'),
  }
}

function expiryOf(request: MandateRequest, now: Instant, parent: Mandate | null): Instant {
  if (request.expiresAt === undefined) {
    const minutes = request.expiresInMinutes
    const expiresAt = later(now, (minutes ?? minutesDefault) * 60)
    const inherits = minutes === undefined && parent !== null && parent.expiresAt < expiresAt
    return inherits ? parent.expiresAt : expiresAt
  }
  if (request.expiresInMinutes !== undefined) {
    throw new Fault('mandate-expiry', 'say `expiresAt` or `expiresInMinutes`, not both')
  }
  const expiresAt = instantOf(Date.parse(request.expiresAt))
  const latest = later(now, minutesMax * 60)
  if (expiresAt <= now) throw new Fault('mandate-expiry', `\`${request.expiresAt}\` is past`)
  if (millisecondsOf(expiresAt) > millisecondsOf(latest)) {
    throw new Fault('mandate-expiry', `a mandate lasts at most ${minutesMax} minutes (30 days)`)
  }
  return expiresAt
}

/** The scopes of a mandate in the shape in which they were asked for. */
export function authorizationDetails(mandate: Mandate): readonly object[] {
  return mandate.scopes.map(({ effects, environments, resources }) => ({
    type: 'holdpoint',
    actions: effects,
    locations: environments,
    resources,
  }))
}
