// What is attached to tables: constraints, indexes, rules, triggers, policies, statistics.
import { quoteName } from '../statement.ts'
import type { Statement } from '../statement.ts'
import { dress, keyOf, notOfExtension, ownSchema, ownerSql } from './collected.ts'
import { ranks, rowsOf } from './collected.ts'
import type { Collected, Owned } from './collected.ts'
import { commentOn } from './foundations.ts'

interface Attached {
  readonly oid: number
  readonly name: string
  readonly table: string
  readonly tableOid: number
  readonly make: string | null
  readonly comment: string | null
}

const table = "format('%I.%I', n.nspname, c.relname)"

export async function readConstraints(collected: Collected): Promise<void> {
  const found = await rowsOf<Attached & { type: string; options: string | null; index: string }>(
    collected,
    `SELECT o.oid, o.conname AS name, ${table} AS table, c.oid AS "tableOid", o.contype AS type,
       pg_get_constraintdef(o.oid) AS make, obj_description(o.oid, 'pg_constraint') AS comment,
       CASE WHEN o.contype IN ('p', 'u', 'x')
         THEN format('%I.%I', n.nspname, ic.relname) END AS index,
       (SELECT string_agg(quote_ident(split_part(p, '=', 1)) || '=' ||
          quote_literal(substr(p, strpos(p, '=') + 1)), ', ' ORDER BY p)
        FROM unnest(ic.reloptions) p) AS options
     FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_class ic ON ic.oid = o.conindid
     WHERE ${ownSchema} AND ${notOfExtension('relation', 'c.oid')}
       AND (o.contype IN ('p', 'u', 'x') OR o.contype = 'c' AND o.conislocal
         OR o.contype = 'f' AND o.conparentid = 0 OR o.contype = 'n' AND NOT o.convalidated)
     ORDER BY 1`,
  )
  for (const one of found) {
    const only = one.type === 'c' || one.type === 'f' || one.type === 'n' ? '' : 'ONLY '
    const name = quoteName(one.name)
    const made: Statement[] = [
      [`ALTER TABLE ${only}${one.table} ADD CONSTRAINT ${name} ${one.make ?? ''}`],
    ]
    if (one.options !== null && only !== '') {
      made.push([`ALTER INDEX ${one.index} SET (${one.options})`])
    }
    collected.objects.push({
      ...{ key: keyOf('constraint', one.oid), name: `CONSTRAINT ${name} ON ${one.table}` },
      ...{ rank: one.type === 'f' ? ranks.foreignKey : ranks.constraint, side: 'after' },
      make: [...made, ...commentOn(`CONSTRAINT ${name} ON ${one.table}`, one.comment)],
      needs: [keyOf('relation', one.tableOid)],
    })
  }
}

interface Index extends Attached {
  readonly parentOid: number | null
  readonly parent: string | null
  readonly constraint: boolean
  readonly clustered: boolean
  readonly identity: boolean
  readonly targets: readonly (readonly [number, number])[]
}

export async function readIndexes(collected: Collected): Promise<void> {
  const found = await rowsOf<Index>(
    collected,
    `SELECT ic.oid, format('%I.%I', n.nspname, ic.relname) AS name, ${table} AS table,
       c.oid AS "tableOid", pg_get_indexdef(ic.oid) AS make,
       obj_description(ic.oid, 'pg_class') AS comment, i.indisclustered AS clustered,
       i.indisreplident AS identity, EXISTS (SELECT 1 FROM pg_constraint o
         WHERE o.conindid = ic.oid AND o.contype IN ('p', 'u', 'x')) AS constraint,
       h.inhparent AS "parentOid", (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_class p
         JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid = h.inhparent) AS parent,
       ARRAY(SELECT json_build_array(a.attnum, a.attstattarget) FROM pg_attribute a
         WHERE a.attrelid = ic.oid AND a.attstattarget >= 0 ORDER BY a.attnum) AS targets
     FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
     JOIN pg_namespace n ON n.oid = ic.relnamespace LEFT JOIN pg_inherits h ON h.inhrelid = ic.oid
     WHERE c.relkind IN ('r', 'p', 'm') AND ${ownSchema}
       AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) addIndex(collected, one)
}

function addIndex(collected: Collected, one: Index): void {
  const key = keyOf('relation', one.oid)
  const { name } = one
  const made: Statement[] = one.constraint ? [] : [[one.make ?? '']]
  for (const [column, target] of one.targets) {
    made.push([`ALTER INDEX ${name} ALTER COLUMN ${column} SET STATISTICS ${target}`])
  }
  const bare = quoteBare(name)
  if (one.clustered) made.push([`ALTER TABLE ${one.table} CLUSTER ON ${bare}`])
  if (one.identity) {
    made.push([`ALTER TABLE ONLY ${one.table} REPLICA IDENTITY USING INDEX ${bare}`])
  }
  made.push(...commentOn(`INDEX ${name}`, one.comment))
  collected.objects.push({
    ...{ key, name: `INDEX ${name}`, rank: ranks.constraint, side: 'after', make: made },
    needs: [keyOf('relation', one.tableOid)],
  })
  if (one.parentOid === null || one.parent === null) return
  collected.objects.push({
    ...{ key: `attach:${one.oid}`, name: `INDEX ${name}`, rank: ranks.attachIndex, side: 'after' },
    make: [[`ALTER INDEX ${one.parent} ATTACH PARTITION ${name}`]],
    needs: [key, keyOf('relation', one.parentOid)],
  })
}

/** The last name of two, as it is quoted there. */
function quoteBare(qualified: string): string {
  return /(?:"(?:[^"]|"")*"|[^".]+)$/.exec(qualified)?.[0] ?? qualified
}

const states: Readonly<Record<string, string>> = {
  D: 'DISABLE',
  R: 'ENABLE REPLICA',
  A: 'ENABLE ALWAYS',
}

export async function readRules(collected: Collected): Promise<void> {
  const found = await rowsOf<Attached & { state: string }>(
    collected,
    `SELECT r.oid, r.rulename AS name, ${table} AS table, c.oid AS "tableOid",
       pg_get_ruledef(r.oid) AS make, r.ev_enabled AS state,
       obj_description(r.oid, 'pg_rewrite') AS comment
     FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE r.rulename <> '_RETURN' AND ${ownSchema}
       AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) attach(collected, 'rule', ranks.rule, one, one.state)
}

export async function readTriggers(collected: Collected): Promise<void> {
  const found = await rowsOf<Attached & { state: string; cloned: boolean }>(
    collected,
    `SELECT t.oid, t.tgname AS name, ${table} AS table, c.oid AS "tableOid",
       t.tgparentid <> 0 AS cloned, pg_get_triggerdef(t.oid) AS make, t.tgenabled AS state,
       obj_description(t.oid, 'pg_trigger') AS comment
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT t.tgisinternal AND ${ownSchema}
       AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) {
    const make = one.cloned ? null : one.make
    attach(collected, 'trigger', ranks.trigger, { ...one, make }, one.state)
  }
}

function attach(
  collected: Collected,
  kind: 'rule' | 'trigger',
  rank: number,
  one: Attached,
  state: string,
): void {
  const name = quoteName(one.name)
  const target = `${kind.toUpperCase()} ${name} ON ${one.table}`
  const made: Statement[] = one.make === null ? [] : [[one.make.replace(/;\s*$/, '')]]
  const word = states[state]
  const only = kind === 'trigger' ? 'ONLY ' : ''
  if (word !== undefined) {
    made.push([`ALTER TABLE ${only}${one.table} ${word} ${kind.toUpperCase()} ${name}`])
  }
  collected.objects.push({
    ...{ key: keyOf(kind, one.oid), name: target, rank, side: 'after' },
    make: [...made, ...commentOn(target, one.comment)],
    needs: [keyOf('relation', one.tableOid)],
  })
}

interface Policy extends Attached {
  readonly permissive: boolean
  readonly command: string
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
}

const commands: Readonly<Record<string, string>> = {
  r: 'SELECT',
  a: 'INSERT',
  w: 'UPDATE',
  d: 'DELETE',
  '*': 'ALL',
}

export async function readPolicies(collected: Collected): Promise<void> {
  const found = await rowsOf<Policy>(
    collected,
    `SELECT p.oid, p.polname AS name, ${table} AS table, c.oid AS "tableOid", NULL AS make,
       obj_description(p.oid, 'pg_policy') AS comment, p.polpermissive AS permissive,
       p.polcmd AS command, ARRAY(SELECT CASE WHEN o = 0 THEN '' ELSE pg_get_userbyid(o) END
         FROM unnest(p.polroles) o ORDER BY 1) AS roles,
       pg_get_expr(p.polqual, p.polrelid) AS using,
       pg_get_expr(p.polwithcheck, p.polrelid) AS check
     FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE ${ownSchema} AND ${notOfExtension('relation', 'c.oid')} ORDER BY 1`,
  )
  for (const one of found) {
    const target = `POLICY ${quoteName(one.name)} ON ${one.table}`
    const roles = one.roles.flatMap((role, index) => [
      ...(index > 0 ? [', '] : []),
      role === '' ? 'PUBLIC' : { role },
    ])
    const kind = `AS ${one.permissive ? 'PERMISSIVE' : 'RESTRICTIVE'}`
    const start = `CREATE ${target} ${kind} FOR ${commands[one.command] ?? one.command} TO `
    const using = one.using === null ? '' : ` USING (${one.using})`
    const check = one.check === null ? '' : ` WITH CHECK (${one.check})`
    collected.objects.push({
      ...{ key: keyOf('policy', one.oid), name: target, rank: ranks.policy, side: 'after' },
      make: [[start, ...roles, using + check], ...commentOn(target, one.comment)],
      needs: [keyOf('relation', one.tableOid)],
    })
  }
}

export async function readStatistics(collected: Collected): Promise<void> {
  const found = await rowsOf<Owned & { make: string; goal: number | null }>(
    collected,
    `SELECT s.oid, format('STATISTICS %I.%I', n.nspname, s.stxname) AS target, NULL AS acl,
       ${ownerSql('s.stxowner')}, obj_description(s.oid, 'pg_statistic_ext') AS comment,
       pg_get_statisticsobjdef(s.oid) AS make,
       CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END AS goal
     FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
     WHERE ${ownSchema} AND ${notOfExtension('statistics', 's.oid')} ORDER BY 1`,
  )
  for (const one of found) {
    const goal: Statement[] =
      one.goal === null ? [] : [[`ALTER ${one.target} SET STATISTICS ${one.goal}`]]
    collected.objects.push({
      ...{ key: keyOf('statistics', one.oid), name: one.target, rank: ranks.statistics },
      ...{ side: 'after', needs: [] },
      make: [[one.make], ...goal, ...dress(collected, one)],
    })
  }
}
