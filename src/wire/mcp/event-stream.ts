// Server-sent events: `event`, `data`, `id` and `retry` lines, an empty line after each event.
// https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { McpEvent } from '../../domain/request.ts'

export type EventReader = Readonly<{
  /** the events that are whole now; null when one is longer than the limit */
  push(text: string): readonly McpEvent[] | null
}>

export function createEventReader(charactersMax: number): EventReader {
  let rest = ''
  let lines: string[] = []
  let held = 0

  function push(text: string): readonly McpEvent[] | null {
    rest += text
    const found: McpEvent[] = []
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest)
      if (end === null) break
      const line = rest.slice(0, end.index)
      rest = rest.slice(end.index + end[0].length)
      if (line !== '') {
        lines.push(line)
        held += line.length
      } else if (lines.length > 0) {
        const event = eventOf(lines)
        if (event !== null) found.push(event)
        lines = []
        held = 0
      }
      if (held > charactersMax) return null
    }
    return rest.length + held > charactersMax ? null : found
  }

  return { push }
}

/** Events of another name than `message` are of no protocol that is spoken here. */
function eventOf(lines: readonly string[]): McpEvent | null {
  let name = 'message'
  let id: string | null = null
  let retry: number | null = null
  const data: string[] = []
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon === 0) continue
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') name = value
    else if (field === 'data') data.push(value)
    else if (field === 'id' && isPlain(value)) id = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) retry = Number(value)
  }
  const message = data.join('\n')
  if (name !== 'message' || (message === '' && id === null && retry === null)) return null
  return { id, retry, message }
}

function isPlain(value: string): boolean {
  return /^[\x20-\x7e]{0,512}$/.test(value)
}

/** A message is one line: JSON has no raw line ends but between its parts, which are dropped. */
export function writeEvent({ id, retry, message }: McpEvent): string {
  const lines = [
    ...(message === '' ? [] : ['event: message']),
    ...(id === null ? [] : [`id: ${id}`]),
    ...(retry === null ? [] : [`retry: ${retry}`]),
    `data: ${message.replace(/[\r\n]+/g, ' ')}`,
  ]
  return `${lines.join('\n')}\n\n`
}
