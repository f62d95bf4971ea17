import { Fault } from '../../domain/fault.ts'
import { errorResponse } from '../../wire/postgres/backend.ts'
import { frontendTags, readQuery } from '../../wire/postgres/frontend.ts'
import { Exchange, SessionOver } from './exchange.ts'
import type { ExchangeParts } from './exchange.ts'
import { Extended } from './extended.ts'
import { helpAsked } from './help.ts'
import { errorFields, fatalFields, refusalFields } from './refuse.ts'

/** One session from its first statement to its end. */
export class SqlSession {
  readonly #parts: ExchangeParts
  readonly #exchange: Exchange
  readonly #extended: Extended
  #busy = false
  #stopping = false

  constructor(parts: ExchangeParts) {
    this.#parts = parts
    this.#exchange = new Exchange(parts)
    this.#extended = new Extended(this.#exchange)
    parts.channel.onClose((why) => this.#serverGone(why))
    parts.channel.attach(parts.server.receive)
    parts.client.onDrain(() => parts.channel.resume())
  }

  cancel(): void {
    this.#exchange.cancel()
  }

  /** Ends it now when it waits for its client, otherwise when it next does. */
  stop(): void {
    this.#stopping = true
    if (!this.#busy) this.sever('terminating connection because the gate stops')
  }

  /** Ends it at once; where it can still be heard, the client is told why. */
  sever(why: string): void {
    const { client, channel, server } = this.#parts
    client.end(server.inMessage ? null : errorResponse(fatalFields('57P01', why)))
    channel.close()
  }

  /** Takes message by message; each has been dealt with before the next one is looked at. */
  async run(): Promise<void> {
    const { client, channel, server } = this.#parts
    try {
      while (!this.#exchange.over) {
        this.#busy = true
        while (client.take()) await this.#message()
        this.#busy = false
        const { broken } = client.scanner
        if (broken !== null) throw new Fault('postgres-protocol', broken)
        if (client.over) return
        if (this.#stopping) this.stop()
        await client.more()
      }
    } catch (fault) {
      if (!(fault instanceof SessionOver)) {
        client.end(server.inMessage ? null : errorResponse(lastWords(fault)))
      }
    } finally {
      // The client first: it is not told of an end that it asked for.
      client.end(null)
      channel.close()
    }
  }

  async #message(): Promise<void> {
    const { scanner } = this.#parts.client
    const { tag } = scanner
    if (tag === frontendTags.terminate) throw new SessionOver()
    if (isCopy(tag)) return
    const { skipping } = this.#exchange
    if (skipping.kind !== 'no' && tag !== frontendTags.sync) return
    if (!scanner.first || !scanner.last || tag === frontendTags.functionCall) {
      return scanner.last ? this.#refuseLong(tag) : undefined
    }
    try {
      await this.#take(tag, scanner.bytes())
    } catch (fault) {
      if (!(fault instanceof Fault) || fault.code !== 'postgres-text') throw fault
      await this.#refuse(tag, 'invalid byte sequence for encoding "UTF8"', '22021')
    }
  }

  #take(tag: number, bytes: Uint8Array): Promise<void> {
    switch (tag) {
      case frontendTags.query:
        return this.#query(bytes)
      case frontendTags.parse:
        return this.#extended.parse(bytes)
      case frontendTags.bind:
        return this.#extended.bind(bytes)
      case frontendTags.describe:
        return this.#extended.describe(bytes)
      case frontendTags.execute:
        return this.#extended.execute(bytes)
      case frontendTags.close:
        return this.#extended.close(bytes)
      case frontendTags.flush:
        return this.#extended.flush(bytes)
      case frontendTags.sync:
        return this.#extended.sync(bytes)
      default:
        throw new Fault('postgres-protocol', `a message of tag ${tag} is not taken here`)
    }
  }

  async #query(bytes: Uint8Array): Promise<void> {
    const exchange = this.#exchange
    const { server, names } = this.#parts
    const text = readQuery(bytes)
    if (!(await this.#extended.answerHeld())) return
    const { help } = this.#parts
    const question = help === null ? null : helpAsked(text)
    if (help !== null && question !== null) return exchange.tell(question, help)
    names.dropUnnamed()
    const awaited = server.readies + 1
    const asked = { form: 'simple', text, parameters: [], types: [], messages: bytes } as const
    exchange.errorsSkip = false
    const reply = await exchange.ask(asked)
    if (reply.kind === 'refusal') await exchange.refuseSimple(refusalFields(reply, 'statement'))
    else await exchange.until(() => server.readies >= awaited)
    exchange.errorsSkip = true
  }

  #refuseLong(tag: number): Promise<void> {
    if (tag === frontendTags.functionCall) {
      return this.#refuse(tag, 'function calls of the protocol are not taken here', '0A000')
    }
    const { textBytesMax, bindBytesMax } = this.#parts.limits
    const max = tag === frontendTags.bind ? bindBytesMax : textBytesMax
    return this.#refuse(tag, `the message is longer than ${max} bytes, and was not sent`, '54000')
  }

  async #refuse(tag: number, message: string, code: string): Promise<void> {
    const fields = errorFields(code, message)
    if (!(await this.#extended.answerHeld())) return
    const skipsNothing = tag === frontendTags.query || tag === frontendTags.functionCall
    return skipsNothing ? this.#exchange.refuseSimple(fields) : this.#exchange.refuse(fields)
  }

  /** The server said why itself, or it is simply gone. */
  #serverGone(why: string): void {
    const { client, server } = this.#parts
    if (client.over) return
    const told = server.inMessage || server.saidGoodbye
    client.end(told ? null : errorResponse(fatalFields('08006', `the session has ended: ${why}`)))
  }
}

/** COPY data that comes when nobody asks for it any more is passed over, as PostgreSQL does. */
function isCopy(tag: number): boolean {
  return (
    tag === frontendTags.copyData || tag === frontendTags.copyDone || tag === frontendTags.copyFail
  )
}

function lastWords(fault: unknown) {
  return fault instanceof Fault && fault.code === 'postgres-protocol'
    ? fatalFields('08P01', fault.message)
    : fatalFields('58000', 'the gate could not go on with this session')
}
