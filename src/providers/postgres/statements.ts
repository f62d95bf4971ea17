// Every statement of PostgreSQL 18's grammar, a row each. One that has none is unknown.
import { bareOf, childOf, textOf } from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import {
  databaseOf,
  destroys,
  disarms,
  discloses,
  escalates,
  reads,
  resourceOf,
  serverOf,
  unknown,
  writes,
} from './context.ts'
import type { Context } from './context.ts'
import * as definitions from './definitions.ts'
import { readCopy, readTruncate } from './dml.ts'
import { readDrop } from './drops.ts'
import * as roles from './roles.ts'
import * as sessions from './sessions.ts'
import { readDiscard, readSet } from './settings.ts'
import * as tables from './tables.ts'
import { isHoldpoint, touchHoldpoint } from './targets.ts'
import { walk } from './walk.ts'

type Row = (context: Context, tree: Tree) => void

const readsDatabase: Row = (context) => reads(context, databaseOf(context))
const writesDatabase: Row = (context) => writes(context, databaseOf(context))
const escalatesDatabase: Row = (context) => escalates(context, databaseOf(context))
const escalatesServer: Row = (context) => escalates(context, serverOf(context))
const disarmsDatabase: Row = (context) => disarms(context, databaseOf(context))
const query =
  (kind: string): Row =>
  (context, tree) =>
    walk(context, { kind, tree })

const outside =
  (row: Row): Row =>
  (context, tree) => {
    context.found.untried ??= 'it cannot run in a transaction'
    row(context, tree)
  }

const rows: Readonly<Record<string, Row>> = {
  SelectStmt: query('SelectStmt'),
  InsertStmt: query('InsertStmt'),
  UpdateStmt: query('UpdateStmt'),
  DeleteStmt: query('DeleteStmt'),
  MergeStmt: query('MergeStmt'),
  TruncateStmt: readTruncate,
  CopyStmt: readCopy,

  CreateStmt: tables.readCreateTable,
  CreateForeignTableStmt: tables.readCreateForeignTable,
  CreateTableAsStmt: tables.readCreateAs,
  RefreshMatViewStmt: tables.readRefresh,
  ViewStmt: tables.readCreateView,
  AlterTableStmt: tables.readAlterTable,
  IndexStmt: tables.readCreateIndex,
  CreateTrigStmt: tables.readCreateTrigger,
  RuleStmt: tables.readCreateRule,
  CreatePolicyStmt: tables.readCreatePolicy,
  AlterPolicyStmt: tables.readAlterPolicy,

  DropStmt: readDrop,
  DropOwnedStmt: roles.readDropOwned,
  ReassignOwnedStmt: roles.readReassignOwned,

  CreateRoleStmt: roles.readCreateRole,
  AlterRoleStmt: roles.readAlterRole,
  AlterRoleSetStmt: roles.readAlterRoleSet,
  DropRoleStmt: roles.readDropRole,
  GrantStmt: roles.readGrant,
  GrantRoleStmt: roles.readGrantRole,
  AlterDefaultPrivilegesStmt: roles.readDefaultPrivileges,
  AlterOwnerStmt: roles.readAlterOwner,

  CreateFunctionStmt: definitions.readCreateFunction,
  AlterFunctionStmt: definitions.readAlterFunction,
  CreateSchemaStmt: definitions.readCreateSchema,
  CreateSeqStmt: definitions.readCreateSequence,
  AlterSeqStmt: definitions.readAlterSequence,
  CompositeTypeStmt: definitions.readCreateType,
  CreateEnumStmt: definitions.readCreateType,
  CreateRangeStmt: definitions.readCreateType,
  CreateDomainStmt: definitions.readCreateDomain,
  AlterDomainStmt: definitions.readAlterDomain,
  AlterEnumStmt: definitions.readAlterEnum,
  AlterTypeStmt: escalatesDatabase,
  DefineStmt: definitions.readDefine,
  CreateCastStmt: definitions.readCreateCast,
  CreateOpClassStmt: definitions.readOperatorClass,
  CreateOpFamilyStmt: definitions.readOperatorClass,
  AlterOpFamilyStmt: definitions.readOperatorClass,
  AlterOperatorStmt: definitions.readOperatorClass,
  CreateExtensionStmt: definitions.readCreateExtension,
  AlterExtensionStmt: definitions.readAlterExtension,
  AlterExtensionContentsStmt: escalatesDatabase,
  RenameStmt: definitions.readRename,
  AlterObjectSchemaStmt: definitions.readSetSchema,
  AlterObjectDependsStmt: writesDatabase,
  CommentStmt: definitions.readComment,
  SecLabelStmt: escalatesDatabase,
  CreateStatsStmt: definitions.readStatistics,
  AlterStatsStmt: definitions.readStatistics,
  CreateTransformStmt: escalatesDatabase,
  CreateConversionStmt: escalatesDatabase,
  CreateAmStmt: escalatesDatabase,
  CreatePLangStmt: escalatesDatabase,
  AlterCollationStmt: writesDatabase,
  AlterTSConfigurationStmt: writesDatabase,
  AlterTSDictionaryStmt: writesDatabase,
  CreateEventTrigStmt: escalatesDatabase,
  AlterEventTrigStmt: (context, tree) => {
    if (isHoldpoint(textOf(tree, 'trigname'))) touchHoldpoint(context, 'holdpoint')
    disarms(context, databaseOf(context))
  },

  CreateFdwStmt: escalatesServer,
  AlterFdwStmt: escalatesServer,
  CreateForeignServerStmt: escalatesServer,
  AlterForeignServerStmt: escalatesServer,
  CreateUserMappingStmt: escalatesServer,
  AlterUserMappingStmt: escalatesServer,
  DropUserMappingStmt: (context) => destroys(context, serverOf(context), 'some', 'never'),
  ImportForeignSchemaStmt: escalatesDatabase,
  CreatePublicationStmt: (context) => discloses(context, databaseOf(context)),
  AlterPublicationStmt: (context) => {
    discloses(context, databaseOf(context))
    disarms(context, databaseOf(context))
  },
  CreateSubscriptionStmt: outside(escalatesDatabase),
  AlterSubscriptionStmt: outside(escalatesDatabase),
  DropSubscriptionStmt: outside(disarmsDatabase),

  CreatedbStmt: outside(createsDatabase),
  DropdbStmt: definitions.destroysDatabase,
  AlterDatabaseStmt: outside(escalatesDatabase),
  AlterDatabaseSetStmt: escalatesDatabase,
  AlterDatabaseRefreshCollStmt: disarmsDatabase,
  CreateTableSpaceStmt: outside(escalatesServer),
  DropTableSpaceStmt: outside((context) => destroys(context, serverOf(context), 'some', 'never')),
  AlterTableSpaceOptionsStmt: escalatesServer,
  AlterTableMoveAllStmt: (context) => writes(context, databaseOf(context), 'never'),
  AlterSystemStmt: outside(escalatesServer),
  LoadStmt: escalatesServer,
  CheckPointStmt: outside((context) => writes(context, serverOf(context))),

  VacuumStmt: (context, tree) => definitions.readMaintenance(context, tree, 'rels'),
  ClusterStmt: (context, tree) => definitions.readMaintenance(context, tree, null),
  ReindexStmt: (context, tree) => definitions.readMaintenance(context, tree, null),

  TransactionStmt: sessions.readTransaction,
  PrepareStmt: sessions.readPrepare,
  ExecuteStmt: sessions.readExecute,
  DeallocateStmt: sessions.readDeallocate,
  DeclareCursorStmt: sessions.readDeclare,
  FetchStmt: readsDatabase,
  ClosePortalStmt: readsDatabase,
  ExplainStmt: sessions.readExplain,
  DoStmt: sessions.readDo,
  CallStmt: sessions.readCallStatement,
  LockStmt: sessions.readLock,
  ListenStmt: readsDatabase,
  UnlistenStmt: readsDatabase,
  NotifyStmt: sessions.readNotify,
  ConstraintsSetStmt: sessions.readConstraintsSet,
  VariableSetStmt: readSet,
  VariableShowStmt: readsDatabase,
  DiscardStmt: readDiscard,
}

function createsDatabase(context: Context, tree: Tree): void {
  const name = textOf(tree, 'dbname')
  if (isHoldpoint(name)) return void touchHoldpoint(context, name)
  writes(context, resourceOf(context, 'database', name))
}

export function isStatement(kind: string): boolean {
  return Object.hasOwn(rows, kind)
}

/** Statements that change what is defined: event triggers run for them. */
const definingStatements =
  /^(Create|Alter|Drop|Rename|Index|View|Rule|Define|Comment|SecLabel|Grant|Composite|Import|Refresh|Reindex|Reassign|CreateTableAs)/

export function readStatement(context: Context, { kind, tree }: Node): void {
  const row = Object.hasOwn(rows, kind) ? rows[kind] : undefined
  if (row === undefined) {
    unknown(context, `a statement that is not read: \`${kind}\``)
    return
  }
  if (context.planning && kind === 'CreateTableAsStmt') {
    walk(context, childOf(tree, 'query'))
    return
  }
  const isDefinition = definingStatements.test(kind) || bareOf(tree, 'intoClause') !== null
  if (isDefinition) context.onDefinition(context)
  row(context, tree)
}
