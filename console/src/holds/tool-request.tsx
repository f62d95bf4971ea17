import type { ReactNode } from 'react'

import { Code } from '../ui/code.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import type { Language } from '../ui/tokens.ts'

/** A request to an MCP server, as kept beside the ledger; docs/formats/ledger.md. */
export interface RecordedTool {
  readonly kind: 'tool'
  readonly upstream: string
  readonly form: 'open' | 'request'
  readonly method: string
  readonly name: string
  /** JSON text, as it would be sent */
  readonly params: string
  readonly unreadable: string | null
}

export function ToolRequest({ request }: { request: RecordedTool }): ReactNode {
  const { upstream, form, method, name, params, unreadable } = request
  if (form === 'open') {
    return (
      <p>
        It opens a session with the MCP server <Name text={upstream} />.
      </p>
    )
  }
  return (
    <>
      {unreadable !== null && (
        <p className="danger-note">
          <InertText text={unreadable} />
        </p>
      )}
      <p>
        <code>{method}</code> of the MCP server <Name text={upstream} />
        {name !== '' && (
          <>
            : <Name text={name} />
          </>
        )}
        .
      </p>
      {textsIn(params).map(({ key, text }) => (
        <div key={key}>
          <h3>
            Its argument <Name text={key} />
          </h3>
          <Code text={text} language={languageOf(key)} label={`The argument ${key}`} />
        </div>
      ))}
      <h3>The request, as it would be sent</h3>
      <Code text={params} language="json" label="Its parameters" />
    </>
  )
}

interface TextArgument {
  readonly key: string
  readonly text: string
}

/** Texts of several lines are hard to read inside JSON: they stand by themselves too. */
function textsIn(params: string): readonly TextArgument[] {
  try {
    const { arguments: given } = JSON.parse(params) as { arguments?: unknown }
    if (typeof given !== 'object' || given === null) return []
    return Object.entries(given).flatMap(([key, value]) =>
      typeof value === 'string' && isLong(value) ? [{ key, text: value }] : [],
    )
  } catch {
    return []
  }
}

function isLong(text: string): boolean {
  return text.length > 40 || /[\n"\\]/.test(text)
}

function languageOf(key: string): Language {
  return /sql|query|statement/i.test(key) ? 'sql' : 'text'
}
