// Server-sent events as this console's own server writes them: `event:`, one `data:` of JSON, an
// empty line; comments begin with a colon. Anything else is left out.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
import type { Topic } from '../../src/api/console/events.ts'

export interface TopicEvent {
  readonly topic: Topic
  readonly data: object
}

/** Takes text as it comes, and gives the events that are whole. */
export function createEventReader(): (text: string) => readonly TopicEvent[] {
  let rest = ''
  let topic: Topic | null = null
  return (text) => {
    const events: TopicEvent[] = []
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('event: ')) topic = line.slice('event: '.length) as Topic
      if (line.startsWith('data: ') && topic !== null) {
        events.push({ topic, data: JSON.parse(line.slice('data: '.length)) as object })
        topic = null
      }
    }
    return events
  }
}
