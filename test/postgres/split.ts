// A script for psql into statements: what it sends, without what only psql understands.

/** One statement, or the data of a COPY from stdin, which goes with the statement before it. */
export interface Piece {
  readonly text: string
  readonly data: string | null
}

export function splitScript(script: string, variables: Map<string, string>): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let start = 0
  while (at < script.length) {
    const end = endOfToken(script, at)
    const token = script.slice(at, end)
    if (token.startsWith('\\') && isCommand(script, start, at)) {
      const line = script.slice(at, endOfLine(script, at))
      const pending = script.slice(start, at).trim()
      if (/^\\(gset|gexec|g|gx|crosstabview|gdesc|bind)/.test(line) && pending !== '') {
        pieces.push({ text: pending, data: null })
      }
      setVariable(line, variables)
      at = endOfLine(script, at)
      start = at
      continue
    }
    at = end
    if (token !== ';' || isOpen(script.slice(start, at))) continue
    const text = script.slice(start, at).trim()
    const isCopy = /^copy\b[^;]*\bfrom\s+stdin\b/is.test(text)
    const close = isCopy ? script.indexOf('\n\\.', at) : -1
    const data = close === -1 ? null : script.slice(script.indexOf('\n', at) + 1, close + 1)
    if (close !== -1) at = endOfLine(script, close + 1)
    pieces.push({ text: interpolate(text, variables), data })
    start = at
  }
  return pieces.filter(({ text }) => text !== ';' && text !== '')
}

function isCommand(script: string, start: number, at: number): boolean {
  return (
    script.slice(start, at).trim() === '' || /\\g|\\c|\\b|\\w|\\;/.test(script.slice(at, at + 2))
  )
}

/** `BEGIN ATOMIC … END` and open brackets hold semicolons of their own. */
function isOpen(text: string): boolean {
  const bare = text
    .replace(/--.*$/gm, '')
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
  const brackets = (bare.match(/\(/g)?.length ?? 0) - (bare.match(/\)/g)?.length ?? 0)
  if (brackets > 0) return true
  if (!/\bbegin\s+atomic\b/i.test(bare)) return false
  const opened = bare.match(/\bbegin\s+atomic\b|\bcase\b/gi)?.length ?? 0
  return opened > (bare.match(/\bend\b/gi)?.length ?? 0)
}

function endOfLine(script: string, at: number): number {
  const end = script.indexOf('\n', at)
  return end === -1 ? script.length : end + 1
}

function endOfToken(script: string, at: number): number {
  const rest = script.slice(at, at + 2)
  if (rest === '--') return endOfLine(script, at)
  if (rest === '/*') return endOfComment(script, at)
  const sign = rest.charAt(0)
  if (sign === "'") {
    const isEscape = /[eE]$/.test(script.slice(Math.max(0, at - 1), at))
    return endOfQuote(script, at, "'", isEscape)
  }
  if (sign === '"') return endOfQuote(script, at, '"', false)
  if (sign === '$') {
    const tag = /^\$(?:[A-Za-z_][\w]*)?\$/.exec(script.slice(at, at + 80))?.[0]
    if (tag !== undefined && !/\w$/.test(script.slice(Math.max(0, at - 1), at))) {
      const end = script.indexOf(tag, at + tag.length)
      return end === -1 ? script.length : end + tag.length
    }
  }
  return at + 1
}

function endOfQuote(script: string, start: number, quote: string, isEscape: boolean): number {
  let at = start + 1
  while (at < script.length) {
    if (isEscape && script.charAt(at) === '\\') at += 2
    else if (script.charAt(at) !== quote) at++
    else if (script.charAt(at + 1) === quote) at += 2
    else return at + 1
  }
  return script.length
}

function endOfComment(script: string, start: number): number {
  let depth = 0
  let at = start
  while (at < script.length) {
    if (script.startsWith('/*', at)) depth++
    else if (script.startsWith('*/', at)) depth--
    else {
      at++
      continue
    }
    at += 2
    if (depth === 0) return at
  }
  return script.length
}

function setVariable(line: string, variables: Map<string, string>): void {
  const found = /^\\set\s+(\w+)\s+(.*)$/m.exec(line)
  const [, name = '', value = ''] = found ?? []
  if (found === null) return
  const parts = value.trim().match(/'(?:[^']|'')*'|:\w+|\S+/g) ?? []
  const text = parts.map((part) =>
    part.startsWith("'")
      ? part.slice(1, -1).replaceAll("''", "'")
      : (variables.get(part.slice(1)) ?? part),
  )
  variables.set(name, text.join(''))
}

function interpolate(text: string, variables: ReadonlyMap<string, string>): string {
  return text
    .replace(/(?<![:\w]):'(\w+)'/g, (all, name: string) => {
      const value = variables.get(name)
      return value === undefined ? all : `'${value.replaceAll("'", "''")}'`
    })
    .replace(/(?<![:\w]):"(\w+)"/g, (all, name: string) => {
      const value = variables.get(name)
      return value === undefined ? all : `"${value}"`
    })
}
