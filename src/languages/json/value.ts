/** A parsed JSON value. Members are asked for with `member`, so that nothing inherited counts. */
export type JsonValue = null | boolean | number | string | JsonList | JsonObject
export type JsonList = readonly JsonValue[]
export interface JsonObject {
  readonly [name: string]: JsonValue
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: JsonValue | undefined): value is JsonList {
  return Array.isArray(value)
}

/** The object's own member: `constructor` and `__proto__` are names like any other. */
export function member(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
