/**
 * An error with a stable code. The message is lower case, has no full stop, quotes the user's
 * words in backticks and says what to do next. Codes are part of the interface.
 */
export class Fault extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Fault'
    this.code = code
  }
}

/** For what only a bug can make false. What the world does is a value, never an assertion. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new Fault('bug', `this should hold and does not: ${claim}`)
}

/** Ends every switch over a union: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new Fault('bug', `unreachable value ${JSON.stringify(value)}`)
}
