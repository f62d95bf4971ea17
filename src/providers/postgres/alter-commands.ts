// ALTER TABLE, a row for each command. One that is in no row is unknown.
import { bareOf, childOf, childrenOf, textOf } from '../../languages/sql/tree.ts'
import type { Tree } from '../../languages/sql/tree.ts'
import type { Relation } from './catalogue.ts'
import {
  destroys,
  disarms,
  dropping,
  escalates,
  relationResource,
  resourceOf,
  unknown,
  writes,
} from './context.ts'
import type { Context } from './context.ts'
import type { Resolved } from './names.ts'
import { rangeOf, resourceOfTarget } from './targets.ts'
import { readExpressions } from './walk.ts'

export interface Alteration {
  readonly target: Resolved
  readonly command: Tree
  /** the only command of its statement */
  readonly alone: boolean
}

type Row =
  /** can be taken back as it was made */
  | 'adds'
  /** changes how it is kept or what is allowed; nothing is lost, and nothing guarded */
  | 'changes'
  /** rewrites every row, and may lose some of what is in it */
  | 'loses'
  /** takes a guard off */
  | 'disarms'
  /** takes a guard off that can be put back as it was */
  | 'drops-guard'
  | 'owner'
  | 'partition'

const rows: Readonly<Record<Row, string>> = {
  adds: `AddColumn AddIndex AddConstraint AddIndexConstraint AddIdentity ValidateConstraint
    SetNotNull EnableTrig EnableAlwaysTrig EnableTrigAll EnableTrigUser EnableRule EnableAlwaysRule
    EnableRowSecurity ForceRowSecurity AddInherit AddOf`,
  changes: `ColumnDefault SetStatistics SetOptions ResetOptions SetStorage SetCompression ClusterOn
    DropCluster SetLogged SetAccessMethod SetTableSpace SetRelOptions ResetRelOptions
    ReplaceRelOptions SetIdentity DropIdentity DropInherit DropOf DropOids DropExpression
    DetachPartitionFinalize AlterColumnGenericOptions ReplicaIdentity`,
  loses: `DropColumn AlterColumnType SetExpression`,
  disarms: `DropNotNull AlterConstraint EnableReplicaTrig DisableTrig DisableTrigAll
    DisableTrigUser EnableReplicaRule DisableRule DisableRowSecurity NoForceRowSecurity SetUnLogged
    GenericOptions`,
  'drops-guard': `DropConstraint`,
  owner: `ChangeOwner`,
  partition: `AttachPartition DetachPartition`,
}

const bySubtype = new Map<string, Row>()
for (const [row, names] of Object.entries(rows) as [Row, string][]) {
  for (const name of names.trim().split(/\s+/)) bySubtype.set(`AT_${name}`, row)
}

/** Made by the server's later stages only. */
export const neverWritten: ReadonlySet<string> = new Set(
  `AddColumnToView CookedColumnDefault ReAddIndex ReAddConstraint ReAddDomainConstraint ReAddComment
  ReAddStatistics`
    .trim()
    .split(/\s+/)
    .map((name) => `AT_${name}`),
)

export function isKnownAlteration(subtype: string): boolean {
  return bySubtype.has(subtype)
}

export function alterCommand(context: Context, alteration: Alteration): void {
  const { target, command } = alteration
  const subtype = textOf(command, 'subtype')
  const row = bySubtype.get(subtype)
  const resource = resourceOfTarget(context, target)
  const name = target.kind === 'relation' ? target.relation.name : target.name
  rewrites(context, target, subtype)
  switch (row) {
    case 'adds':
      if (subtype !== 'AT_AddColumn' || addsMeaning(command)) marks(context, alteration, name)
      {
        writes(context, resource)
        return
      }
    case 'changes':
      context.changed.names.add(name)
      {
        writes(context, resource, 'never')
        return
      }
    case 'loses': {
      loses(context, alteration)
      return
    }
    case 'disarms':
    case 'drops-guard': {
      const canReturn = row === 'drops-guard' && alteration.alone
      const keeping = canReturn ? dropping(context) : 'never'
      context.changed.names.add(name)
      disarms(context, resource, keeping)
      for (const one of below(context, target)) {
        disarms(context, relationResource(context, one), keeping)
      }
      return
    }
    case 'owner': {
      changesOwner(context, alteration)
      return
    }
    case 'partition': {
      movesPartition(context, alteration)
      return
    }
    default: {
      unknown(context, `ALTER TABLE has a command that is not read: \`${subtype}\``)
      return
    }
  }
}

/** A column with a default or a constraint runs something for later statements of the text. */
function addsMeaning(command: Tree): boolean {
  const column = childOf(command, 'def')
  return column !== null && column.tree['constraints'] !== undefined
}

/** A foreign key changes what happens to both of its tables. */
function marks(context: Context, { command }: Alteration, name: string): void {
  context.changed.names.add(name)
  const definition = childOf(command, 'def')
  const constraints = definition === null ? [] : childrenOf(definition.tree, 'constraints')
  for (const one of definition === null ? [] : [definition, ...constraints]) {
    const referred = bareOf(one.tree, 'pktable')
    if (referred === null) continue
    context.changed.names.add(textOf(referred, 'relname'))
    writes(context, resourceOfTarget(context, rangeOf(context, referred)))
  }
}

const rewriting: ReadonlySet<string> = new Set([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_AlterColumnType',
  'AT_AttachPartition',
  'AT_SetAccessMethod',
  'AT_SetExpression',
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_ValidateConstraint',
])

/** Rewriting or checking rows runs the expressions of the table. */
function rewrites(context: Context, target: Resolved, subtype: string): void {
  if (target.kind !== 'relation' || !rewriting.has(subtype)) return
  for (const one of [target.relation, ...context.names.below(target.relation)]) {
    readExpressions(context, `expressions/${one.oid}`, one.expressions)
  }
}

/** Partitions follow even where ONLY is said; whoever inherits may keep its own. */
function below(context: Context, target: Resolved): readonly Relation[] {
  return target.kind === 'relation' ? context.names.below(target.relation) : []
}

function loses(context: Context, { target, command }: Alteration): void {
  const keeping = context.depth === 0 ? 'image' : 'never'
  destroys(context, resourceOfTarget(context, target), 'some', keeping)
  for (const one of below(context, target))
    destroys(context, relationResource(context, one), 'some', keeping)
  if (target.kind === 'relation') losesGuards(context, target.relation, command)
  context.changed.names.add(target.kind === 'relation' ? target.relation.name : target.name)
  if (textOf(command, 'behavior') !== 'DROP_CASCADE') return
  if (context.catalogue.assumed) {
    unknown(context, 'without a catalogue nobody can say what CASCADE reaches')
    return
  }
  destroys(context, resourceOf(context, 'database', context.place.database), 'some', 'never')
}

/** Keys of other tables that refer to the column go with it. */
function losesGuards(context: Context, relation: Relation, command: Tree): void {
  if (textOf(command, 'behavior') !== 'DROP_CASCADE') return
  const column = textOf(command, 'name')
  for (const key of context.names.referring(relation)) {
    const from = context.names.byOid(key.from)
    if (from !== null && key.keys.includes(column))
      disarms(context, relationResource(context, from))
  }
}

function changesOwner(context: Context, { target, command }: Alteration): void {
  const owner = bareOf(command, 'newowner') ?? {}
  const { user } = context.catalogue.session
  const isSelf = textOf(owner, 'roletype') === 'ROLESPEC_CURRENT_USER'
  const resource = resourceOfTarget(context, target)
  if (isSelf || textOf(owner, 'rolename') === user) {
    writes(context, resource)
    return
  }
  escalates(context, resource)
}

function movesPartition(context: Context, { target, command }: Alteration): void {
  const partition = childOf(command, 'def')
  const range = partition === null ? null : bareOf(partition.tree, 'name')
  writes(context, resourceOfTarget(context, target), 'never')
  if (range !== null) {
    const moved = rangeOf(context, range)
    writes(context, resourceOfTarget(context, moved), 'never')
    losesChecks(context, moved)
    context.changed.names.add(textOf(range, 'relname'))
  }
  if (partition?.tree['concurrent'] === true) {
    context.found.untried ??= 'it cannot run in a transaction'
  }
  context.changed.names.add(target.kind === 'relation' ? target.relation.name : target.name)
}

/** Keys to the whole no longer look into a part that was taken out. */
function losesChecks(context: Context, target: Resolved): void {
  if (target.kind !== 'relation') return
  for (const one of [target.relation, ...below(context, target)]) {
    for (const key of context.names.referring(one)) {
      const from = context.names.byOid(key.from)
      if (from !== null) writes(context, relationResource(context, from), 'never')
    }
  }
}
