// What one source may spend, and what it tells of it: a limit that is met is said, never silent.
import type { SourceName, SourceReport } from './finding.ts'

export interface Limits {
  readonly texts: number
  readonly bytes: number
  readonly fileBytes: number
  readonly milliseconds: number
}

export class Budget {
  readonly limits: Limits
  readonly #source: SourceName
  readonly #now: () => number
  readonly #started: number
  readonly #why = new Set<string>()
  readonly #passed = new Map<string, number>()
  #state: SourceReport['state'] = 'read'
  #texts = 0
  #bytes = 0

  constructor(source: SourceName, limits: Limits, now: () => number) {
    this.#source = source
    this.limits = limits
    this.#now = now
    this.#started = now()
  }

  /** False once anything is used up; says which. */
  get left(): boolean {
    const { texts, bytes, milliseconds } = this.limits
    if (this.#texts >= texts) this.stop(`stopped at ${texts} files`)
    else if (this.#bytes >= bytes) this.stop(`stopped at ${bytes} bytes`)
    else if (this.#now() - this.#started >= milliseconds) {
      this.stop(`stopped after ${milliseconds / 1000} seconds`)
    } else return true
    return false
  }

  spend(bytes: number): void {
    this.#texts += 1
    this.#bytes += bytes
  }

  pass(why: string): void {
    this.#passed.set(why, (this.#passed.get(why) ?? 0) + 1)
    // Left out for its size, or because it could not be opened: something may be in it.
    if (why === 'larger than the limit' && this.#state === 'read') this.#state = 'stopped'
  }

  stop(why: string): void {
    if (this.#state === 'read') this.#state = 'stopped'
    this.#why.add(why)
  }

  notDone(why: string): void {
    this.#state = 'not-done'
    this.#why.add(why)
  }

  report(): SourceReport {
    return {
      source: this.#source,
      state: this.#state,
      why: [...this.#why],
      texts: this.#texts,
      bytes: this.#bytes,
      passed: Object.fromEntries(this.#passed),
    }
  }
}
