/** What goes wrong with coming answers, for those who test what stands in front. */
export interface Fault {
  /** the connection is cut: before a byte, after the headers, or in the middle of the body */
  readonly cut?: 'before-answer' | 'after-headers' | 'mid-answer'
  /** answered instead of what GraphQL says */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly delayMs?: number
  /** the credential comes back in a header and in the body: plain, base64, URL-encoded */
  readonly echoToken?: boolean
  /** whether the operation takes effect all the same; false where a `status` is given, else true */
  readonly performs?: boolean
  /** how many answers; 1 if not said */
  readonly times?: number
}

export interface Faults {
  add(fault: Fault): void
  /** The fault for this answer. */
  next(): Fault
  clear(): void
}

const faultsMax = 10_000

export function createFaults(): Faults {
  const waiting: Fault[] = []
  return {
    add: (fault) => {
      const times = Math.min(fault.times ?? 1, faultsMax)
      for (let i = 0; i < times; i++) waiting.push(fault)
    },
    next: () => waiting.shift() ?? {},
    clear: () => waiting.splice(0),
  }
}
