/** A list that has a first element: "no actions" and "no reasons" cannot be written. */
export type NonEmpty<T> = readonly [T, ...(readonly T[])]

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0
}

export function mapNonEmpty<T, U>(items: NonEmpty<T>, each: (item: T) => U): NonEmpty<U> {
  const [first, ...rest] = items
  return [each(first), ...rest.map(each)]
}
