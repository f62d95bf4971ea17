import type { ReactNode } from 'react'

import { Code } from '../ui/code.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import type { Language } from '../ui/tokens.ts'
import { SqlRequest } from './sql-request.tsx'
import type { RecordedSql } from './sql-request.tsx'
import { ToolRequest } from './tool-request.tsx'
import type { RecordedTool } from './tool-request.tsx'

/** As kept beside the ledger, and as it would be sent; docs/formats/ledger.md. */
type Recorded = RecordedSql | RecordedTunnel | RecordedHttp | RecordedTool

interface RecordedTunnel {
  readonly kind: 'tunnel'
  readonly host: string
  readonly port: number
}

interface RecordedHttp {
  readonly kind: 'http'
  readonly upstream: string
  readonly method: string
  readonly host: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Readonly<{ text?: string; base64?: string }>
  readonly unreadable: string | null
}

/** The request as judged, whole: what is in it is shown, and none of it runs. */
export function RequestAsJudged({ recorded }: { recorded: string }): ReactNode {
  return (
    <div className="request">
      <Kind request={JSON.parse(recorded) as Recorded} />
      <details>
        <summary>The record itself, as it is kept beside the ledger, with its hash there</summary>
        <Code text={recorded} language="json" label="The record" />
      </details>
    </div>
  )
}

function Kind({ request }: { request: Recorded }): ReactNode {
  switch (request.kind) {
    case 'sql':
      return <SqlRequest request={request} />
    case 'tunnel':
      return (
        <p>
          A tunnel to <Name text={`${request.host}:${request.port}`} />. What goes through it is not
          looked at.
        </p>
      )
    case 'http':
      return <HttpRequest request={request} />
    case 'tool':
      return <ToolRequest request={request} />
    default:
      return <p>It is of a kind that this page does not know; the record below is all of it.</p>
  }
}

function HttpRequest({ request }: { request: RecordedHttp }): ReactNode {
  const { method, target, host, headers, body, unreadable } = request
  const head = [
    `${method} ${target}`,
    `host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  const parts = body.text === undefined ? [] : graphqlIn(body.text)
  return (
    <>
      {unreadable !== null && (
        <p className="danger-note">
          <InertText text={unreadable} />
        </p>
      )}
      {parts.map((part, at) => (
        <GraphqlPart key={at} part={part} of={parts.length > 1 ? ` ${at + 1}` : ''} />
      ))}
      <h3>The request, as it would be sent</h3>
      <Code text={head.join('\n')} language="http" label="Request line and headers" />
      {body.text !== undefined ? (
        <Code text={body.text} language={languageOf(body.text)} label="Body" />
      ) : (
        <>
          <p className="quiet">The body is not text; as base64:</p>
          <Code text={body.base64 ?? ''} language="text" label="Body, base64" />
        </>
      )}
    </>
  )
}

function GraphqlPart({ part, of }: { part: GraphqlInBody; of: string }): ReactNode {
  return (
    <>
      <h3>The query{of}, read out of the body</h3>
      {part.operationName !== null && (
        <p>
          It asks for the operation <Name text={part.operationName} />.
        </p>
      )}
      <Code text={part.query} language="graphql" label={`The query${of}`} />
      {part.variables !== null && (
        <Code text={part.variables} language="json" label={`Its variables${of}`} />
      )}
    </>
  )
}

function languageOf(body: string): Language {
  return /^\s*[[{]/.test(body) ? 'json' : 'text'
}

interface GraphqlInBody {
  readonly query: string
  readonly operationName: string | null
  readonly variables: string | null
}

/** GraphQL in a JSON body reads badly in one line; the body itself is shown too. */
export function graphqlIn(body: string): readonly GraphqlInBody[] {
  try {
    const found = JSON.parse(body) as unknown
    const parts = (Array.isArray(found) ? (found as unknown[]) : [found]).flatMap(graphqlOf)
    // A number that JavaScript would round is seen in the body alone, where it is exact.
    const rounds = /\d{16}|\d[.eE]/.test(body)
    return rounds ? parts.map((part) => ({ ...part, variables: null })) : parts
  } catch {
    return []
  }
}

function graphqlOf(found: unknown): readonly GraphqlInBody[] {
  if (typeof found !== 'object' || found === null) return []
  const { query, variables, operationName } = found as Readonly<Record<string, unknown>>
  if (typeof query !== 'string') return []
  const given = variables !== undefined && variables !== null
  return [
    {
      query,
      operationName: typeof operationName === 'string' ? operationName : null,
      variables: given ? JSON.stringify(variables, null, 2) : null,
    },
  ]
}
