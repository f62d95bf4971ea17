// Columns that fall or change their type: the table is kept whole before, each row is paired with
// what became of it, and every definition that leans on the table is written down while it still
// stands.
import type { SqlFunction } from './sql-function.ts'

export const imageFunctions: readonly SqlFunction[] = [
  {
    name: 'family_of',
    takes: 'root oid',
    returns: 'TABLE (rel oid, kind "char")',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  WITH RECURSIVE family AS (SELECT root AS rel UNION SELECT h.inhrelid FROM family f
      JOIN pg_inherits h ON h.inhparent = f.rel)
  SELECT f.rel, c.relkind FROM family f JOIN pg_class c ON c.oid = f.rel
`,
  },
  {
    name: 'columns_of',
    takes: 'rel oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'number', a.attnum,
      'generated', a.attgenerated, 'identity', a.attidentity,
    'type', format_type(a.atttypid, a.atttypmod), 'notnull', a.attnotnull, 'expression', pg_get_expr(d.adbin, d.adrelid),
    'collation', CASE WHEN a.attcollation <> t.typcollation THEN (SELECT format('%I.%I',
        s.nspname, l.collname) FROM pg_collation l
      JOIN pg_namespace s ON s.oid = l.collnamespace WHERE l.oid = a.attcollation) END,
    'storage', CASE a.attstorage WHEN t.typstorage THEN null WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END,
    'statistics', CASE WHEN coalesce((to_jsonb(a)->>'attstattarget')::integer, -1) >= 0 THEN to_jsonb(a)->'attstattarget' END,
    'comment', col_description(rel, a.attnum),
    'grants', (SELECT jsonb_agg(format('GRANT %s (%I) ON %s TO %s%s', e.privilege_type, a.attname, rel::regclass,
      CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
      CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)) FROM aclexplode(a.attacl) e),
    'sequence', CASE WHEN a.attidentity <> ''
        THEN holdpoint.sequence_options(pg_get_serial_sequence(rel::regclass::text, a.attname)) END)
    ORDER BY a.attnum), '[]')
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d
      ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped
`,
  },
  {
    name: 'sequence_options',
    takes: 'name text',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  made jsonb;
BEGIN
  EXECUTE format('SELECT jsonb_build_object(''name'', %1$L, ''value'', v.last_value, ''called'', v.is_called, ''options'', format(
    ''INCREMENT %%s MINVALUE %%s MAXVALUE %%s START %%s CACHE %%s%%s'', q.seqincrement,
        q.seqmin, q.seqmax, q.seqstart, q.seqcache,
    CASE WHEN q.seqcycle THEN '' CYCLE'' ELSE '''' END)) FROM %1$s v, pg_sequence q
        WHERE q.seqrelid = %1$L::regclass', name) INTO made;
  RETURN made;
END
`,
  },
  {
    name: 'define_sequence',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  name text := object::regclass::text;
  o jsonb := holdpoint.sequence_options(name);
  c pg_class;
  link text;
  internal boolean;
BEGIN
  SELECT * INTO c FROM pg_class x WHERE x.oid = object;
  SELECT format('ALTER SEQUENCE %s OWNED BY %s.%I', name, d.refobjid::regclass, a.attname), d.deptype = 'i' INTO link, internal
    FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objid = object AND d.deptype IN ('a', 'i');
  IF internal THEN RETURN '{"skip": true}'; END IF;
  RETURN jsonb_build_object('rel', 0, 'name', name, 'rank', 41, 'early', jsonb_build_array(
    format('CREATE SEQUENCE %s AS %s %s', name, (SELECT format_type(q.seqtypid, null)
        FROM pg_sequence q WHERE q.seqrelid = object), o->>'options'),
    format('SELECT setval(%L, %s, %s)', name, o->>'value', o->>'called'),
    format('ALTER SEQUENCE %s OWNER TO %I', name, pg_get_userbyid(c.relowner))),
    'create', to_jsonb(ARRAY[link] || holdpoint.grants_on(format('SEQUENCE %s', name), c.relacl, c.relowner)));
END
`,
  },
  {
    name: 'define_routine',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', 0, 'name', p.proname, 'rank', 140, 'create', to_jsonb(ARRAY[pg_get_functiondef(p.oid),
    format('ALTER ROUTINE %s OWNER TO %I', p.oid::regprocedure, pg_get_userbyid(p.proowner))]
    || holdpoint.grants_on(format('ROUTINE %s', p.oid::regprocedure), p.proacl, p.proowner)))
  FROM pg_proc p WHERE p.oid = object AND p.prokind IN ('f', 'p')
`,
  },
  {
    name: 'image',
    takes: 'trial bigint, root oid',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  f record;
  d record;
  made jsonb;
BEGIN
  FOR f IN SELECT * FROM holdpoint.family_of(root) LOOP
    CONTINUE WHEN EXISTS (SELECT FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'before'
        AND m.rel = f.rel);
    PERFORM holdpoint.mark(trial, 'before', f.rel, jsonb_build_object('columns',
        holdpoint.columns_of(f.rel), 'shape', holdpoint.shape(f.rel),
      'root', root::bigint, 'kind', f.kind, 'file', pg_relation_filenode(f.rel)::bigint));
    IF f.kind = 'r' THEN PERFORM holdpoint.image_rows(trial, f.rel, 'C'); END IF;
  END LOOP;
  FOR d IN WITH RECURSIVE leaning AS (
      SELECT 'pg_class'::regclass::oid AS class, x.rel AS oid, 0 AS depth FROM holdpoint.family_of(root) x
      UNION SELECT CASE WHEN p.classid = 'pg_rewrite'::regclass AND r.rulename = '_RETURN'
          THEN 'pg_class'::regclass::oid ELSE p.classid END,
        CASE WHEN p.classid = 'pg_rewrite'::regclass AND r.rulename = '_RETURN' THEN r.ev_class
            ELSE p.objid END, l.depth + 1
      FROM leaning l JOIN pg_depend p ON p.refclassid = l.class AND p.refobjid = l.oid
      LEFT JOIN pg_rewrite r ON p.classid = 'pg_rewrite'::regclass AND r.oid = p.objid WHERE l.depth < 12)
    SELECT l.class, l.oid, max(l.depth) AS depth FROM leaning l WHERE l.depth > 0 GROUP BY 1, 2
  LOOP
    made := CASE WHEN holdpoint.goes_along(d.class, d.oid, '{}') AND NOT EXISTS (SELECT
        FROM pg_class c WHERE c.oid = d.oid AND c.relkind = 'S')
      THEN '{"skip": true}' WHEN d.class = 'pg_proc'::regclass THEN holdpoint.define_routine(d.oid)
      WHEN EXISTS (SELECT FROM pg_class c WHERE d.class = 'pg_class'::regclass AND c.oid = d.oid
          AND c.relkind = 'S') THEN holdpoint.define_sequence(d.oid)
      ELSE holdpoint.define(d.class, d.oid) END;
    made := made || CASE WHEN made ? 'view' THEN jsonb_build_object('rank', 80 + d.depth)
      WHEN EXISTS (SELECT FROM pg_class c WHERE c.oid = (made->>'rel')::oid AND c.relkind = 'm')
          THEN jsonb_build_object('rank', 150) ELSE '{}' END;
    PERFORM holdpoint.mark(trial, 'definition', null, jsonb_build_object('class',
        d.class::bigint, 'oid', d.oid::bigint, 'made', made));
  END LOOP;
END
`,
  },
  {
    name: 'finish_image',
    takes: 'trial bigint',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  b record;
  lost jsonb;
  rewritten boolean;
  changed jsonb := '[]';
  links jsonb := '[]';
  d record;
BEGIN
  FOR b IN SELECT m.rel, m.detail FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'before'
      ORDER BY m.seq LOOP
    IF EXISTS (SELECT FROM holdpoint.marks m WHERE m.n = trial AND m.kind = 'truncated' AND m.rel = b.rel) THEN
      UPDATE holdpoint.captured c SET op = 'T' WHERE c.n = trial AND c.rel = b.rel AND c.op = 'C';
      CONTINUE;
    END IF;
    lost := (SELECT coalesce(jsonb_agg(x.value || jsonb_build_object('gone', a.attnum IS NULL)), '[]')
      FROM jsonb_array_elements(b.detail->'columns') x LEFT JOIN pg_attribute a ON a.attrelid = b.rel
        AND a.attnum = (x.value->>'number')::smallint AND NOT a.attisdropped
      WHERE a.attnum IS NULL OR format_type(a.atttypid, a.atttypmod) <> x.value->>'type');
    rewritten := b.detail->>'kind' = 'r' AND pg_relation_filenode(b.rel)::text IS DISTINCT FROM b.detail->>'file'
      AND (SELECT a.statement IS NULL OR a.statement ~* 'using' FROM holdpoint.actions a
          WHERE a.n = trial);
    IF b.detail->>'kind' = 'r' AND (lost <> '[]' OR rewritten)
        THEN PERFORM holdpoint.pair_image(trial, b.rel); END IF;
    IF rewritten THEN lost := lost || holdpoint.rewritten_columns(trial, b.rel, b.detail,
        lost); END IF;
    IF lost = '[]' OR NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = b.rel) THEN
      DELETE FROM holdpoint.captured c WHERE c.n = trial AND c.rel = b.rel AND c.op = 'C';
      CONTINUE;
    END IF;
    changed := changed || jsonb_build_object('rel', b.rel::bigint, 'kind', b.detail->'kind',
        'root', (b.detail->>'root')::bigint = b.rel::bigint,
      'lost', lost, 'shape', b.detail->'shape', 'after', holdpoint.shape(b.rel));
  END LOOP;
  FOR d IN SELECT m.detail AS fallen, k.detail->'made' AS made FROM holdpoint.marks m LEFT
      JOIN holdpoint.marks k ON k.n = trial
      AND k.kind = 'definition' AND k.detail->'class' = m.detail->'class' AND k.detail->'oid' = m.detail->'oid'
    WHERE m.n = trial AND m.kind = 'dropped' AND m.detail->>'type' NOT IN ('default value', 'table column') ORDER BY m.seq LOOP
    CONTINUE WHEN d.made ? 'skip' OR d.fallen->>'type' = 'type' OR left(d.fallen->>'identity', 10) = '"_RETURN" ';
    IF d.made IS NULL OR d.made = 'null' THEN
      PERFORM holdpoint.mark(trial, 'because', null, jsonb_build_object('because',
        format('%s \`%s\` falls as well, and is not written down', d.fallen->>'type', d.fallen->>'identity')));
    ELSE links := links || d.made; END IF;
  END LOOP;
  DELETE FROM holdpoint.marks m WHERE m.n = trial AND m.kind IN ('before', 'definition');
  UPDATE holdpoint.actions a SET plan = made.plan FROM (SELECT CASE WHEN changed = '[]'
      AND links = '[]' THEN '[]' ELSE jsonb_build_object('tables', changed, 'links', links) END AS plan) made
    WHERE a.n = trial;
END
`,
  },
  {
    // USING may change values and leave the type: found by looking at every value.
    name: 'rewritten_columns',
    takes: 'trial bigint, rel oid, was jsonb, lost jsonb',
    returns: 'jsonb',
    for: 'admin',
    body: `
DECLARE
  after jsonb := holdpoint.shape(rel);
  names text[] := ARRAY(SELECT DISTINCT s.value->>'name' FROM (
      SELECT holdpoint.fields(c.old) AS o, holdpoint.fields(c.new) AS n FROM holdpoint.caught c
      WHERE c.n = trial AND c.rel = $2 AND c.op = 'C' OFFSET 0) r,
    jsonb_array_elements(was->'shape') WITH ORDINALITY s(value, at)
    JOIN jsonb_array_elements(after) WITH ORDINALITY t(value, at) ON t.value->>'name' = s.value->>'name'
    WHERE s.value->>'generated' = '' AND r.o->(s.at::integer - 1) IS DISTINCT FROM r.n->(t.at::integer - 1));
BEGIN
  IF EXISTS (SELECT FROM jsonb_array_elements(was->'columns') x WHERE x->>'name' = ANY (names) AND x->>'identity' = 'a') THEN
    PERFORM holdpoint.mark(trial, 'because', rel, jsonb_build_object('because', 'it changes values of an identity column'));
  END IF;
  RETURN (SELECT coalesce(jsonb_agg(x || '{"gone": false}'), '[]') FROM jsonb_array_elements(was->'columns') x
    WHERE x->>'name' = ANY (names) AND NOT EXISTS (SELECT FROM jsonb_array_elements(lost) l
        WHERE l->>'name' = x->>'name'));
END
`,
  },
  {
    // A rewrite keeps the order of rows, so the n-th of before is the n-th of now.
    name: 'pair_image',
    takes: 'trial bigint, rel oid',
    returns: 'void',
    for: 'admin',
    body: `
DECLARE
  paired bigint;
  present bigint;
BEGIN
  EXECUTE format('WITH was AS (SELECT c.seq, row_number() OVER (ORDER BY c.seq) AS nth FROM
    holdpoint.caught c
      WHERE c.n = $1 AND c.rel = $2 AND c.op = ''C''),
    now AS MATERIALIZED (SELECT holdpoint.exact_text(t) AS img, row_number() OVER (ORDER BY
        t.ctid) AS nth FROM ONLY %s t)
    UPDATE holdpoint.captured c SET new = now.img FROM was JOIN now ON now.nth = was.nth
    WHERE c.n = $1 AND c.rel = $2 AND c.seq = was.seq', rel::regclass) USING trial, rel;
  GET DIAGNOSTICS paired = ROW_COUNT;
  EXECUTE format('SELECT count(*) FROM ONLY %s', rel::regclass) INTO present;
  IF paired <> present OR EXISTS (SELECT FROM holdpoint.caught c WHERE c.n = trial
      AND c.rel = $2 AND c.op = 'C' AND c.new IS NULL) THEN
    PERFORM holdpoint.mark(trial, 'because', rel, jsonb_build_object('because',
      format('rows of \`%s\` came or went while its columns changed', rel::regclass)));
  END IF;
END
`,
  },
]
