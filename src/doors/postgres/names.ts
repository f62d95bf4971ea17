// Which statements and portals a session has, by the names that its client gave them. A statement
// goes by another name at the server, which is given once and never again: so the text that is
// judged is the text that runs, whatever failed, was skipped or was dropped in between.
import { unreachable } from '../../domain/fault.ts'
import type { Bind } from '../../wire/postgres/frontend.ts'

export interface Statement {
  /** what the client calls it; empty for the unnamed one */
  readonly name: string
  /** what the server calls it; empty for the unnamed one */
  readonly serverName: string
  readonly text: string
  readonly types: readonly number[]
}

/**
 * held: its Bind is here, and goes to the server with its first Execute. bound: the server has it,
 * and an Execute of it alone goes on where it was.
 */
export interface Portal {
  readonly statement: Statement
  readonly bind: Bind
  /** the Bind as it will be sent */
  readonly bytes: Uint8Array
  /** a Describe of it, to be sent with it; null for none */
  describe: Uint8Array | null
  /** the client was told that it is bound */
  answered: boolean
  state: 'held' | 'bound'
}

export class Names {
  readonly #statements = new Map<string, Statement>()
  readonly #portals = new Map<string, Portal>()
  /** Parses that the server has not answered, in order */
  #pending: Statement[] = []
  #given = 0

  get statements(): number {
    return this.#statements.size
  }

  get portals(): number {
    return this.#portals.size
  }

  statement(name: string): Statement | undefined {
    return this.#statements.get(name)
  }

  portal(name: string): Portal | undefined {
    return this.#portals.get(name)
  }

  /** A Parse is on its way. The unnamed statement before it is gone. */
  parse(name: string, text: string, types: readonly number[]): Statement {
    const serverName = name === '' ? '' : `holdpoint_${(this.#given += 1)}`
    const statement = { name, serverName, text, types }
    if (name === '') this.#forget(name)
    this.#statements.set(name, statement)
    this.#pending.push(statement)
    return statement
  }

  /** The server has taken the first Parse that was on its way. */
  confirm(): void {
    this.#pending.shift()
  }

  /**
   * Something failed: what was on its way was not taken, or nobody knows, and portals are gone with
   * their transaction.
   */
  fail(): void {
    for (const statement of this.#pending) {
      if (this.#statements.get(statement.name) === statement)
        this.#statements.delete(statement.name)
    }
    this.#pending = []
    this.#portals.clear()
  }

  bind(bind: Bind, statement: Statement, bytes: Uint8Array): Portal {
    const portal: Portal = {
      ...{ statement, bind, bytes },
      describe: null,
      answered: false,
      state: 'held',
    }
    this.#portals.set(bind.portal, portal)
    return portal
  }

  close(what: 'statement' | 'portal', name: string): void {
    switch (what) {
      case 'portal':
        this.#portals.delete(name)
        return
      case 'statement':
        this.#forget(name)
        return
      default:
        return unreachable(what)
    }
  }

  /** A Query message takes the unnamed statement and the unnamed portal away. */
  dropUnnamed(): void {
    this.#forget('')
    this.#portals.delete('')
  }

  /** The transaction is over, and its portals with it. */
  endTransaction(): void {
    this.#portals.clear()
  }

  /** DEALLOCATE ALL: those that have a name, and what waits here to be bound of them. */
  forgetNamed(): void {
    for (const name of [...this.#statements.keys()]) {
      if (name !== '') this.#forget(name)
    }
  }

  /** DISCARD ALL takes the portals too. */
  discardAll(): void {
    this.forgetNamed()
    this.#portals.clear()
  }

  /** What the server has bound already stays; what it has not can be bound no more. */
  #forget(name: string): void {
    const statement = this.#statements.get(name)
    this.#statements.delete(name)
    for (const [portalName, portal] of this.#portals) {
      if (portal.statement === statement && portal.state === 'held') {
        this.#portals.delete(portalName)
      }
    }
  }
}
