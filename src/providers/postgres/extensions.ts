// Extensions that are known: those whose C functions only compute, those that are trusted to be
// installed, and the functions among them that do more.

/** Their functions in C compute from what they are given, and touch nothing. */
const computing: ReadonlySet<string> = new Set([
  'address_standardizer',
  'bloom',
  'btree_gin',
  'btree_gist',
  'citext',
  'cube',
  'dict_int',
  'dict_xsyn',
  'earthdistance',
  'fuzzystrmatch',
  'hstore',
  'hypopg',
  'insert_username',
  'intarray',
  'isn',
  'ltree',
  'moddatetime',
  'pg_buffercache',
  'pg_freespacemap',
  'pg_stat_statements',
  'pg_trgm',
  'pg_uuidv7',
  'pg_visibility',
  'pgcrypto',
  'pgrowlocks',
  'pgstattuple',
  'plpgsql',
  'postgis',
  'postgis_raster',
  'postgis_sfcgal',
  'postgis_topology',
  'seg',
  'sslinfo',
  'tablefunc',
  'tcn',
  'tsm_system_rows',
  'tsm_system_time',
  'unaccent',
  'uuid-ossp',
  'vector',
  'xml2',
])

/** Functions of those that run SQL they are given, or change something. */
const acting: ReadonlySet<string> = new Set([
  'connectby',
  'crosstab',
  'crosstab2',
  'crosstab3',
  'crosstab4',
  'pg_stat_statements_reset',
  'pg_truncate_visibility_map',
  'pg_buffercache_evict',
  'pg_buffercache_evict_all',
  'pg_buffercache_evict_relation',
  'xpath_table',
])

/** Why a function of an extension cannot be known; `harmless` when it only computes. */
export function extensionRow(extension: string, name: string): string {
  if (!computing.has(extension)) {
    return `\`${name}\` comes with the extension \`${extension}\`, which is not in the table`
  }
  return acting.has(name) ? `\`${name}\` runs what it is given, or resets something` : 'harmless'
}

/** Marked trusted by PostgreSQL or known to only add types and functions that compute. */
export function isTrustedExtension(name: string): boolean {
  const outside = ['pg_buffercache', 'pg_visibility', 'pg_stat_statements', 'xml2']
  return computing.has(name) && !outside.includes(name)
}
