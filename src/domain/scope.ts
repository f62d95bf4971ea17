/**
 * Whether a pattern of a scope covers a name: `pocketos/staging`, `railway:volume/3d2c…`. Segments are
 * parted by `/`; `*` stands for one whole segment, never a piece of one. Alone it covers everything, and
 * `railway:*` every resource of railway. A name with more segments than the pattern is not covered.
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

/** `railway:*` */
function coversProvider(pattern: string): boolean {
  return pattern.endsWith(':*') && !pattern.includes('/')
}
