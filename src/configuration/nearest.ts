/** The known word closest to what was written, when it is close enough to be meant; or null. */
export function nearest(written: string, known: readonly string[]): string | null {
  const lengthMax = 64
  if (written.length > lengthMax) return null
  let best: string | null = null
  let least = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const word of known) {
    const apart = distance(written.toLowerCase(), word.toLowerCase())
    if (apart < least) {
      least = apart
      best = word
    }
  }
  return best
}

/** `; did you mean `x`?`, or nothing. */
export function didYouMean(written: string, known: readonly string[]): string {
  const word = nearest(written, known)
  return word === null ? '' : `; did you mean \`${word}\`?`
}

/** Levenshtein's distance, where two neighbours exchanged count as one step. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const next = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      let steps = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + same,
      )
      const exchanged = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (row > 1 && column > 1 && exchanged) steps = Math.min(steps, at(before, column - 2) + 1)
      next.push(steps)
    }
    before = last
    last = next
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
