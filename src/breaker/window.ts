/** How many there were in the last `milliseconds`, never more than `limit` of them remembered. */
export interface Window {
  full(now: number): boolean
  add(now: number): void
  /** Takes the newest one back. */
  undo(): void
}

export function createWindow(limit: number, milliseconds: number): Window {
  let times: number[] = []
  /** those before it are too old */
  let first = 0

  function forget(now: number): void {
    while (first < times.length && (times[first] ?? now) <= now - milliseconds) first += 1
    compact()
  }

  function compact(): void {
    if (first > 1_000 && first * 2 > times.length) {
      times = times.slice(first)
      first = 0
    }
  }

  return {
    full(now) {
      forget(now)
      return times.length - first >= limit
    },
    add(now) {
      times.push(now)
      // Only after a restart are there more than may pass: the newest ones decide.
      if (times.length - first > limit) first += 1
      compact()
    },
    undo() {
      if (times.length > first) times.pop()
    },
  }
}
