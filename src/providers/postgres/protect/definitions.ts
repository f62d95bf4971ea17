// The DDL that makes an object again: for what has a definition and no content of its own. Written
// under a search path of pg_catalog alone, so every name in it is qualified.
import type { SqlFunction } from './sql-function.ts'

export const definitionFunctions: readonly SqlFunction[] = [
  {
    name: 'comment_on',
    takes: 'what text, class oid, object oid, sub integer',
    returns: 'text[]',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT coalesce(array_agg(format('COMMENT ON %s IS %L', what, d.description)), '{}') FROM pg_description d
  WHERE d.classoid = class AND d.objoid = object AND d.objsubid = sub
`,
  },
  {
    // Privileges exactly as they were, whatever the default privileges give to what is made anew.
    name: 'grants_on',
    takes: 'what text, acl aclitem[], owner oid',
    returns: 'text[]',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT CASE WHEN acl IS NULL THEN '{}'::text[] ELSE ARRAY[format('REVOKE ALL ON %s FROM PUBLIC', what),
    format('REVOKE ALL ON %s FROM %I', what, pg_get_userbyid(owner))]
    || (SELECT coalesce(array_agg(format('GRANT %s ON %s TO %s%s', e.privilege_type, what,
      CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(e.grantee)) END,
      CASE WHEN e.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)), '{}') FROM aclexplode(acl) e) END
`,
  },
  {
    name: 'define_constraint',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', c.conrelid::bigint, 'name', c.conname,
    'rank', CASE c.contype WHEN 'p' THEN 29 WHEN 'u' THEN 30 WHEN 'f' THEN 40 WHEN 'n' THEN 28 ELSE 35 END,
    'drop', format('ALTER %s %s DROP CONSTRAINT %I', k.what, k.name, c.conname),
    'create', to_jsonb(array_prepend(format('ALTER %s %s ADD CONSTRAINT %I %s', k.what, k.name, c.conname,
      pg_get_constraintdef(c.oid)), holdpoint.comment_on(format('CONSTRAINT %I ON %s%s', c.conname,
      CASE WHEN c.conrelid = 0 THEN 'DOMAIN ' ELSE '' END, k.name), 'pg_constraint'::regclass, c.oid, 0))))
  FROM pg_constraint c, LATERAL (SELECT CASE WHEN c.conrelid = 0 THEN 'DOMAIN' ELSE 'TABLE' END AS what,
    CASE WHEN c.conrelid = 0 THEN c.contypid::regtype::text ELSE c.conrelid::regclass::text END
        AS name) k
  WHERE c.oid = object
`,
  },
  {
    name: 'define_index',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', i.indrelid::bigint, 'name', c.relname,
    'rank', CASE c.relkind WHEN 'I' THEN 24 ELSE 25 END, 'drop', format('DROP INDEX %s', c.oid::regclass),
    'parent', h.inhparent::bigint,
    'create', to_jsonb(ARRAY[pg_get_indexdef(c.oid)]
      || CASE WHEN h.inhparent IS NULL THEN '{}'::text[] ELSE ARRAY[format('ALTER INDEX %s ATTACH PARTITION %s',
        h.inhparent::regclass, c.oid::regclass)] END
      || CASE WHEN i.indisclustered THEN ARRAY[format('ALTER TABLE %s CLUSTER ON %I', i.indrelid::regclass, c.relname)]
        ELSE '{}'::text[] END
      || CASE WHEN i.indisreplident THEN ARRAY[format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I',
        i.indrelid::regclass, c.relname)] ELSE '{}'::text[] END
      || holdpoint.comment_on(format('INDEX %s', c.oid::regclass), 'pg_class'::regclass, c.oid, 0)))
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_inherits h
      ON h.inhrelid = c.oid
  WHERE c.oid = object
`,
  },
  {
    name: 'define_trigger',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', t.tgrelid::bigint, 'name', t.tgname, 'rank', 50,
    'drop', format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass),
    'create', to_jsonb(array_prepend(pg_get_triggerdef(t.oid), CASE t.tgenabled WHEN 'O' THEN '{}'::text[]
      ELSE ARRAY[format('ALTER TABLE %s %s TRIGGER %I', t.tgrelid::regclass,
        CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, t.tgname)] END
      || holdpoint.comment_on(format('TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass), 'pg_trigger'::regclass, t.oid, 0))))
  FROM pg_trigger t WHERE t.oid = object AND NOT t.tgisinternal
`,
  },
  {
    name: 'define_rule',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', r.ev_class::bigint, 'name', r.rulename, 'rank', 130,
    'drop', format('DROP RULE %I ON %s', r.rulename, r.ev_class::regclass),
    'create', to_jsonb(array_prepend(pg_get_ruledef(r.oid), CASE r.ev_enabled WHEN 'O' THEN '{}'::text[]
      ELSE ARRAY[format('ALTER TABLE %s %s RULE %I', r.ev_class::regclass,
        CASE r.ev_enabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, r.rulename)] END
      || holdpoint.comment_on(format('RULE %I ON %s', r.rulename, r.ev_class::regclass), 'pg_rewrite'::regclass, r.oid, 0))))
  FROM pg_rewrite r WHERE r.oid = object AND r.rulename <> '_RETURN'
`,
  },
  {
    name: 'define_policy',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', p.polrelid::bigint, 'name', p.polname, 'rank', 60,
    'drop', format('DROP POLICY %I ON %s', p.polname, p.polrelid::regclass),
    'create', to_jsonb(array_prepend(format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname,
      p.polrelid::regclass, CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
      CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END,
          ', ') FROM unnest(p.polroles) r),
      ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'),
      holdpoint.comment_on(format('POLICY %I ON %s', p.polname, p.polrelid::regclass), 'pg_policy'::regclass, p.oid, 0))))
  FROM pg_policy p WHERE p.oid = object
`,
  },
  {
    name: 'define_default',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', d.adrelid::bigint, 'name', a.attname, 'rank', 20,
    'drop', format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', d.adrelid::regclass, a.attname),
    'create', jsonb_build_array(format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', d.adrelid::regclass, a.attname,
      pg_get_expr(d.adbin, d.adrelid))))
  FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  WHERE d.oid = object AND a.attgenerated = ''
`,
  },
  {
    // Columns and row filters of publications came with PostgreSQL 15: read so that 13 answers too.
    name: 'define_publication_member',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', r.prrelid::bigint, 'name', p.pubname, 'rank', 70, 'always', true,
    'drop', format('ALTER PUBLICATION %I DROP TABLE ONLY %s', p.pubname, r.prrelid::regclass),
    'create', jsonb_build_array(format('ALTER PUBLICATION %I ADD TABLE ONLY %s%s%s', p.pubname, r.prrelid::regclass,
      (SELECT '(' || string_agg(quote_ident(a.attname), ', ') || ')' FROM pg_attribute a
          WHERE a.attrelid = r.prrelid
        AND a.attnum::text = ANY (string_to_array(to_jsonb(r)->>'prattrs', ' '))),
      ' WHERE (' || pg_get_expr((to_jsonb(r)->>'prqual')::pg_node_tree, r.prrelid) || ')')))
  FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE r.oid = object
`,
  },
  {
    name: 'define_statistics',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', x.stxrelid::bigint, 'name', x.stxname, 'rank', 45,
    'drop', format('DROP STATISTICS %I.%I', s.nspname, x.stxname),
    'create', to_jsonb(ARRAY[pg_get_statisticsobjdef(x.oid), format('ALTER STATISTICS %I.%I OWNER TO %I', s.nspname,
      x.stxname, pg_get_userbyid(x.stxowner))]))
  FROM pg_statistic_ext x JOIN pg_namespace s ON s.oid = x.stxnamespace WHERE x.oid = object
`,
  },
  {
    name: 'define_view',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', v.oid::bigint, 'name', v.relname, 'rank', 80, 'view', true,
    'drop', format('DROP %sVIEW %s', k.m, v.oid::regclass),
    'create', to_jsonb(ARRAY[format('CREATE %sVIEW %s (%s)%s AS %s', k.m, v.oid::regclass,
      (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = v.oid AND a.attnum > 0), ' WITH (' || array_to_string(v.reloptions, ', ') || ')',
      rtrim(pg_get_viewdef(v.oid), ';') || CASE v.relkind WHEN 'm' THEN ' WITH NO DATA' ELSE '' END),
      format('ALTER %sVIEW %s OWNER TO %I', k.m, v.oid::regclass, pg_get_userbyid(v.relowner))]
      || holdpoint.grants_on(v.oid::regclass::text, v.relacl, v.relowner)
      || CASE WHEN v.relkind = 'm' AND v.relispopulated THEN ARRAY[format('REFRESH MATERIALIZED VIEW %s', v.oid::regclass)]
        ELSE '{}'::text[] END
      || holdpoint.comment_on(format('%sVIEW %s', k.m, v.oid::regclass), 'pg_class'::regclass, v.oid, 0)))
  FROM pg_class v, LATERAL (SELECT CASE v.relkind WHEN 'm' THEN 'MATERIALIZED ' ELSE '' END AS m) k
  WHERE v.oid = object AND v.relkind IN ('v', 'm')
`,
  },
  {
    name: 'define_schema',
    takes: 'object oid',
    returns: 'jsonb',
    for: 'admin',
    language: 'sql',
    also: 'STABLE',
    body: `
  SELECT jsonb_build_object('rel', 0, 'name', s.nspname, 'rank', 1, 'drop', format('DROP SCHEMA %I', s.nspname),
    'create', to_jsonb(ARRAY[format('CREATE SCHEMA %I AUTHORIZATION %I', s.nspname, pg_get_userbyid(s.nspowner))]
      || holdpoint.grants_on(format('SCHEMA %I', s.nspname), s.nspacl, s.nspowner)
      || holdpoint.comment_on(format('SCHEMA %I', s.nspname), 'pg_namespace'::regclass, s.oid, 0)))
  FROM pg_namespace s WHERE s.oid = object
`,
  },
  {
    // null: it is of a kind that nobody can make again from a text.
    name: 'define',
    takes: 'class oid, object oid',
    returns: 'jsonb',
    for: 'admin',
    also: 'STABLE',
    body: `
BEGIN
  RETURN CASE class
    WHEN 'pg_constraint'::regclass THEN holdpoint.define_constraint(object)
    WHEN 'pg_trigger'::regclass THEN holdpoint.define_trigger(object)
    WHEN 'pg_rewrite'::regclass THEN holdpoint.define_rule(object)
    WHEN 'pg_policy'::regclass THEN holdpoint.define_policy(object)
    WHEN 'pg_attrdef'::regclass THEN holdpoint.define_default(object)
    WHEN 'pg_publication_rel'::regclass THEN holdpoint.define_publication_member(object)
    WHEN 'pg_statistic_ext'::regclass THEN holdpoint.define_statistics(object)
    WHEN 'pg_namespace'::regclass THEN holdpoint.define_schema(object)
    WHEN 'pg_class'::regclass THEN coalesce(holdpoint.define_index(object), holdpoint.define_view(object))
  END;
END
`,
  },
]
