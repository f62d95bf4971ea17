// Every kind of node of PostgreSQL 18's grammar that can stand inside a statement. A kind that is
// in none of these tables, nor in the one of statements, makes a statement unknown.

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** What it does is what its parts do. */
export const composed = words(`
  A_ArrayExpr A_Expr A_Indices BoolExpr BooleanTest CTECycleClause CTESearchClause CaseExpr CaseWhen
  CoalesceExpr CollateClause GroupingFunc GroupingSet IndexElem InferClause JoinExpr
  JsonAggConstructor JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor
  JsonBehavior JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg JsonObjectConstructor
  JsonParseExpr JsonScalarExpr JsonSerializeExpr JsonTable JsonTableColumn JsonTablePathSpec
  JsonValueExpr List LockingClause MergeWhenClause MinMaxExpr MultiAssignRef NamedArgExpr NullTest
  OnConflictClause PartitionBoundSpec PartitionElem PartitionRangeDatum PartitionSpec RangeFunction
  RangeSubselect RangeTableFunc RangeTableFuncCol RangeTableSample ResTarget ReturningClause
  ReturningOption RowExpr SortBy StatsElem SubLink TypeCast WindowDef XmlExpr XmlSerialize
  ReturnStmt
`)

/** It does nothing, and holds nothing that does. */
export const inert = words(`
  A_Const A_Star Alias BitString Boolean CurrentOfExpr Float IntList Integer JsonFormat JsonOutput
  JsonReturning MergeSupportFunc OidList ParamRef RoleSpec SQLValueFunction SetToDefault String
  TypeName
`)

/** Read by a function of its own, in `walk.ts`. */
export const special = words(`
  A_Indirection ColumnDef ColumnRef CommonTableExpr DeleteStmt FuncCall InsertStmt MergeStmt
  RangeVar SelectStmt
  UpdateStmt WithClause
`)

/** Read with the statement that they are a part of. */
export const clauses = words(`
  ATAlterConstraint AccessPriv AlterTableCmd CallContext Constraint CreateOpClassItem DefElem
  FunctionParameter IntoClause ObjectWithArgs PLAssignStmt PartitionCmd PublicationObjSpec
  PublicationTable RawStmt ReplicaIdentityStmt TableLikeClause TriggerTransition VacuumRelation
`)

/** Made by the server's later stages, and by other calls of the library: never in what is read. */
export const neverParsed = words(`
  Aggref AlternativeSubPlan ArrayCoerceExpr ArrayExpr CaseTestExpr CoerceToDomain
  CoerceToDomainValue CoerceViaIO CollateExpr ConvertRowtypeExpr DistinctExpr FieldSelect FieldStore
  FilterColumn FromExpr FuncExpr Function InferenceElem InlineCodeBlock JsonConstructorExpr JsonExpr
  JsonTablePath JsonTablePathScan JsonTableSiblingJoin MergeAction NextValueExpr NullIfExpr
  OnConflictExpr OpExpr Param ParseResult Query RTEPermissionInfo RangeTblEntry RangeTblFunction
  RangeTblRef RelabelType ReturningExpr RowCompareExpr RowMarkClause ScalarArrayOpExpr ScanResult
  ScanToken SetOperationStmt SortGroupClause SubPlan SubscriptingRef SummaryResult Table TableFunc
  TableSampleClause TargetEntry Var WindowClause WindowFunc WindowFuncRunCondition WithCheckOption
`)

/** The kind of a child that does not say its own, by its field. */
const bareKinds: Readonly<Record<string, string>> = {
  alias: 'Alias',
  collClause: 'CollateClause',
  constructor: 'JsonAggConstructor',
  context_item: 'JsonValueExpr',
  cycle_clause: 'CTECycleClause',
  format: 'JsonFormat',
  infer: 'InferClause',
  join_using_alias: 'Alias',
  larg: 'SelectStmt',
  on_empty: 'JsonBehavior',
  on_error: 'JsonBehavior',
  onConflictClause: 'OnConflictClause',
  output: 'JsonOutput',
  over: 'WindowDef',
  pathspec: 'JsonTablePathSpec',
  rarg: 'SelectStmt',
  relation: 'RangeVar',
  returning: 'JsonReturning',
  returningClause: 'ReturningClause',
  search_clause: 'CTESearchClause',
  typeName: 'TypeName',
  value: 'JsonValueExpr',
  withClause: 'WithClause',
  'JsonArgument.val': 'JsonValueExpr',
  'JsonArrayAgg.arg': 'JsonValueExpr',
  'JsonObjectAgg.arg': 'JsonKeyValue',
  'JsonParseExpr.expr': 'JsonValueExpr',
  'JsonSerializeExpr.expr': 'JsonValueExpr',
}

/** null: not known. */
export function bareKindOf(kind: string, field: string): string | null {
  for (const key of [`${kind}.${field}`, field]) {
    const found = Object.hasOwn(bareKinds, key) ? bareKinds[key] : undefined
    if (found !== undefined) return found
  }
  return null
}
