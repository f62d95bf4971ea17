// The extended protocol. Parse, Describe, Close, Flush and Sync go on to the server; a Bind waits
// here for its Execute, and both are judged as one. Names follow what the server has.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
import { bindComplete, readyForQuery } from '../../wire/postgres/backend.ts'
import { concatenate } from '../../wire/postgres/bytes.ts'
import {
  closeMessage,
  describeMessage,
  flushMessage,
  frontendTags,
  readBind,
  readEmpty,
  readExecute,
  readNamed,
  readParse,
  renameBind,
  renameParse,
} from '../../wire/postgres/frontend.ts'
import type { Exchange } from './exchange.ts'
import { notSkipping } from './exchange.ts'
import type { Portal } from './names.ts'
import { errorFields, refusalFields } from './refuse.ts'

/** longest name of a portal: PostgreSQL cuts longer ones off, and two might become one */
const nameBytesMax = 63

/** As PostgreSQL says it of a Bind in a transaction that has failed, unless it may end that one. */
const transactionFailed =
  'current transaction is aborted, commands ignored until end of transaction block'
const endsTransaction = /^\s*(commit|end|rollback|abort|prepare)\b/i

export class Extended {
  readonly #exchange: Exchange
  /** the Bind that came last and is not answered yet */
  #held: Portal | null = null
  /** a statement of this batch has ended the transaction, which the server's state tells at Sync */
  #ended = false

  constructor(exchange: Exchange) {
    this.#exchange = exchange
  }

  async parse(bytes: Uint8Array): Promise<void> {
    const { names, limits } = this.#exchange.parts
    const { name, text, types } = readParse(bytes)
    if (!(await this.answerHeld())) return
    if (name !== '') {
      if (names.statement(name) !== undefined) {
        const message = `prepared statement "${name}" already exists`
        return this.#exchange.refuse(errorFields('42P05', message))
      }
      if (names.statements >= limits.statementsMax) {
        const message = `more than ${limits.statementsMax} prepared statements in one session`
        return this.#exchange.refuse(errorFields('54000', message, 'close some that are not used'))
      }
    }
    const { serverName } = names.parse(name, text, types)
    return this.#exchange.write(name === '' ? bytes : renameParse(bytes, serverName))
  }

  async bind(bytes: Uint8Array): Promise<void> {
    const { names, limits } = this.#exchange.parts
    const bind = readBind(bytes)
    if (!(await this.answerHeld())) return
    const statement = names.statement(bind.statement)
    if (statement === undefined) return this.#refuseUnknown('statement', bind.statement)
    if (bind.portal !== '') {
      if (Buffer.byteLength(bind.portal) > nameBytesMax) {
        return this.#exchange.refuse(errorFields('42622', 'the name of the portal is too long'))
      }
      if (names.portal(bind.portal) !== undefined) {
        const message = `cursor "${bind.portal}" already exists`
        return this.#exchange.refuse(errorFields('42P03', message))
      }
      if (names.portals >= limits.portalsMax) {
        const message = `more than ${limits.portalsMax} portals in one session`
        return this.#exchange.refuse(errorFields('54000', message, 'close some that are not used'))
      }
    }
    const { name, serverName } = statement
    this.#held = names.bind(bind, statement, name === '' ? bytes : renameBind(bytes, serverName))
  }

  async describe(bytes: Uint8Array): Promise<void> {
    const { names } = this.#exchange.parts
    const { what, name } = readNamed(bytes)
    if (what === 'statement') {
      if (!(await this.answerHeld())) return
      const statement = names.statement(name)
      if (statement === undefined) return this.#refuseUnknown(what, name)
      const own = describeMessage({ what, name: statement.serverName })
      return this.#exchange.write(name === '' ? bytes : own)
    }
    const portal = names.portal(name)
    if (portal !== undefined && portal === this.#held && portal.describe === null) {
      portal.describe = bytes
      return
    }
    if (!(await this.answerHeld())) return
    if (portal === undefined) return this.#refuseUnknown(what, name)
    if (portal.state === 'bound') return this.#exchange.write(bytes)
    await this.#describeHeld(portal)
  }

  async execute(bytes: Uint8Array): Promise<void> {
    const { names, server } = this.#exchange.parts
    const portal = names.portal(readExecute(bytes).portal)
    if (portal !== undefined && portal === this.#held) this.#held = null
    else if (!(await this.answerHeld())) return
    if (portal === undefined) return this.#refuseUnknown('portal', readExecute(bytes).portal)
    const { statement, bind } = portal
    const messages = portal.state === 'held' ? groupOf(portal, bytes) : bytes
    server.swallowBind = portal.state === 'held' && portal.answered
    const { text, types } = statement
    const { parameters } = bind
    const { finished } = server
    const reply = await this.#exchange.ask({ form: 'extended', text, parameters, types, messages })
    if (reply.kind === 'refusal') return this.#exchange.refuse(refusalFields(reply, 'statement'))
    portal.state = 'bound'
    // What follows at once needs no waiting: the server answers in order. Not so where it may ask
    // for COPY data, because then it passes over a Sync.
    if (this.#exchange.parts.client.scanner.nextTag === frontendTags.sync && !/copy/i.test(text)) {
      return
    }
    // Without a Sync the server keeps what it has to say until a Flush, which may come much later.
    await this.#exchange.write(flushMessage)
    let answered: 'done' | 'error' | 'copy-in' | null = null
    void reply.answered.then((how) => {
      answered = how
      if (how === 'done' && endsTransaction.test(text)) this.#ended = true
      server.wake()
    })
    await this.#exchange.until(() =>
      answered === 'copy-in' ? server.finished > finished : answered !== null,
    )
  }

  async close(bytes: Uint8Array): Promise<void> {
    const { names } = this.#exchange.parts
    const { what, name } = readNamed(bytes)
    if (!(await this.answerHeld())) return
    const statement = what === 'statement' ? names.statement(name) : undefined
    names.close(what, name)
    if (what === 'portal' || name === '') return this.#exchange.write(bytes)
    // To close what there is not is no error: the server says that it is done.
    const serverName = statement?.serverName ?? 'holdpoint_none'
    return this.#exchange.write(closeMessage({ what, name: serverName }))
  }

  async flush(bytes: Uint8Array): Promise<void> {
    readEmpty(bytes)
    if (await this.answerHeld()) return this.#exchange.write(bytes)
  }

  /** Ends the batch, and waits until the server has: the next one begins with what is known then. */
  async sync(bytes: Uint8Array): Promise<void> {
    readEmpty(bytes)
    const exchange = this.#exchange
    const { server, names } = exchange.parts
    await this.answerHeld()
    this.#held = null
    this.#ended = false
    const { skipping } = exchange
    exchange.skipping = notSkipping
    if (skipping.kind === 'door') {
      if (skipping.state === 'I') names.endTransaction()
      server.inject(readyForQuery(skipping.state))
      return
    }
    const awaited = server.readies + 1
    // An error that comes now belongs to this batch still.
    exchange.errorsSkip = false
    await exchange.write(bytes)
    await exchange.until(() => server.readies >= awaited)
    exchange.errorsSkip = true
  }

  /**
   * A Bind that is not executed at once: the client is told that it is bound, in its turn, and the
   * server hears of it with the Execute. False: something has failed before it.
   */
  async answerHeld(): Promise<boolean> {
    const portal = this.#held
    if (portal === null) return true
    this.#held = null
    const { channel, server } = this.#exchange.parts
    const state = await channel.settle()
    if (this.#failed()) return false
    if (state === 'E' && !this.#ended && !endsTransaction.test(portal.statement.text)) {
      await this.#exchange.refuse(errorFields('25P02', transactionFailed))
      return false
    }
    portal.answered = true
    server.inject(bindComplete)
    if (portal.describe === null) return true
    portal.describe = null
    return this.#describeHeld(portal)
  }

  /** The statement is described in place of the portal, with the formats that the portal has. */
  async #describeHeld({ statement, bind }: Portal): Promise<boolean> {
    const { channel, server } = this.#exchange.parts
    // What the client asked before is answered to it whole.
    await channel.settle()
    if (this.#failed()) return false
    server.describing = bind.resultFormats
    await this.#exchange.write(describeMessage({ what: 'statement', name: statement.serverName }))
    await channel.settle()
    server.describing = null
    return !this.#failed()
  }

  #failed(): boolean {
    return this.#exchange.over || this.#exchange.skipping.kind !== 'no'
  }

  #refuseUnknown(what: 'statement' | 'portal', name: string): Promise<void> {
    const unnamed = what === 'statement' && name === ''
    const message = unnamed
      ? 'unnamed prepared statement does not exist'
      : what === 'statement'
        ? `prepared statement "${name}" does not exist`
        : `portal "${name}" does not exist`
    return this.#exchange.refuse(errorFields(what === 'statement' ? '26000' : '34000', message))
  }
}

/** Bind, Describe and Execute as they will be sent; not copied where they came side by side. */
function groupOf({ bytes, describe }: Portal, execute: Uint8Array): Uint8Array {
  const parts = describe === null ? [bytes, execute] : [bytes, describe, execute]
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  let at = bytes.byteOffset
  for (const part of parts) {
    if (part.buffer !== bytes.buffer || part.byteOffset !== at) return concatenate(parts)
    at += part.length
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, length)
}
