/**
 * Whether a pattern of a scope covers a name: `pocketos/staging`, `railway:volume/3d2c…`. Segments
 * are parted by `/`; `*` stands for one whole segment, never a piece of one. Alone it covers
 * everything, and `railway:*` every resource of railway. A name with more segments than the pattern
 * is not covered.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === '*') return true
  if (coversProvider(pattern)) return name.startsWith(pattern.slice(0, -1))
  const wanted = pattern.split('/')
  const given = name.split('/')
  return (
    wanted.length === given.length &&
    wanted.every((segment, i) => segment === '*' || segment === given[i])
  )
}

/** Whether every name that `narrow` covers is covered by `wide` too. */
export function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow) return true
  // These cover names of any number of segments, which only their like can.
  if (narrow === '*') return false
  if (coversProvider(narrow)) return wide === '*'
  // A `*` left in `narrow` is a segment like any other here: only a `*` in `wide` matches it.
  return matchesPattern(wide, narrow)
}

/** `railway:*` */
function coversProvider(pattern: string): boolean {
  return pattern.endsWith(':*') && !pattern.includes('/')
}
