import type { TransactionState } from '../../domain/request.ts'
import { backendTags, readCommandTag, readParameterStatus } from '../../wire/postgres/backend.ts'
import { readReadyForQuery, withFormats } from '../../wire/postgres/backend.ts'
import { FrameScanner } from '../../wire/postgres/frames.ts'
import type { Format } from '../../wire/postgres/frontend.ts'
import type { ClientStream } from './client.ts'
import type { Names } from './names.ts'

/** What has to be looked at on its way; the rest is known by its tag, and passes as it comes. */
const lookedAt: ReadonlySet<number> = new Set([
  backendTags.readyForQuery,
  backendTags.commandComplete,
  backendTags.parameterStatus,
  backendTags.rowDescription,
  backendTags.parameterDescription,
])
const lookedAtBytesMax = 1_048_576

/**
 * The server's side of a session: passes on what it says, in one piece where it came in one, and
 * keeps count of it.
 */
export class ServerStream {
  state: TransactionState = 'I'
  /** how many ReadyForQuery there were */
  readies = 0
  /** how many statements came to an end, well or not */
  finished = 0
  /** The last it said was an error, and nothing after it. */
  saidGoodbye = false
  /** The server asks for COPY data, and has not been told of its end. */
  copyIn = false
  /** why what the client writes cannot be read as the server will read it; null when it can */
  unreadable: string | null = null
  /** the next BindComplete is not passed on: the client has it already */
  swallowBind = false
  /** a Describe of a statement stands in for one of a portal with these formats */
  describing: readonly Format[] | null = null
  onError: () => void = () => undefined

  readonly #client: ClientStream
  readonly #names: Names
  readonly #scanner = new FrameScanner((tag, length) =>
    lookedAt.has(tag) && length <= lookedAtBytesMax ? 'whole' : 'parts',
  )
  #source: Uint8Array | null = null
  #start = 0
  #end = 0
  #writable = true
  /** our own words, while a message of the server is half on its way */
  #waiting: Uint8Array[] = []
  #change: PromiseWithResolvers<void> | null = null

  constructor(client: ClientStream, names: Names) {
    this.#client = client
    this.#names = names
  }

  get inMessage(): boolean {
    return this.#scanner.inParts
  }

  /** False: no more until the client has read. */
  readonly receive = (bytes: Uint8Array): boolean => {
    const scanner = this.#scanner
    this.#writable = true
    scanner.push(bytes)
    while (scanner.next()) this.#piece(scanner)
    this.#writeRun()
    return this.#writable
  }

  /** Our own words, as soon as they interrupt nothing. */
  inject(bytes: Uint8Array): void {
    if (this.#scanner.inParts) this.#waiting.push(bytes)
    else this.#client.write(bytes)
  }

  /** Resolves when the server has said something that counts, or `wake` is called. */
  change(): Promise<void> {
    this.#change ??= Promise.withResolvers()
    return this.#change.promise
  }

  wake(): void {
    this.#change?.resolve()
    this.#change = null
  }

  #piece(scanner: FrameScanner): void {
    const { tag, last } = scanner
    if (!this.#replaced(scanner)) this.#pass(scanner)
    if (!last) return
    this.#handle(tag, scanner)
    if (this.#waiting.length === 0) return
    this.#writeRun()
    for (const bytes of this.#waiting.splice(0)) this.#client.write(bytes)
  }

  /** Neighbours in one chunk are written together. */
  #pass({ source, start, end }: FrameScanner): void {
    if (source === this.#source && start === this.#end) {
      this.#end = end
      return
    }
    this.#writeRun()
    this.#source = source
    this.#start = start
    this.#end = end
  }

  #writeRun(): void {
    const source = this.#source
    if (source === null) return
    const whole = this.#start === 0 && this.#end === source.length
    const bytes = whole ? source : source.subarray(this.#start, this.#end)
    this.#source = null
    if (!this.#client.write(bytes)) this.#writable = false
  }

  /** What the client must not see, or must see otherwise. */
  #replaced(scanner: FrameScanner): boolean {
    const { tag } = scanner
    if (this.swallowBind && tag === backendTags.bindComplete) {
      this.swallowBind = false
      return true
    }
    if (this.describing === null) return false
    if (tag === backendTags.parameterDescription) return true
    if (tag !== backendTags.rowDescription || !scanner.first || !scanner.last) return false
    this.#writeRun()
    this.#client.write(withFormats(scanner.bytes(), this.describing))
    return true
  }

  #handle(tag: number, scanner: FrameScanner): void {
    this.saidGoodbye = tag === backendTags.errorResponse
    switch (tag) {
      case backendTags.readyForQuery:
        this.state = readReadyForQuery(scanner.bytes())
        this.readies += 1
        this.copyIn = false
        if (this.state === 'I') this.#names.endTransaction()
        break
      case backendTags.errorResponse:
        this.copyIn = false
        this.finished += 1
        this.swallowBind = false
        this.#names.fail()
        this.onError()
        break
      case backendTags.commandComplete:
        this.copyIn = false
        this.finished += 1
        this.#command(scanner)
        break
      case backendTags.copyInResponse:
        this.copyIn = true
        break
      case backendTags.parseComplete:
        this.#names.confirm()
        return
      case backendTags.parameterStatus:
        this.learn(...readParameterStatus(scanner.bytes()))
        return
      default:
        return
    }
    this.wake()
  }

  #command(scanner: FrameScanner): void {
    const { source, start, first, last } = scanner
    // Only those that begin with D are of interest: DISCARD ALL, DEALLOCATE ALL.
    if (!first || !last || source[start + 5] !== 0x44) return
    const tag = readCommandTag(scanner.bytes())
    if (tag === 'DISCARD ALL') this.#names.discardAll()
    else if (tag === 'DEALLOCATE ALL') this.#names.forgetNamed()
  }

  /** A setting of the session, as the server reports it. */
  learn(name: string, value: string): void {
    if (name !== 'client_encoding') return
    this.unreadable = value === 'UTF8' ? null : `client_encoding is ${value}, not UTF8`
  }
}
