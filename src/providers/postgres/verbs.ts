// PostgreSQL's own words for what a statement does: `DROP TABLE`, `ALTER TABLE DROP COLUMN`, `SET`.
import { bareOf, childOf, childrenOf, flagOf, textOf } from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'

const fixed: Readonly<Record<string, string>> = {
  AlterDatabaseRefreshCollStmt: 'ALTER DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  AlterDefaultPrivilegesStmt: 'ALTER DEFAULT PRIVILEGES',
  AlterEnumStmt: 'ALTER TYPE',
  AlterEventTrigStmt: 'ALTER EVENT TRIGGER',
  AlterExtensionContentsStmt: 'ALTER EXTENSION',
  AlterFdwStmt: 'ALTER FOREIGN DATA WRAPPER',
  AlterForeignServerStmt: 'ALTER SERVER',
  AlterOpFamilyStmt: 'ALTER OPERATOR FAMILY',
  AlterRoleSetStmt: 'ALTER ROLE',
  AlterSeqStmt: 'ALTER SEQUENCE',
  AlterStatsStmt: 'ALTER STATISTICS',
  AlterSystemStmt: 'ALTER SYSTEM',
  AlterTableMoveAllStmt: 'ALTER TABLE ALL IN TABLESPACE',
  AlterTableSpaceOptionsStmt: 'ALTER TABLESPACE',
  AlterTSConfigurationStmt: 'ALTER TEXT SEARCH CONFIGURATION',
  AlterTSDictionaryStmt: 'ALTER TEXT SEARCH DICTIONARY',
  AlterUserMappingStmt: 'ALTER USER MAPPING',
  CheckPointStmt: 'CHECKPOINT',
  ClosePortalStmt: 'CLOSE',
  CompositeTypeStmt: 'CREATE TYPE',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  CreateAmStmt: 'CREATE ACCESS METHOD',
  CreateEnumStmt: 'CREATE TYPE',
  CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  CreateForeignServerStmt: 'CREATE SERVER',
  CreateForeignTableStmt: 'CREATE FOREIGN TABLE',
  CreateOpClassStmt: 'CREATE OPERATOR CLASS',
  CreateOpFamilyStmt: 'CREATE OPERATOR FAMILY',
  CreatePLangStmt: 'CREATE LANGUAGE',
  CreateRangeStmt: 'CREATE TYPE',
  CreateSeqStmt: 'CREATE SEQUENCE',
  CreateStatsStmt: 'CREATE STATISTICS',
  CreateStmt: 'CREATE TABLE',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreateUserMappingStmt: 'CREATE USER MAPPING',
  CreatedbStmt: 'CREATE DATABASE',
  DeclareCursorStmt: 'DECLARE',
  DropOwnedStmt: 'DROP OWNED',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  DropUserMappingStmt: 'DROP USER MAPPING',
  DropdbStmt: 'DROP DATABASE',
  GrantRoleStmt: 'GRANT ROLE',
  ImportForeignSchemaStmt: 'IMPORT FOREIGN SCHEMA',
  IndexStmt: 'CREATE INDEX',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
  RuleStmt: 'CREATE RULE',
  SecLabelStmt: 'SECURITY LABEL',
  VariableShowStmt: 'SHOW',
  ViewStmt: 'CREATE VIEW',
}

/** `OBJECT_FOREIGN_TABLE` to `FOREIGN TABLE`. */
function objectWords(type: string): string {
  const words: Readonly<Record<string, string>> = {
    OBJECT_MATVIEW: 'MATERIALIZED VIEW',
    OBJECT_FDW: 'FOREIGN DATA WRAPPER',
    OBJECT_FOREIGN_SERVER: 'SERVER',
    OBJECT_TABCONSTRAINT: 'CONSTRAINT',
    OBJECT_STATISTIC_EXT: 'STATISTICS',
    OBJECT_OPCLASS: 'OPERATOR CLASS',
    OBJECT_OPFAMILY: 'OPERATOR FAMILY',
    OBJECT_TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
    OBJECT_TSDICTIONARY: 'TEXT SEARCH DICTIONARY',
    OBJECT_TSPARSER: 'TEXT SEARCH PARSER',
    OBJECT_TSTEMPLATE: 'TEXT SEARCH TEMPLATE',
  }
  const known = Object.hasOwn(words, type) ? words[type] : undefined
  return known ?? type.replace(/^OBJECT_/, '').replaceAll('_', ' ')
}

/** `AT_DropColumn` to `DROP COLUMN`. */
function commandWords(subtype: string): string {
  const words: Readonly<Record<string, string>> = {
    AT_AlterColumnType: 'ALTER COLUMN TYPE',
    AT_ChangeOwner: 'OWNER TO',
    AT_ColumnDefault: 'ALTER COLUMN DEFAULT',
    AT_DisableTrig: 'DISABLE TRIGGER',
    AT_DisableTrigAll: 'DISABLE TRIGGER',
    AT_DisableTrigUser: 'DISABLE TRIGGER',
    AT_DisableRowSecurity: 'DISABLE ROW LEVEL SECURITY',
    AT_NoForceRowSecurity: 'NO FORCE ROW LEVEL SECURITY',
    AT_EnableTrig: 'ENABLE TRIGGER',
  }
  const known = Object.hasOwn(words, subtype) ? words[subtype] : undefined
  return known ?? spaced(subtype.replace(/^AT_/, ''))
}

function spaced(words: string): string {
  return words.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase()
}

type Teller = (tree: Tree) => string

const tellers: Readonly<Record<string, Teller>> = {
  AlterTableStmt: (tree) => {
    const commands = childrenOf(tree, 'cmds').map((one) =>
      commandWords(textOf(one.tree, 'subtype')),
    )
    return `ALTER ${objectWords(textOf(tree, 'objtype'))} ${[...new Set(commands)].join(', ')}`
  },
  AlterObjectSchemaStmt: (tree) => `ALTER ${objectWords(textOf(tree, 'objectType'))} SET SCHEMA`,
  AlterOwnerStmt: (tree) => `ALTER ${objectWords(textOf(tree, 'objectType'))} OWNER TO`,
  CopyStmt: (tree) => (flagOf(tree, 'is_from') ? 'COPY FROM' : 'COPY TO'),
  CreateFunctionStmt: (tree) => `CREATE ${flagOf(tree, 'is_procedure') ? 'PROCEDURE' : 'FUNCTION'}`,
  CreateTableAsStmt: (tree) =>
    textOf(tree, 'objtype') === 'OBJECT_MATVIEW' ? 'CREATE MATERIALIZED VIEW' : 'CREATE TABLE AS',
  DefineStmt: (tree) => `CREATE ${objectWords(textOf(tree, 'kind'))}`,
  DiscardStmt: (tree) => textOf(tree, 'target').replaceAll('_', ' '),
  DropStmt: (tree) => `DROP ${objectWords(textOf(tree, 'removeType'))}`,
  FetchStmt: (tree) => (flagOf(tree, 'ismove') ? 'MOVE' : 'FETCH'),
  GrantStmt: (tree) => (flagOf(tree, 'is_grant') ? 'GRANT' : 'REVOKE'),
  GrantRoleStmt: (tree) => (flagOf(tree, 'is_grant') ? 'GRANT ROLE' : 'REVOKE ROLE'),
  RenameStmt: (tree) => `ALTER ${objectWords(textOf(tree, 'renameType'))} RENAME`,
  SelectStmt: (tree) => (bareOf(tree, 'intoClause') === null ? 'SELECT' : 'SELECT INTO'),
  TransactionStmt: (tree) =>
    textOf(tree, 'kind')
      .replace(/^TRANS_STMT_/, '')
      .replaceAll('_', ' '),
  VacuumStmt: (tree) => (flagOf(tree, 'is_vacuumcmd') ? 'VACUUM' : 'ANALYZE'),
  VariableSetStmt: (tree) => (textOf(tree, 'kind').startsWith('VAR_RESET') ? 'RESET' : 'SET'),
  ExplainStmt: (tree) => {
    const query = childOf(tree, 'query')
    return query === null ? 'EXPLAIN' : `EXPLAIN ${verbOf(query)}`
  },
}

export function verbOf({ kind, tree }: Node): string {
  const teller = Object.hasOwn(tellers, kind) ? tellers[kind] : undefined
  if (teller !== undefined) return teller(tree).slice(0, 80)
  const known = Object.hasOwn(fixed, kind) ? fixed[kind] : undefined
  return (known ?? spaced(kind.replace(/Stmt$/, ''))).slice(0, 80)
}
