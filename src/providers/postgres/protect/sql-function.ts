// Every function of the schema is made in one way: owned by the enrolling role, with a search path
// that no caller can turn, and callable by nobody until it is granted.

export interface SqlFunction {
  /** `begin_trial` */
  readonly name: string
  /** `key text, action text` */
  readonly takes: string
  readonly returns: string
  readonly body: string
  /** gate: anyone may call it, and it asks for the key first; admin: the enrolling role only */
  readonly for: 'gate' | 'admin'
  readonly language?: 'plpgsql' | 'sql'
  /** an SQL body whose plan is kept between calls: it is run inside PL/pgSQL */
  readonly planned?: true
  /** none: every name in the body is qualified */
  readonly path?: 'none'
  /** further words: `STABLE`, `SET DateStyle = ISO` */
  readonly also?: string
}

/** In which a value's text is exact, and the same whoever asks. */
export const exactSettings = [
  'SET DateStyle = ISO, YMD',
  'SET IntervalStyle = postgres',
  'SET extra_float_digits = 3',
  'SET bytea_output = hex',
  "SET TimeZone = 'UTC'",
  'SET xmloption = content',
].join(' ')

export function functionSql(made: SqlFunction): string {
  const { name, takes, returns, also = '' } = made
  const language = made.planned === true ? 'plpgsql' : (made.language ?? 'plpgsql')
  const body = made.planned === true ? plannedBody(made) : made.body
  const path = made.path === 'none' ? '' : 'SET search_path = pg_catalog, pg_temp'
  return `
CREATE OR REPLACE FUNCTION holdpoint.${name}(${takes}) RETURNS ${returns}
LANGUAGE ${language} SECURITY DEFINER ${path} ${also}
AS $holdpoint$${body}$holdpoint$;
`
}

function plannedBody({ returns, body }: SqlFunction): string {
  const many = /^(TABLE|SETOF)/.test(returns)
  const run = many ? `RETURN QUERY ${body.trim()};` : `RETURN (${body.trim()});`
  return `\n#variable_conflict use_column\nBEGIN\n${run}\nEND\n`
}

/** After all functions are there. */
export function grantsSql(functions: readonly SqlFunction[]): string {
  const names = [...new Set(functions.filter((one) => one.for === 'gate').map((one) => one.name))]
  return [
    'REVOKE ALL ON ALL ROUTINES IN SCHEMA holdpoint FROM PUBLIC;',
    'GRANT USAGE ON SCHEMA holdpoint TO PUBLIC;',
    ...names.map((name) => `GRANT EXECUTE ON FUNCTION holdpoint.${name} TO PUBLIC;`),
  ].join('\n')
}
