import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { DocumentNode, ExecutionResult } from 'graphql'
import {
  buildSchema,
  execute,
  getOperationAST,
  GraphQLError,
  GraphQLScalarType,
  OperationTypeNode,
  parse,
  validate,
} from 'graphql'

import { accountMutations } from './account-mutations.ts'
import type { Context } from './access.ts'
import { environmentMutations } from './environment-mutations.ts'
import { queries } from './queries.ts'
import { serviceMutations } from './service-mutations.ts'
import { volumeMutations } from './volume-mutations.ts'
import type { TokenKind } from './world.ts'
import { now } from './world.ts'

export const schema = buildSchema(readFileSync(join(import.meta.dirname, 'schema.graphql'), 'utf8'))

/** A mutation that was carried out, or tried: what a gate in front must keep empty. */
export interface LoggedMutation {
  readonly at: string
  readonly field: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly tokenKind: TokenKind | null
  readonly ok: boolean
}

/** One operation, as it comes over the wire. */
export interface Operation {
  readonly query?: unknown
  readonly variables?: unknown
  readonly operationName?: unknown
}

const mutations = {
  ...volumeMutations,
  ...environmentMutations,
  ...serviceMutations,
  ...accountMutations,
}

type Resolve = (args: never, context: Context) => unknown

export async function run(
  operation: Operation,
  context: Context,
  log: (mutation: LoggedMutation) => void,
): Promise<ExecutionResult> {
  const { query, operationName } = operation
  if (typeof query !== 'string') return failed(new GraphQLError('Must provide query string.'))
  const document = read(query)
  if (document instanceof GraphQLError) return failed(document)
  const invalid = validate(schema, document)
  if (invalid.length > 0) return { errors: invalid }
  const name = typeof operationName === 'string' ? operationName : null
  const kind = getOperationAST(document, name)?.operation
  if (kind === undefined) return failed(new GraphQLError('Must provide operation name.'))
  return execute({
    schema,
    document,
    operationName: name,
    rootValue: kind === OperationTypeNode.MUTATION ? logged(context, log) : queries,
    contextValue: context,
    variableValues: variablesFrom(operation.variables),
  })
}

function failed(error: GraphQLError): ExecutionResult {
  return { errors: [error] }
}

function read(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: 20_000 })
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError(String(error))
  }
}

function variablesFrom(variables: unknown): Record<string, unknown> {
  return typeof variables === 'object' && variables !== null
    ? (variables as Record<string, unknown>)
    : {}
}

function logged(context: Context, log: (mutation: LoggedMutation) => void): object {
  const wrap = ([field, resolve]: [string, Resolve]): [string, Resolve] => [
    field,
    async (args, caller) => {
      const tokenKind = context.caller.token?.kind ?? null
      const entry = { at: now(context.world), field, variables: args, tokenKind }
      try {
        const answer: unknown = await resolve(args, caller)
        log({ ...entry, ok: true })
        return answer
      } catch (error) {
        log({ ...entry, ok: false })
        throw error
      }
    },
  ]
  return Object.fromEntries(Object.entries(mutations as Record<string, Resolve>).map(wrap))
}

// Numbers of 64 bits travel as text.
const bigInt = schema.getType('BigInt')
if (bigInt instanceof GraphQLScalarType) bigInt.serialize = String
