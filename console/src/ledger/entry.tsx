import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { LedgerEntryView } from '../../../src/api/console/ledger/shapes.ts'
import { download } from '../download.ts'
import { useLive } from '../live.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Code } from '../ui/code.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { useVerifiedEntry } from './use-verified.ts'
import type { Checked } from './use-verified.ts'
import type { Verified } from './verify.ts'

interface Props {
  readonly index: number
  readonly ledger: Checked<Verified>
}

/** One entry, whole, and whether it is where it says in what is signed. */
export function Entry({ index, ledger }: Props): ReactNode {
  const { value: entry, problem } = useLive<LedgerEntryView>(`/api/ledger/entries/${index}`, [])
  if (entry === null) return <Problem problem={problem} />
  return (
    <section className="card ledger-entry" aria-label={`Entry ${index}`}>
      <h2>
        Entry {index}: {entry.kind}
      </h2>
      <p>
        <Moment at={entry.at} /> · <InertText text={entry.says} />
      </p>
      <Inclusion entry={entry} ledger={ledger} />
      <p className="ledger-links">
        {entry.hold !== null && (
          <Link to="/holds/$hold" params={{ hold: entry.hold }}>
            The hold
          </Link>
        )}
      </p>
      <Code text={pretty(entry.text)} language="json" label="The entry, set out in lines" />
      <p className="quiet">
        {entry.beside === null
          ? 'Nothing is kept beside it.'
          : 'Something is kept beside it, in the store alone; this is its salted hash:'}{' '}
        {entry.beside !== null && <code>{entry.beside}</code>}
      </p>
      <Downloads index={index} />
    </section>
  )
}

function Inclusion({
  entry,
  ledger,
}: { entry: LedgerEntryView } & Pick<Props, 'ledger'>): ReactNode {
  const checked = useVerifiedEntry(ledger, entry.index, entry.text)
  switch (checked.kind) {
    case 'checking':
      return <p className="quiet">Checking that it is in what is signed…</p>
    case 'unverified':
      return (
        <p className="danger-note" role="alert">
          Not verified: {checked.why}.
        </p>
      )
    case 'verified':
      return (
        <p className="note" role="status">
          Verified in this browser: {checked.value} hashes lead from this text to the signed root.
        </p>
      )
  }
}

const files = [
  ['entry', 'The entry'],
  ['proof', 'Its proof'],
  ['policy', 'The key'],
] as const

/** What an auditor verifies with tools of their own: docs/formats/ledger.md. */
function Downloads({ index }: { index: number }): ReactNode {
  const attempt = useAttempt()
  return (
    <>
      <h3>To be verified elsewhere</h3>
      <div className="buttons">
        {files.map(([file, title]) => (
          <button
            key={file}
            type="button"
            className="plain"
            disabled={attempt.busy}
            onClick={() => {
              attempt.run(() => download(`/api/ledger/entries/${index}/${file}`))
            }}
          >
            {title}
          </button>
        ))}
      </div>
      <Problem problem={attempt.problem} />
    </>
  )
}

function pretty(text: string): string {
  return JSON.stringify(JSON.parse(text), null, 2)
}
