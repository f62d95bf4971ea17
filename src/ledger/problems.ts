/** Something that is not as it must be, and where. */
export interface Problem {
  /** below the published folder */
  readonly file: string
  /** which entry; null when it is not about one */
  readonly index: number | null
  readonly says: string
}

export interface Problems {
  readonly first: readonly Problem[]
  count(): number
  add(file: string, says: string, index?: number): void
}

const listedMax = 100

/** All are counted, the first are kept: a log of a million entries can be wrong in each. */
export function createProblems(): Problems {
  const first: Problem[] = []
  let count = 0
  return {
    first,
    count: () => count,
    add(file, says, index) {
      if (count++ < listedMax) first.push({ file, index: index ?? null, says })
    },
  }
}
