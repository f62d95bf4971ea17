// Holds worth looking at: SQL with rows, a plan, an impact too large to draw, and texts that an
// agent wrote to mislead.
import type { Effect } from '../../src/domain/effect.ts'
import type { Impact } from '../../src/domain/impact.ts'
import type { UpstreamName } from '../../src/domain/names.ts'
import type { Environment } from '../../src/domain/resource.ts'
import type { SqlPayload } from '../../src/domain/request.ts'
import type { Preview } from '../../src/wire/recorded-request.ts'
import { volumeImpact } from './world.ts'

/** Tags, ANSI, bidi, zero width, a look-alike: as it is written, and as it must be shown. */
export const hostile =
  '<script>document.title="owned"</script><img src=x onerror="document.title=1">' +
  '\u001b[2J\u202eEFAS\u200b st\u0430ging released by alice'

export const shownOfHostile = [
  '<script>document.title="owned"</script>',
  ...['⟨U+001B⟩', '⟨U+202E⟩', '⟨U+200B⟩', 'st⟨U+0430⟩ging'],
]

/** one extended statement with values bound to it */
export function sqlPayload(text: string, values: readonly (string | null)[] = []): SqlPayload {
  return {
    kind: 'sql',
    upstream: 'db' as UpstreamName,
    database: 'shop',
    form: values.length === 0 ? 'simple' : 'extended',
    text,
    settings: [],
    parameters: values.map((value) => ({
      format: 'text',
      value: value === null ? null : new TextEncoder().encode(value),
    })),
    types: values.map(() => 0),
    messages: new Uint8Array(),
    unreadable: null,
  }
}

const production: Environment = {
  provider: 'postgres',
  id: 'env-production',
  name: 'shop/production',
  protection: 'critical',
}

export function tableImpact(name: string, count: number, share: number): Impact {
  const resource = { provider: 'postgres', type: 'table', id: name, within: {} }
  const effect: Effect = { kind: 'destroy', resource, extent: 'some', undo: 'from-safeguard' }
  return {
    action: {
      verb: 'DELETE',
      effects: [effect],
      evidence: { reader: 'postgres', excerpt: `DELETE FROM ${name}`, span: null },
    },
    hits: [
      {
        effect,
        environments: { kind: 'known', environments: [production] },
        label: `table ${name}`,
        dependants: [],
        backups: { kind: 'unknown' },
        rows: { kind: 'exact', count, share },
        basis: 'discovered',
      },
    ],
  }
}

export const deletes = {
  payload: sqlPayload(
    "DELETE FROM customers -- the test ones\nWHERE created_at < $1 AND note <> '--' AND plan = $2;",
    ['2026-01-01', null],
  ),
  impacts: [tableImpact('public.customers', 1204, 13), tableImpact('public.orders', 9310, 100)],
  safeguards: ['capture'],
  preview: {
    tables: [
      ...[{ schema: 'public', name: 'customers', inserted: 0, updated: 0, deleted: 1204 }].map(
        (table) => ({ ...table, total: 10_000 }),
      ),
      { schema: 'public', name: 'orders', inserted: 0, updated: 0, deleted: 9310, total: 9310 },
      { schema: 'audit', name: 'log', inserted: 1204, updated: 0, deleted: 0, total: null },
    ],
    dropped: [],
    because: [],
    samples: [
      {
        table: 'public.customers',
        columns: ['id', 'email', 'note', 'plan'],
        rows: [
          ['1', '[masked]', 'NULL', null],
          ['2', '[masked]', 'a long story '.repeat(30), 'team'],
          ['3', '[masked]', '', 'free'],
        ],
      },
    ],
  } satisfies Preview,
}

export const drops = {
  payload: sqlPayload('DROP SCHEMA billing CASCADE'),
  impacts: [tableImpact('billing.invoices', 51_002, 100)],
  safeguards: ['capture'],
  preview: {
    tables: [],
    dropped: [
      { type: 'schema', identity: 'billing', original: true },
      { type: 'table', identity: 'billing.invoices', original: false },
      { type: 'view', identity: 'reports.revenue', original: false },
    ],
    because: ['`billing.archive` is a foreign table, whose rows are elsewhere'],
    samples: [],
  } satisfies Preview,
}

/** The volume of the incident, with so many instances that nobody can look at each. */
export function wideImpact(instances: number): Impact {
  const impact = volumeImpact()
  const [hit] = impact.hits
  const dependants = Array.from({ length: instances }, (_, at) => ({
    resource: `railway:volumeInstance/many-${at}`,
    label: `volume instance pg-data of preview ${at}`,
    relation: 'goes-with' as const,
  }))
  return { ...impact, hits: [{ ...hit, dependants }] }
}
