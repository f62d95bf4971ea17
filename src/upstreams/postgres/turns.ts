/** One after the other, in the order in which they came; at once when nothing is under way. */
export class Turns {
  #last: Promise<unknown> | null = null

  get idle(): boolean {
    return this.#last === null
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#last
    const running = before === null ? work() : before.then(work, work)
    const last: Promise<void> = running.then(
      () => this.#over(last),
      () => this.#over(last),
    )
    this.#last = last
    return running
  }

  #over(last: Promise<unknown>): void {
    if (this.#last === last) this.#last = null
  }
}
