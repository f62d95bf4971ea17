// What a server owes an answer for, in the order in which it was asked. Everything it says belongs
// to the first of these, or to nobody: notifications and settings come whenever they like.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
import type { Parse } from '../../wire/postgres/frontend.ts'
import { mayYetChangeNames } from './statements.ts'

export type ExpectedKind =
  'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync' | 'query' | 'copy-end'

/**
 * done: answered whole. error: it failed. skipped: the server passed over it, on its way to Sync.
 * lost: the connection ended before. ignored: a Sync that came while the server takes COPY data.
 */
export interface End {
  readonly kind: 'done' | 'error' | 'skipped' | 'lost' | 'ignored'
  /** SQLSTATE, of an error */
  readonly code: string | null
  /** of the last CommandComplete: `DELETE 3` */
  readonly tag: string
}

/** Takes what is not for the agent, or not yet. Gets neither ReadyForQuery nor asynchronous ones. */
export interface Sink {
  take(tag: number, piece: Uint8Array, first: boolean): void
  /** The server asks for COPY data, and nobody has any. */
  refuseCopy(): void
}

export interface Expected {
  readonly kind: ExpectedKind
  /** null: the agent's own, passed on as it comes */
  readonly sink: Sink | null
  /** the statement's text, where the agent runs one; null for Holdpoint's own */
  readonly text: string | null
  /** of a Parse */
  readonly parse: Parse | null
  /** of a Close of a statement */
  readonly closes: string | null
  readonly ended: ((end: End) => void) | null
  /** It asks for COPY data. */
  readonly copyIn: (() => void) | null
}

/** Bytes to be written, and what they will be answered with. */
export interface Part {
  readonly bytes: Uint8Array
  readonly expected: readonly Expected[]
}

const plain = { sink: null, text: null, parse: null, closes: null, ended: null, copyIn: null }

export function expect(kind: ExpectedKind, more: Partial<Omit<Expected, 'kind'>> = {}): Expected {
  return { ...plain, ...more, kind }
}

/** First in, first out, however many there are. */
export class Queue {
  #items: (Expected | undefined)[] = []
  #head = 0
  #doubtful = 0
  /** how many came in and went out, ever */
  pushed = 0
  shifted = 0

  get first(): Expected | undefined {
    return this.#items[this.#head]
  }

  get empty(): boolean {
    return this.#head === this.#items.length
  }

  push(expected: Expected): void {
    this.#items.push(expected)
    this.pushed += 1
    if (isDoubtful(expected)) this.#doubtful += 1
  }

  /** Something is under way that may prepare or drop statements, or change what names mean. */
  get doubtful(): boolean {
    return this.#doubtful > 0
  }

  shift(): Expected | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#items[this.#head] = undefined
    this.#head += 1
    this.shifted += 1
    if (isDoubtful(item)) this.#doubtful -= 1
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  /** The Syncs right behind the first: a server that waits for COPY data ignores them. */
  takeEarlySyncs(): readonly Expected[] {
    const taken: Expected[] = []
    for (let at = this.#head + 1; this.#items[at]?.kind === 'sync';) {
      const [sync] = this.#items.splice(at, 1)
      if (sync !== undefined) taken.push(sync)
      this.shifted += 1
    }
    return taken
  }

  /** Whether what comes right after the first ends the COPY data. */
  get copyEnds(): boolean {
    return this.#items[this.#head + 1] !== undefined
  }

  /** The last Parse of a statement of this name that is not answered yet. */
  parseOf(name: string): Parse | null {
    for (let at = this.#items.length - 1; at >= this.#head; at--) {
      const item = this.#items[at]
      if (item?.parse?.name === name) return item.parse
      if (item?.closes === name) return null
    }
    return null
  }
}

function isDoubtful({ text }: Expected): boolean {
  return text !== null && mayYetChangeNames(text)
}
