// Where the members of a JSON object stand in its text, so that one can be passed on or exchanged
// without writing the others anew: a number keeps every digit. The text is known to be JSON.

/** Start and end of a value, its surrounding blanks excluded. */
export type Span = readonly [start: number, end: number]

/** Of the outermost object alone; nothing where the text is no object. */
export function membersOf(text: string): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>()
  let at = skipBlanks(text, 0)
  if (text[at] !== '{') return found
  at = skipBlanks(text, at + 1)
  while (text[at] === '"') {
    const nameEnd = endOfString(text, at)
    const name = JSON.parse(text.slice(at, nameEnd)) as string
    const start = skipBlanks(text, skipBlanks(text, nameEnd) + 1)
    const end = endOfValue(text, start)
    found.set(name, [start, end])
    at = skipBlanks(text, end)
    if (text[at] !== ',') break
    at = skipBlanks(text, at + 1)
  }
  return found
}

/** Of a list. */
export function elementsOf(text: string): readonly Span[] {
  const found: Span[] = []
  let at = skipBlanks(text, 0)
  if (text[at] !== '[') return found
  at = skipBlanks(text, at + 1)
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at)
    found.push([at, end])
    at = skipBlanks(text, end)
    if (text[at] === ',') at = skipBlanks(text, at + 1)
  }
  return found
}

/** The text with the value at the end of `path` exchanged; as it was where there is none. */
export function exchangeMember(text: string, path: readonly string[], value: string): string {
  const [first, ...rest] = path
  if (first === undefined) return value
  const span = membersOf(text).get(first)
  if (span === undefined) return text
  const [start, end] = span
  return (
    text.slice(0, start) + exchangeMember(text.slice(start, end), rest, value) + text.slice(end)
  )
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++
  return at
}

/** After the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at + 1
    if (code === 0x5c) at++
  }
  return text.length
}

function endOfValue(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return endOfString(text, start)
  if (first !== '{' && first !== '[') {
    let at = start
    while (at < text.length && !',]} \t\n\r'.includes(text.charAt(at))) at++
    return at
  }
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at) - 1
    else if (code === 0x7b || code === 0x5b) depth++
    else if ((code === 0x7d || code === 0x5d) && --depth === 0) return at + 1
  }
  return text.length
}
