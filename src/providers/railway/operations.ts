// Every operation of Railway's public API (`/graphql/v2`, read in August 2026) that is understood,
// one row each, by kind and name: a mutation called as a query is another thing. What has no row,
// or takes an argument that its row does not know, is `unknown`.
import type { OperationKind } from '../../languages/graphql/read.ts'
import { mutationsOfAccounts } from './mutations-of-accounts.ts'
import { mutationsOfInfrastructure } from './mutations-of-infrastructure.ts'
import { queries, subscriptions } from './queries.ts'
import { reads, row } from './rows.ts'
import type { Operation, Table } from './rows.ts'

export const operations: Readonly<Record<OperationKind, Table>> = {
  query: queries,
  mutation: { ...mutationsOfInfrastructure, ...mutationsOfAccounts },
  subscription: subscriptions,
}

/** Fields that every schema has (section 4 of the specification); the schema is public. */
const introspection: Table = {
  __schema: row('includeDeprecated', reads('platform')),
  __type: row('name', reads('platform')),
  __typename: row('', reads('platform')),
}

export function operationOf(kind: OperationKind, name: string): Operation | undefined {
  for (const table of [operations[kind], introspection]) {
    if (Object.hasOwn(table, name)) return table[name]
  }
  return undefined
}
