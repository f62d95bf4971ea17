// What people ask for most, as mandates to begin with. Each is a request like any other, to be read
// and changed before it is granted. The console's page imports this file: it imports types alone.
import type { KnownEffectKind } from '../domain/effect.ts'
import type { MandateRequestWritten } from './mandate-request.ts'

export interface MandateTemplate {
  readonly id: string
  readonly title: string
  readonly says: string
  /** the task, until a person says it in their own words */
  readonly task: string
  readonly minutes: number
  /** the environments that it is meant for, of those that are there */
  readonly fits: (environment: string) => boolean
  readonly scopes: readonly TemplateScope[]
  readonly budget: NonNullable<MandateRequestWritten['budget']>
}

export interface TemplateScope {
  readonly effects: readonly KnownEffectKind[]
  /** empty: all that is governed */
  readonly resources: readonly string[]
}

export interface TemplateAnswers {
  readonly agent: string
  readonly environments: readonly string[]
}

const production = (name: string): boolean => /(^|\/)prod(uction)?$/i.test(name)
const staging = (name: string): boolean => /(^|\/)(staging|stage|test|qa)$/i.test(name)
const development = (name: string): boolean => !production(name) && !staging(name)

export const mandateTemplates: readonly MandateTemplate[] = [
  {
    id: 'fix-staging',
    title: 'Fix staging',
    says: 'Read and change what is there. Nothing is destroyed, no secrets are read.',
    task: 'Fix what is broken in staging.',
    minutes: 480,
    fits: staging,
    scopes: [{ effects: ['read', 'write'], resources: [] }],
    budget: { destroys: 0 },
  },
  {
    id: 'look-at-production',
    title: 'Read-only look at production',
    says: 'Read, and nothing else.',
    task: 'Look at production, and change nothing.',
    minutes: 60,
    fits: production,
    scopes: [{ effects: ['read'], resources: [] }],
    budget: { writes: 0, destroys: 0 },
  },
  {
    id: 'manage-domains',
    title: 'Manage domains',
    says: 'Read everything there; add and change domains. Removing one is not in it.',
    task: 'Set up the domains.',
    minutes: 240,
    fits: () => false,
    scopes: [
      { effects: ['read'], resources: [] },
      {
        effects: ['write'],
        resources: ['railway:customDomain/*', 'railway:serviceDomain/*', 'railway:railwayDomain/*'],
      },
    ],
    budget: { writes: 50, destroys: 0 },
  },
  {
    id: 'migrate-staging-database',
    title: 'Migrate a staging database',
    says: 'Read, change and drop in databases alone. What is dropped is kept where it is enrolled.',
    task: 'Migrate the database of staging to the new schema.',
    minutes: 120,
    fits: staging,
    scopes: [{ effects: ['read', 'write', 'destroy'], resources: ['postgres:*'] }],
    budget: { destroys: 20 },
  },
  {
    id: 'deploy',
    title: 'Deploy services',
    says: 'Read everything there; change services and their deployments.',
    task: 'Deploy the services.',
    minutes: 240,
    fits: staging,
    scopes: [
      { effects: ['read'], resources: [] },
      { effects: ['write'], resources: ['railway:service/*', 'railway:deployment/*'] },
    ],
    budget: { writes: 100, destroys: 0 },
  },
  {
    id: 'free-hand',
    title: 'A free hand in development',
    says: 'Everything but what opens a way round the gate, where nobody minds.',
    task: 'Work on development as you see fit.',
    minutes: 480,
    fits: development,
    scopes: [{ effects: ['read', 'write', 'disclose', 'disarm', 'destroy'], resources: [] }],
    budget: {},
  },
]

/** The mandate that a template makes of a few answers. */
export function requestFrom(
  { task, minutes, scopes, budget }: MandateTemplate,
  { agent, environments }: TemplateAnswers,
): MandateRequestWritten {
  return {
    task,
    agent,
    expiresInMinutes: minutes,
    budget,
    authorization_details: scopes.map(({ effects, resources }) => ({
      type: 'holdpoint' as const,
      actions: [...effects],
      locations: [...environments],
      ...(resources.length === 0 ? {} : { resources: [...resources] }),
    })),
  }
}
