// A catalogue as a line of `holdpoint inspect` may give it: the whole of one, or the part that
// matters. What is left out is as PostgreSQL brings it; names stand for oids where there are none.
import { z } from 'zod'

import { assumedCatalogue } from '../providers/postgres/index.ts'
import type { Catalogue } from '../providers/postgres/index.ts'

const names = z.array(z.string()).default([])

const column = z.union([
  z.string().transform((name) => ({ name, identity: '', generated: '' })),
  z.object({
    name: z.string(),
    identity: z.string().default(''),
    generated: z.string().default(''),
  }),
])

const trigger = z.object({
  name: z.string(),
  type: z.number().int().default(29),
  enabled: z.string().default('O'),
  routine: z.string(),
  definition: z.string().nullable().default(null),
})

const relation = z
  .object({
    oid: z.string().optional(),
    schema: z.string().default('public'),
    name: z.string(),
    kind: z.string().default('r'),
    persistence: z.string().default('p'),
    owner: z.string().default('postgres'),
    columns: z.array(column).default([]),
    parents: names,
    table: z.string().nullable().default(null),
    definition: z.string().nullable().default(null),
    rowSecurity: z.boolean().default(false),
    expressions: names,
    policies: names,
    triggers: z.array(trigger).default([]),
    rules: names,
  })
  .transform((one) => ({ ...one, oid: one.oid ?? `${one.schema}.${one.name}` }))

const foreignKey = z.object({
  name: z.string().default('key'),
  from: z.string(),
  to: z.string(),
  columns: names,
  keys: names,
  onDelete: z.string().default('a'),
  onUpdate: z.string().default('a'),
  inherited: z.boolean().default(false),
})

const routine = z
  .object({
    oid: z.string().optional(),
    schema: z.string().default('public'),
    name: z.string(),
    kind: z.string().default('f'),
    language: z.string().default('sql'),
    volatility: z.string().default('v'),
    owner: z.string().default('postgres'),
    securityDefiner: z.boolean().default(false),
    arguments: z.tuple([z.number().int(), z.number().int()]).default([0, -1]),
    ofRow: z.boolean().default(false),
    settings: names,
    definition: z.string().nullable().default(null),
    extension: z.string().nullable().default(null),
    signature: z.string().default(''),
  })
  .transform((one) => ({ ...one, oid: one.oid ?? `${one.schema}.${one.name}` }))

const session = z.object({
  user: z.string().default('agent'),
  sessionUser: z.string().default('agent'),
  superuser: z.boolean().default(false),
  searchPath: z.array(z.string()).default(['pg_catalog', 'public']),
  searchPathText: z.string().default('"$user", public'),
  temporary: z.string().default(''),
  replicationRole: z.string().default('origin'),
  conformingStrings: z.boolean().default(true),
  encoding: z.string().default('UTF8'),
  holdpoint: z.number().nullable().default(null),
})

const named = z.object({ name: z.string(), statement: z.string() })

const shape = z.strictObject({
  server: z.number().int().default(180000),
  session: session.prefault({}),
  schemas: z
    .array(z.object({ name: z.string(), owner: z.string().default('postgres') }))
    .default([{ name: 'public', owner: 'pg_database_owner' }]),
  relations: z.array(relation).default([]),
  foreignKeys: z.array(foreignKey).default([]),
  routines: z.array(routine).default([]),
  domains: z
    .array(z.object({ schema: z.string().default('public'), name: z.string(), checks: names }))
    .default([]),
  typed: z.array(z.object({ table: z.string(), type: z.string() })).default([]),
  ambient: names,
  eventTriggers: z
    .array(
      z.object({
        name: z.string(),
        event: z.string(),
        enabled: z.string().default('O'),
        routine: z.string(),
      }),
    )
    .default([]),
  extensions: z
    .array(z.object({ name: z.string(), version: z.string().default('1.0') }))
    .default([]),
  prepared: z.array(named).default([]),
  cursors: z.array(named).default([]),
  assumed: z.boolean().optional(),
  version: z.string().optional(),
})

/** null: none was given; a text: why it cannot be one. */
export function catalogueIn(value: unknown, digest: (text: string) => string): Catalogue | string {
  if (value === undefined || value === null) return assumedCatalogue()
  const read = shape.safeParse(value)
  if (!read.success) {
    const [issue] = read.error.issues
    return `\`catalogue.${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'wrong'}`
  }
  return { ...read.data, assumed: false, version: digest(JSON.stringify(read.data)) }
}
