/** Keeps what was asked for last; beyond `max` entries, what was not asked for longest goes. */
export interface Recent<T> {
  get(key: string): T | undefined
  put(key: string, value: T): void
}

/** Two generations: looking up a young entry moves nothing, which is most of what is looked up. */
export function createRecent<T>(max: number): Recent<T> {
  const half = Math.ceil(max / 2)
  let young = new Map<string, T>()
  let old = new Map<string, T>()

  function put(key: string, value: T): void {
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }

  function get(key: string): T | undefined {
    const value = young.get(key)
    if (value !== undefined) return value
    const older = old.get(key)
    if (older !== undefined) put(key, older)
    return older
  }

  return { get, put }
}
