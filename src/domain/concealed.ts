/**
 * A secret in transit. It prints as its name in JSON, templates, `console.log` and errors;
 * only `reveal` gives the value, and the tidy test lists who may call that.
 */
export class Concealed {
  readonly #value: string
  readonly name: string

  constructor(name: string, value: string) {
    this.name = name
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return `[secret ${this.name}]`
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}
