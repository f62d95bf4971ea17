import { useState } from 'react'
import type { ReactNode } from 'react'

import type { HeldPurge, PurgeOutcome, TrashItem } from '../../../src/api/keeper.ts'
import { Press } from '../holds/decide.tsx'
import { Scrolled } from '../holds/rows.tsx'
import { mayDecide, useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Code } from '../ui/code.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Countdown, Moment, useGateTime } from '../ui/time.tsx'
import { answerPurge } from './answer.ts'
import './purges.css'
import { usePurges } from './waiting.tsx'

/** What somebody asked to give up before its time: each is the only copy of what it was. */
export function PurgesPage(): ReactNode {
  const { value: list, problem, reload } = usePurges()
  const now = useGateTime(list?.now ?? null)
  const [said, setSaid] = useState<string | null>(null)
  const answered = (outcome: PurgeOutcome): void => {
    setSaid(wordsOf(outcome))
    reload()
  }
  return (
    <>
      <h1>Purges that wait for a person</h1>
      <Problem problem={problem} />
      <p className="note" role="status" hidden={said === null}>
        {said !== null && <InertText text={said} />}
      </p>
      {list !== null && (
        <p className="quiet">
          {list.waiting.length === 0
            ? 'Nothing waits. What is kept goes by itself after its retention.'
            : 'Each is the only copy of what it was. Silence means that it stays.'}
        </p>
      )}
      {list?.waiting.map((held) => (
        <Purge key={held.id} held={held} now={now} onAnswered={answered} />
      ))}
    </>
  )
}

interface PurgeProps {
  readonly held: HeldPurge
  /** the gate's time */
  readonly now: number
  readonly onAnswered: (outcome: PurgeOutcome) => void
}

function Purge({ held, now, onAnswered }: PurgeProps): ReactNode {
  const { item, askedBy, expiresAt } = held
  const attempt = useAttempt()
  const may = mayDecide(useSession())
  const answer = (kind: 'release' | 'refuse'): void => {
    attempt.run(async () => {
      onAnswered(await answerPurge(held, kind))
    })
  }
  return (
    <section className="card purge" aria-label={`Purge ${held.id}`}>
      <h2>
        Destroy for good what is kept of <Name text={item.decision ?? item.action} /> in{' '}
        <Name text={`${item.upstream}/${item.database}`} />
      </h2>
      <p className="fates">
        <span className="fate irreversible">irreversible: it can never be taken back then</span>
      </p>
      <p>
        {keptWords(item.kind)}, {bytesWords(item.bytes)}, kept on <Moment at={item.at} />
        {item.undoneAt !== null && (
          <>
            ; taken back on <Moment at={item.undoneAt} />
          </>
        )}
        . Asked for by {askedBy}, as they say.{' '}
        <strong>
          Time left <Countdown until={expiresAt} now={now} />
        </strong>
      </p>
      <Tables tables={item.tables} />
      <Code text={item.statement} language="sql" label="The statement that it was kept for" />
      {!may && <p className="why">Only an owner or an approver may answer.</p>}
      <Problem problem={attempt.problem} />
      <div className="buttons">
        <Press kind="refuse" disabled={attempt.busy || !may} onPress={() => answer('refuse')}>
          Keep it, with passkey
        </Press>
        <Press kind="release" busy={attempt.busy} disabled={!may} onPress={() => answer('release')}>
          Destroy it, with passkey
        </Press>
      </div>
    </section>
  )
}

function Tables({ tables }: Pick<TrashItem, 'tables'>): ReactNode {
  if (tables.length === 0) return <p className="quiet">It names no table.</p>
  return (
    <Scrolled label="What is in it">
      <table>
        <caption>What is in it</caption>
        <thead>
          <tr>
            <th scope="col">name</th>
            <th scope="col">rows kept</th>
          </tr>
        </thead>
        <tbody>
          {tables.map(({ schema, name, rows }, at) => (
            <tr key={at}>
              <th scope="row">
                <Name text={schema === '' ? name : `${schema}.${name}`} />
              </th>
              <td>{rows === null ? 'the whole object' : rows.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  )
}

const kinds: Readonly<Record<string, string>> = {
  rows: 'Rows as they were before it',
  drop: 'Objects set aside instead of dropped',
  image: 'Tables as they were before it, whole',
  database: 'A database set aside instead of dropped',
}

function keptWords(kind: string): string {
  return kinds[kind] ?? 'What was there before it'
}

/** `9 bytes`, `1.2 MB` */
function bytesWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const power = Math.min(3, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** power).toFixed(1)} ${['', 'kB', 'MB', 'GB'][power] ?? ''}`
}

function wordsOf(outcome: PurgeOutcome): string {
  if (outcome.kind === 'refused') return 'It stays where it is.'
  const { purged, because } = outcome.report
  return purged ? 'It is purged.' : `It was not purged: ${because.join('; ')}`
}
