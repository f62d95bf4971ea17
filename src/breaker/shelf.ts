/** A bounded map: beyond `max`, what was not asked for longest is forgotten. */
export interface Shelf<K, V> {
  get(key: K, make: () => V): V
  remove(key: K): void
}

export function createShelf<K, V>(max: number): Shelf<K, V> {
  const items = new Map<K, V>()

  function put(key: K, value: V): void {
    items.set(key, value)
    if (items.size <= max) return
    const [oldest] = items.keys()
    if (oldest !== undefined) items.delete(oldest)
  }

  return {
    get(key, make) {
      const found = items.get(key)
      if (found !== undefined) items.delete(key)
      const value = found ?? make()
      put(key, value)
      return value
    },
    remove: (key) => void items.delete(key),
  }
}
