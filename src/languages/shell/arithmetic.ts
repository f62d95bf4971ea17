// Arithmetic of 64 bits over what is known; null is not known. Assignments in it are carried out.
// https://www.gnu.org/software/bash/manual/html_node/Shell-Arithmetic.html
import type { ArithmeticExpression } from 'unbash'

/** What the expression leans on; a name's value is null where it is not known. */
export interface Names {
  read(name: string): string | null
  write(name: string, value: bigint | null): void
  /** a word with expansions in it */
  expand(word: Extract<ArithmeticExpression, { type: 'ArithmeticWord' }>): string | null
  run(
    expansion: Extract<ArithmeticExpression, { type: 'ArithmeticCommandExpansion' }>,
  ): string | null
}

type Number64 = bigint | null

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value)

export function evaluate(node: ArithmeticExpression, names: Names, depth = 0): Number64 {
  // Every branch is walked, for what its substitutions run.
  if (depth > 200) return null
  const deeper = (inner: ArithmeticExpression): Number64 => evaluate(inner, names, depth + 1)
  const perhaps = (inner: ArithmeticExpression): Number64 =>
    evaluate(inner, { ...names, write: (name) => names.write(name, null) }, depth + 1)
  switch (node.type) {
    case 'ArithmeticGroup':
      return deeper(node.expression)
    case 'ArithmeticWord':
      return word(node, names)
    case 'ArithmeticCommandExpansion':
      return parseNumber(names.run(node))
    case 'ArithmeticTernary': {
      const test = deeper(node.test)
      const [yes, no] = [perhaps(node.consequent), perhaps(node.alternate)]
      return test === null ? null : test === 0n ? no : yes
    }
    case 'ArithmeticUnary':
      return unary(node, deeper(node.operand), names)
    case 'ArithmeticBinary':
      return binary(node, names, deeper, /^(&&|\|\|)$/.test(node.operator) ? perhaps : deeper)
  }
}

function word(
  node: Extract<ArithmeticExpression, { type: 'ArithmeticWord' }>,
  names: Names,
): Number64 {
  const text = names.expand(node)
  if (text === null) return null
  if (/^[A-Za-z_]\w*$/.test(text)) return parseNumber(names.read(text))
  return parseNumber(text)
}

function parseNumber(text: string | null): Number64 {
  const tidy = text?.trim() ?? null
  if (tidy === null) return null
  if (/^[+-]?(0|[1-9]\d{0,17})$/.test(tidy)) return BigInt(tidy.replace(/^\+/, ''))
  if (/^0x[\da-f]{1,15}$/i.test(tidy)) return BigInt(tidy)
  if (/^0[0-7]{1,20}$/.test(tidy)) return wrap(BigInt(`0o${tidy.slice(1)}`))
  return null
}

/** Of an element, nothing more is known than that the list is another one now. */
function write(node: ArithmeticExpression, names: Names, value: Number64): void {
  if (node.type !== 'ArithmeticWord') return
  const [, name, element] = /^([A-Za-z_]\w*)(\[.*)?$/s.exec(node.value) ?? []
  if (name !== undefined) names.write(name, element === undefined ? value : null)
}

function unary(
  node: Extract<ArithmeticExpression, { type: 'ArithmeticUnary' }>,
  value: Number64,
  names: Names,
): Number64 {
  if (node.operator === '++' || node.operator === '--') {
    const next = value === null ? null : wrap(node.operator === '++' ? value + 1n : value - 1n)
    write(node.operand, names, next)
    return node.prefix ? next : value
  }
  if (value === null) return null
  switch (node.operator) {
    case '-':
      return wrap(-value)
    case '+':
      return value
    case '!':
      return value === 0n ? 1n : 0n
    case '~':
      return wrap(~value)
    default:
      return null
  }
}

function binary(
  node: Extract<ArithmeticExpression, { type: 'ArithmeticBinary' }>,
  names: Names,
  deeper: (inner: ArithmeticExpression) => Number64,
  right: (inner: ArithmeticExpression) => Number64,
): Number64 {
  const { operator } = node
  if (/^([-+*/%&|^]|<<|>>)?=$/.test(operator)) {
    const before = operator === '=' ? 0n : deeper(node.left)
    const value = deeper(node.right)
    const made = operator === '=' ? value : operate(operator.slice(0, -1), before, value)
    write(node.left, names, made)
    return made
  }
  const left = deeper(node.left)
  return operate(operator, left, right(node.right))
}

function operate(operator: string, left: Number64, right: Number64): Number64 {
  if (operator === ',') return right
  if (left === null || right === null) return null
  const truth = (value: boolean): bigint => (value ? 1n : 0n)
  switch (operator) {
    case '+':
      return wrap(left + right)
    case '-':
      return wrap(left - right)
    case '*':
      return wrap(left * right)
    case '/':
      return right === 0n ? null : wrap(left / right)
    case '%':
      return right === 0n ? null : wrap(left % right)
    case '**':
      return right < 0n || right > 64n ? null : wrap(left ** right)
    case '<<':
      return right < 0n || right > 63n ? null : wrap(left << right)
    case '>>':
      return right < 0n || right > 63n ? null : wrap(left >> right)
    case '<':
      return truth(left < right)
    case '>':
      return truth(left > right)
    case '<=':
      return truth(left <= right)
    case '>=':
      return truth(left >= right)
    case '==':
      return truth(left === right)
    case '!=':
      return truth(left !== right)
    case '&':
      return wrap(left & right)
    case '|':
      return wrap(left | right)
    case '^':
      return wrap(left ^ right)
    case '&&':
      return truth(left !== 0n && right !== 0n)
    case '||':
      return truth(left !== 0n || right !== 0n)
    default:
      return null
  }
}
