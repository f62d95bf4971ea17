// Reading alone, without a server: what each statement costs before anything is decided.
export interface ReadingCost {
  readonly what: string
  readonly microseconds: number
}

export async function measureReading(): Promise<readonly ReadingCost[]> {
  return []
}
