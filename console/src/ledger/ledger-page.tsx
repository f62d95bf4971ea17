import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'

import type { LedgerFound, LedgerLine } from '../../../src/api/console/ledger/shapes.ts'
import { useLive } from '../live.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { Entry } from './entry.tsx'
import './ledger.css'
import type { LedgerSearch } from './search.ts'
import { kindGroups, pathOf } from './search.ts'
import { useVerifiedLedger } from './use-verified.ts'
import { Verification } from './verification.tsx'

/** Everything that was written down, newest first; and whether it can be believed. */
export function LedgerPage(): ReactNode {
  const search = useSearch({ from: '/signed-in/ledger' })
  const ledger = useVerifiedLedger()
  const live = search.before === undefined ? (['ledger'] as const) : []
  const { value: found, problem } = useLive<LedgerFound>(pathOf(search), live)
  return (
    <>
      <h1>Ledger</h1>
      <Verification ledger={ledger} />
      <SearchForm key={JSON.stringify([search.text, search.kinds])} search={search} />
      <Problem problem={problem} />
      {search.entry !== undefined && <Entry index={search.entry} ledger={ledger} />}
      {found !== null && <Found found={found} search={search} />}
    </>
  )
}

function SearchForm({ search }: { search: LedgerSearch }): ReactNode {
  const navigate = useNavigate({ from: '/ledger' })
  const [text, setText] = useState(search.text ?? '')
  const [kinds, setKinds] = useState(search.kinds ?? '')
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    void navigate({
      search: {
        ...(text === '' ? {} : { text }),
        ...(kinds === '' ? {} : { kinds }),
      },
    })
  }
  return (
    <form className="ledger-search" role="search" onSubmit={submit}>
      <label>
        Text
        <input
          type="search"
          value={text}
          maxLength={200}
          placeholder="an id, a name, a table"
          onChange={(event) => {
            setText(event.target.value)
          }}
        />
      </label>
      <label>
        Kind
        <select
          value={kinds}
          onChange={(event) => {
            setKinds(event.target.value)
          }}
        >
          {kindGroups.map(([title, value]) => (
            <option key={title} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="main">
        Search
      </button>
    </form>
  )
}

function Found({ found, search }: { found: LedgerFound; search: LedgerSearch }): ReactNode {
  const navigate = useNavigate({ from: '/ledger' })
  return (
    <>
      <p className="quiet" role="status">
        {found.entries.length === 0 ? 'Nothing in this stretch matches.' : ''} The ledger has{' '}
        {found.size} entries.
      </p>
      <ol className="ledger-lines">
        {found.entries.map((line) => (
          <Line key={line.index} line={line} search={search} />
        ))}
      </ol>
      {found.next !== null && (
        <button
          type="button"
          className="plain"
          onClick={() => {
            void navigate({ search: { ...search, before: found.next ?? 0 } })
            window.scrollTo(0, 0)
          }}
        >
          Older entries
        </button>
      )}
    </>
  )
}

function Line({ line, search }: { line: LedgerLine; search: LedgerSearch }): ReactNode {
  const navigate = useNavigate({ from: '/ledger' })
  const isOpen = search.entry === line.index
  return (
    <li>
      <button
        type="button"
        className="ledger-line"
        aria-expanded={isOpen}
        onClick={() => {
          void navigate({ search: { ...search, entry: isOpen ? undefined : line.index } })
        }}
      >
        <span className="ledger-index">{line.index}</span>
        <span className="quiet">
          <Moment at={line.at} />
        </span>
        <span className="ledger-says">
          <InertText text={line.says} />
        </span>
      </button>
    </li>
  )
}
