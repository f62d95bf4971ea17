import type { ReactNode } from 'react'

import { InertText } from '../ui/inert-text.tsx'

/** As kept beside the ledger, and as it would be sent; docs/formats/ledger.md. */
interface Recorded {
  readonly kind: string
  readonly method?: string
  readonly host?: string
  readonly port?: number
  readonly target?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: Readonly<{ text?: string; base64?: string }>
}

/** The request as judged, whole: what is in it is shown, and none of it runs. */
export function RequestAsJudged({ recorded }: { recorded: string }): ReactNode {
  const request = JSON.parse(recorded) as Recorded
  if (request.kind === 'tunnel') {
    return <Block text={`a tunnel to ${request.host ?? ''}:${request.port ?? ''}`} label="Tunnel" />
  }
  const { headers = [], body = {} } = request
  const text = body.text ?? null
  const query = text === null ? null : queryIn(text)
  const head = [
    `${request.method ?? ''} ${request.target ?? ''}`,
    `host: ${request.host ?? ''}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return (
    <div className="request">
      {query !== null && (
        <>
          <h3>The query, read out of the body</h3>
          <Block text={query} label="The query" />
        </>
      )}
      <h3>The request, as it would be sent</h3>
      <Block text={head.join('\n')} label="Request line and headers" />
      {text !== null ? (
        <Block text={text} label="Body" />
      ) : (
        <>
          <p className="quiet">The body is not text; as base64:</p>
          <Block text={body.base64 ?? ''} label="Body, base64" />
        </>
      )}
    </div>
  )
}

function Block({ text, label }: { text: string; label: string }): ReactNode {
  const lines = text === '' ? 0 : text.split('\n').length
  return (
    <figure>
      <figcaption>
        {label} · {lines} {lines === 1 ? 'line' : 'lines'}, {text.length} characters, nothing left
        out
      </figcaption>
      <pre tabIndex={0} aria-label={label}>
        <InertText text={text} lines />
      </pre>
    </figure>
  )
}

/** A GraphQL document in a JSON body reads badly in one line; the body itself is shown too. */
function queryIn(body: string): string | null {
  try {
    const { query } = JSON.parse(body) as { query?: unknown }
    return typeof query === 'string' ? query : null
  } catch {
    return null
  }
}
