import { useState } from 'react'
import type { ReactNode } from 'react'

import type { PurgeList } from '../../../src/api/console/purges/shapes.ts'
import type { HeldPurge, PurgeOutcome } from '../../../src/api/keeper.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { useLive } from '../live.tsx'
import { answerPurge } from './answer.ts'

/** What somebody asked to give up before its time: each is the only copy of what it was. */
export function PurgesPage(): ReactNode {
  const { value: list, problem, reload } = useLive<PurgeList>('/api/purges', ['ledger'])
  const [said, setSaid] = useState<string | null>(null)
  const answered = (outcome: PurgeOutcome): void => {
    setSaid(wordsOf(outcome))
    reload()
  }
  return (
    <>
      <h1>Purges that wait for a person</h1>
      <Problem problem={problem} />
      {said !== null && (
        <p className="note" role="status">
          <InertText text={said} />
        </p>
      )}
      {list !== null && list.waiting.length === 0 && (
        <p className="quiet">Nothing waits. What is kept goes by itself after its retention.</p>
      )}
      {list?.waiting.map((held) => (
        <Purge key={held.id} held={held} onAnswered={answered} />
      ))}
    </>
  )
}

interface PurgeProps {
  readonly held: HeldPurge
  readonly onAnswered: (outcome: PurgeOutcome) => void
}

function Purge({ held, onAnswered }: PurgeProps): ReactNode {
  const { item, askedBy, expiresAt } = held
  const attempt = useAttempt()
  const answer = (kind: 'release' | 'refuse'): void => {
    attempt.run(async () => {
      onAnswered(await answerPurge(held, kind))
    })
  }
  return (
    <section className="card">
      <h2>
        Destroy what is kept of <InertText text={item.decision ?? item.action} />
      </h2>
      <p>
        in <InertText text={`${item.upstream}/${item.database}`} />, {item.bytes} bytes, of{' '}
        <Moment at={item.at} />. It can never be taken back then. Asked by {askedBy}, as they say.
      </p>
      <ul className="reasons">
        {item.tables.map(({ schema, name, rows }, at) => (
          <li key={at}>
            <InertText text={schema === '' ? name : `${schema}.${name}`} />
            {rows !== null && `: ${rows} rows`}
          </li>
        ))}
      </ul>
      <blockquote>
        <InertText text={item.statement} lines />
      </blockquote>
      <p className="quiet">
        Open until <Moment at={expiresAt} />. Silence means no.
      </p>
      <Problem problem={attempt.problem} />
      <div className="buttons">
        <button
          type="button"
          className="refuse"
          disabled={attempt.busy}
          onClick={() => {
            answer('refuse')
          }}
        >
          Keep it, with passkey
        </button>
        <button
          type="button"
          className="release"
          disabled={attempt.busy}
          onClick={() => {
            answer('release')
          }}
        >
          Purge, with passkey
        </button>
      </div>
    </section>
  )
}

function wordsOf(outcome: PurgeOutcome): string {
  if (outcome.kind === 'refused') return 'It stays where it is.'
  const { purged, because } = outcome.report
  return purged ? 'It is purged.' : `It was not purged: ${because.join('; ')}`
}
