// What the parser lets pass and a shell does not, or reads otherwise: such a text is refused.
import { forEachChild } from 'unbash'
import type { ParsedScript, SyntaxNode as Node } from 'unbash'

/** Every name that a script for plain `sh` goes by. */
const plainShells = /^(sh|dash|ash|posh|yash)( |$)/
const anyShell = /^(ba|z|rba|k|mk|da|a|po|ya)?sh(93)?( |$)/

/** By the shells around it: whether the innermost one is no bash. */
export function isPlain(through: readonly string[]): boolean {
  return plainShells.test(through.findLast((one) => anyShell.test(one)) ?? '')
}

/** Why it is no script that can be relied on; null: it is one. */
export function faultIn(text: string, script: ParsedScript, plain: boolean): string | null {
  if (text.includes('\0')) return 'it has a NUL in it'
  const [error] = script.errors ?? []
  if (error !== undefined) return `not a script that bash reads: ${error.message}`
  // bash takes such a newline out first, and so a name or an operator goes on after it.
  if (/\$(\\\n)+[\w{('"[$@*#?!-]|\$[A-Za-z_]\w*(\\\n)+\w/.test(text)) {
    return 'a line is joined within an expansion'
  }
  return plain || /\$\{[^}]*'/.test(text) ? otherwise(text, script, plain) : null
}

/** Where shells disagree on what is a command. */
function otherwise(text: string, script: ParsedScript, plain: boolean): string | null {
  const left: { node: Node; quoted: boolean }[] = [{ node: script, quoted: false }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, quoted } = next
    if (quoted && endsEarly(node)) return 'a quote inside `${…}` inside quotes'
    const other = plain ? onlyInBash(text, node) : null
    if (other !== null) return `sh reads ${other} otherwise than bash`
    const within = quotes(node) || (quoted && node.type !== 'CommandExpansion')
    forEachChild(node, (child) => left.push({ node: child, quoted: within }))
  }
  return null
}

function quotes({ type }: Node): boolean {
  return type === 'DoubleQuoted' || type === 'LocaleString' || type === 'HereDocBody'
}

/** `"${x:-'}"`: for bash the quote hides the brace, for other shells it does not. */
function endsEarly(node: Node): boolean {
  if (node.type !== 'ParameterExpansion' || node.operation?.type !== 'Default') return false
  return /'[^']*[}"`$][^']*'/.test(node.operation.operand.text)
}

const unknownToSh = /^(declare|typeset|mapfile|readarray|let|pushd|popd)$/

function onlyInBash(text: string, node: Node): string | null {
  switch (node.type) {
    case 'ArithmeticCommand':
      return '`((…))`'
    case 'TestLogical':
    case 'TestGroup':
      return '`[[ … ]]`'
    case 'TestBinary':
      return /^(<|>|=~)$/.test(node.operator) ? '`[[ … ]]`' : null
    case 'TestCommand':
      return text.slice(node.pos, node.end).includes('\n') ? '`[[ … ]]`' : null
    case 'AnsiCQuoted':
      return node.text.includes("\\'") ? "`$'…'`" : null
    case 'Function':
      return node.name.pos > node.pos ? '`function`' : null
    case 'Assignment':
      return node.append === true ? '`+=`' : null
    case 'Command': {
      const name = node.name?.value ?? ''
      const sets = name === 'printf' && node.args[0]?.text === '-v'
      return unknownToSh.test(name) || sets ? `\`${name}\`` : null
    }
    default:
      return null
  }
}
