// What a server's catalogue says, as far as it decides what a statement does: a snapshot, read on
// the agent's own session (its search path, its role, its temporary tables).

export interface Catalogue {
  /** `server_version_num`: 180004 */
  readonly server: number
  readonly session: SessionFacts
  readonly schemas: readonly SchemaFacts[]
  /** all but the system's own, and other sessions' temporary ones */
  readonly relations: readonly Relation[]
  readonly foreignKeys: readonly ForeignKey[]
  /** all that PostgreSQL did not bring itself */
  readonly routines: readonly Routine[]
  readonly domains: readonly Domain[]
  /** columns of types that people made: they fall with the type */
  readonly typed: readonly Readonly<{ table: string; type: string }>[]
  /** oids of routines that run unasked: of casts, operators, operator classes, aggregates' parts */
  readonly ambient: readonly string[]
  readonly eventTriggers: readonly EventTrigger[]
  readonly extensions: readonly Readonly<{ name: string; version: string }>[]
  /** of this session */
  readonly prepared: readonly Readonly<{ name: string; statement: string }>[]
  /** of this session */
  readonly cursors: readonly Readonly<{ name: string; statement: string }>[]
  /** true: nothing was read, and a name that PostgreSQL does not ship is taken for a plain table */
  readonly assumed: boolean
  /** equal for equal catalogues, and for no others: a canonical text or its digest */
  readonly version: string
}

export interface SessionFacts {
  readonly user: string
  readonly sessionUser: string
  readonly superuser: boolean
  /** schemas in the order of search, implicit ones too: `current_schemas(true)` */
  readonly searchPath: readonly string[]
  /** the setting as it is written */
  readonly searchPathText: string
  /** `pg_temp_3`; empty when the session has none yet */
  readonly temporary: string
  readonly replicationRole: string
  readonly conformingStrings: boolean
  readonly encoding: string
  /** its version where schema `holdpoint` is installed and usable; null where it is not */
  readonly holdpoint: number | null
}

export interface SchemaFacts {
  readonly name: string
  readonly owner: string
}

export interface Relation {
  readonly oid: string
  readonly schema: string
  readonly name: string
  /** `pg_class.relkind`: r table, p partitioned, v view, m materialized, f foreign, S sequence, … */
  readonly kind: string
  /** p permanent, u unlogged, t temporary */
  readonly persistence: string
  readonly owner: string
  readonly columns: readonly Column[]
  /** oids of the tables it is a partition of or inherits from */
  readonly parents: readonly string[]
  /** oid of the table, for an index and for a sequence that belongs to a column */
  readonly table: string | null
  /** of a view, as SQL */
  readonly definition: string | null
  readonly rowSecurity: boolean
  /** SQL expressions that run when rows are written: defaults, checks, generated, indexes */
  readonly expressions: readonly string[]
  /** SQL expressions of its policies, which run whenever it is read */
  readonly policies: readonly string[]
  readonly triggers: readonly Trigger[]
  /** rules as CREATE RULE, but the one of a view */
  readonly rules: readonly string[]
}

export interface Column {
  readonly name: string
  /** a always, d by default, empty: none */
  readonly identity: string
  /** s stored, v virtual, empty: none */
  readonly generated: string
}

export interface Trigger {
  readonly name: string
  /** `pg_trigger.tgtype`: 1 row, 2 before, 4 insert, 8 delete, 16 update, 32 truncate, 64 instead */
  readonly type: number
  /** O origin, D disabled, R replica, A always */
  readonly enabled: string
  readonly routine: string
  /** a condition of its own, as SQL; null when it has none */
  readonly definition: string | null
}

export interface ForeignKey {
  readonly name: string
  /** oid of the table that has the key */
  readonly from: string
  /** oid of the table referred to */
  readonly to: string
  readonly columns: readonly string[]
  /** the columns referred to */
  readonly keys: readonly string[]
  /** a no action, r restrict, c cascade, n set null, d set default */
  readonly onDelete: string
  readonly onUpdate: string
  /** it is the part that a partition has in a key of its parent */
  readonly inherited: boolean
}

export interface Routine {
  readonly oid: string
  readonly schema: string
  readonly name: string
  /** f function, p procedure, a aggregate, w window */
  readonly kind: string
  readonly language: string
  readonly volatility: string
  readonly owner: string
  readonly securityDefiner: boolean
  /** least and greatest number of arguments; -1 for any number */
  readonly arguments: readonly [least: number, most: number]
  /** it can be called as if it were a column: of one argument, which may be a row */
  readonly ofRow: boolean
  /** `name=value` settings of its own */
  readonly settings: readonly string[]
  /** CREATE FUNCTION as SQL; null for what cannot be shown so */
  readonly definition: string | null
  /** the extension it came with */
  readonly extension: string | null
  /** types of its arguments, for ALTER and DROP: `integer, text` */
  readonly signature: string
}

export interface Domain {
  readonly schema: string
  readonly name: string
  readonly checks: readonly string[]
}

export interface EventTrigger {
  readonly name: string
  readonly event: string
  readonly enabled: string
  readonly routine: string
}

/** What may be assumed where nobody could be asked: PostgreSQL as it comes, and plain tables. */
export function assumedCatalogue(): Catalogue {
  return {
    server: 180000,
    session: {
      user: 'agent',
      sessionUser: 'agent',
      superuser: false,
      searchPath: ['pg_catalog', 'public'],
      searchPathText: '"$user", public',
      temporary: '',
      replicationRole: 'origin',
      conformingStrings: true,
      encoding: 'UTF8',
      holdpoint: null,
    },
    schemas: [{ name: 'public', owner: 'pg_database_owner' }],
    relations: [],
    foreignKeys: [],
    routines: [],
    domains: [],
    typed: [],
    ambient: [],
    eventTriggers: [],
    extensions: [{ name: 'plpgsql', version: '1.0' }],
    prepared: [],
    cursors: [],
    assumed: true,
    version: 'assumed',
  }
}
