import type { ReactNode } from 'react'

import { Code } from '../ui/code.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Cell, Scrolled } from './rows.tsx'

export interface RecordedSql {
  readonly kind: 'sql'
  readonly upstream: string
  readonly database: string
  readonly form: 'open' | 'simple' | 'extended'
  readonly text: string
  readonly settings: readonly (readonly [string, string])[]
  readonly parameters: readonly RecordedParameter[]
  readonly types: readonly number[]
  readonly unreadable: string | null
}

interface RecordedParameter {
  readonly format: 'text' | 'binary'
  readonly value: Readonly<{ text?: string; base64?: string }> | null
}

const formWords = {
  open: 'it opens a session',
  simple: 'one message, in which there may be several statements',
  extended: 'one statement, prepared, with values bound to it',
} as const

export function SqlRequest({ request }: { request: RecordedSql }): ReactNode {
  const { upstream, database, form, text, settings, parameters, unreadable } = request
  return (
    <>
      <p>
        To database <Name text={database} /> of <Name text={upstream} />: {formWords[form]}.
      </p>
      {unreadable !== null && (
        <p className="danger-note">
          <InertText text={unreadable} />
        </p>
      )}
      {form !== 'open' && <Code text={text} language="sql" label="The SQL" />}
      {form === 'extended' && <Parameters parameters={parameters} types={request.types} />}
      {settings.length > 0 && (
        <Pairs title="Settings that the session begins with" pairs={settings} />
      )}
    </>
  )
}

interface ParametersProps {
  readonly parameters: readonly RecordedParameter[]
  readonly types: readonly number[]
}

function Parameters({ parameters, types }: ParametersProps): ReactNode {
  if (parameters.length === 0) return <p className="quiet">No value is bound to it.</p>
  return (
    <Scrolled label="Values bound to it">
      <table>
        <caption>Values bound to it, in order</caption>
        <thead>
          <tr>
            <th scope="col">place</th>
            <th scope="col">value</th>
            <th scope="col">sent as</th>
            <th scope="col">type</th>
          </tr>
        </thead>
        <tbody>
          {parameters.map(({ format, value }, at) => (
            <tr key={at}>
              <th scope="row">
                <code>${at + 1}</code>
              </th>
              <td>
                <Cell value={value === null ? null : (value.text ?? value.base64 ?? '')} />
              </td>
              <td>{value?.base64 === undefined ? format : `${format}, shown as base64`}</td>
              <td>{typeWords(types[at] ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  )
}

function typeWords(oid: number): string {
  return oid === 0 ? 'as the server infers' : `OID ${oid}`
}

function Pairs({ title, pairs }: { title: string; pairs: RecordedSql['settings'] }): ReactNode {
  return (
    <Scrolled label={title}>
      <table>
        <caption>{title}</caption>
        <tbody>
          {pairs.map(([name, value], at) => (
            <tr key={at}>
              <th scope="row">
                <Name text={name} />
              </th>
              <td>
                <Cell value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  )
}
