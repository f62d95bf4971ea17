// Values of arguments: literals and variables brought together as section 6.4.1 (October 2021) says
// (CoerceArgumentValues), without types, which the reader does not have.
// https://spec.graphql.org/October2021/#CoerceArgumentValues()
import { Kind } from 'graphql'
import type { ArgumentNode, ValueNode } from 'graphql'

import { member } from '../json/value.ts'
import type { JsonObject } from '../json/value.ts'
import type { Operation } from './document.ts'

/** JSON, in which a variable may have been left without the value that it must have. */
export type Value = null | boolean | number | string | ValueList | ValueObject | Unresolved
export type ValueList = readonly Value[]
export interface ValueObject {
  readonly [name: string]: Value
}

const unresolved = Symbol('unresolved')

/** Where a value would be, had the variable been given one; no JSON can pass for it. */
export interface Unresolved {
  readonly [unresolved]: { readonly variable: string }
}

export function isUnresolved(value: Value | undefined): value is Unresolved {
  return typeof value === 'object' && value !== null && unresolved in value
}

function unresolvedVariable(variable: string): Unresolved {
  return { [unresolved]: { variable } }
}

export function isValueObject(value: Value | undefined): value is ValueObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isUnresolved(value)
  )
}

export function isValueList(value: Value | undefined): value is ValueList {
  return Array.isArray(value)
}

export function valueMember(object: ValueObject, name: string): Value | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** What a variable stands for; undefined where it was left out and may be. */
export type Variables = (name: string) => Value | undefined

export function variablesOf(operation: Operation, given: JsonObject): Variables {
  return (name) => {
    const definition = operation.variables.get(name)
    if (definition === undefined) return unresolvedVariable(name)
    const value = member(given, name)
    if (value === undefined && definition.defaultValue !== undefined) {
      return resolveValue(definition.defaultValue, noVariables)
    }
    const required = definition.type.kind === Kind.NON_NULL_TYPE
    return required && (value === undefined || value === null) ? unresolvedVariable(name) : value
  }
}

const noVariables: Variables = (name) => unresolvedVariable(name)

export function resolveArguments(
  given: readonly ArgumentNode[] | undefined,
  variables: Variables,
): ValueObject {
  return resolveMembers(given ?? [], variables)
}

/** Without a prototype: `__proto__` is an argument like any other. */
function resolveMembers(
  given: readonly Readonly<{ name: Readonly<{ value: string }>; value: ValueNode }>[],
  variables: Variables,
): ValueObject {
  const members = Object.create(null) as Record<string, Value>
  for (const { name, value } of given) {
    const resolved = resolveValue(value, variables)
    if (resolved !== undefined) members[name.value] = resolved
  }
  return members
}

export function resolveValue(node: ValueNode, variables: Variables): Value | undefined {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables(node.name.value)
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value)
    case Kind.STRING:
    case Kind.ENUM:
    case Kind.BOOLEAN:
      return node.value
    case Kind.NULL:
      return null
    case Kind.LIST:
      return node.values.map((item) => resolveValue(item, variables) ?? null)
    case Kind.OBJECT:
      return resolveMembers(node.fields, variables)
  }
}
