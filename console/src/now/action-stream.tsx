import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useId, useRef, useState } from 'react'
import type { ReactNode } from 'react'

import { verdictWords } from '../../../src/words/words.ts'
import type { NowView } from '../../../src/api/console/now/shapes.ts'
import { followActions, useIsStanding } from '../live.tsx'
import { Problem } from '../ui/attempt.tsx'
import { ActionRows } from './action-list.tsx'
import { filterOf, verdicts } from './search.ts'
import type { NowSearch } from './search.ts'
import { rowsMax } from './stream.ts'
import { useActions } from './use-actions.ts'
import type { LiveActions } from './use-actions.ts'

/** Everything that agents do, as it is decided. */
export function ActionStreamSection({ view }: { view: NowView | null }): ReactNode {
  const search = useSearch({ from: '/signed-in/' })
  const live = useActions(filterOf(search))
  const isStanding = useIsStanding()
  return (
    <section aria-labelledby="actions-title">
      <div className="actions-head">
        <h2 id="actions-title">Actions</h2>
        <span className={isStanding ? 'live' : 'live away'}>
          {isStanding ? 'live' : 'not connected, trying again'}
        </span>
        <Filters search={search} view={view} />
      </div>
      <Problem problem={live.problem} />
      <LeftOut live={live} />
      {live.rows.length === 0 ? (
        <p className="quiet">
          {live.isKnown ? 'No such action in what was looked through.' : 'One moment…'}
        </p>
      ) : (
        <ActionRows live={live} />
      )}
      <Foot live={live} />
      <Announcer />
    </section>
  )
}

function Filters({ search, view }: { search: NowSearch; view: NowView | null }): ReactNode {
  const navigate = useNavigate({ from: '/' })
  const id = useId()
  const change = (next: NowSearch): void => {
    void navigate({ search: next, replace: true, resetScroll: false })
  }
  const { agent, verdict } = search
  const ofAgent = agent === undefined ? {} : { agent }
  const ofVerdict = verdict === undefined ? {} : { verdict }
  return (
    <div className="actions-filters">
      <span className="filter">
        <label htmlFor={`${id}-agent`}>Agent</label>
        <select
          id={`${id}-agent`}
          value={agent === undefined ? '*' : agent}
          onChange={({ target: { value } }) => {
            change(value === '*' ? ofVerdict : { ...ofVerdict, agent: value })
          }}
        >
          <option value="*">Everyone</option>
          <option value="">Strangers</option>
          <optgroup label="Agents by name">
            {namesOf(view, agent).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </optgroup>
        </select>
      </span>
      <span className="filter">
        <label htmlFor={`${id}-verdict`}>Verdict</label>
        <select
          id={`${id}-verdict`}
          value={verdict ?? '*'}
          onChange={({ target: { value } }) => {
            const found = verdicts.find((one) => one === value)
            change(found === undefined ? ofAgent : { ...ofAgent, verdict: found })
          }}
        >
          <option value="*">Any</option>
          {verdicts.map((one) => (
            <option key={one} value={one}>
              {verdictWords[one]}
            </option>
          ))}
        </select>
      </span>
    </div>
  )
}

/** Names that people gave: letters, digits and hyphens alone. */
function namesOf(view: NowView | null, chosen: string | undefined): readonly string[] {
  const names = [...(view?.names ?? []), ...(chosen === undefined || chosen === '' ? [] : [chosen])]
  return [...new Set(names)].sort()
}

function LeftOut({ live }: { live: LiveActions }): ReactNode {
  if (live.leftOut === 0) return null
  return (
    <p className="note">
      {live.leftOut.toLocaleString('en')} actions came too fast to be shown here; the ledger has
      them.{' '}
      <button type="button" className="plain" onClick={live.reload}>
        Load them
      </button>
    </p>
  )
}

function Foot({ live }: { live: LiveActions }): ReactNode {
  const count = live.rows.length.toLocaleString('en')
  if (live.rows.length >= rowsMax) {
    return (
      <p className="quiet">
        {count} actions are here, the most that a page keeps. The ledger has all of them.
      </p>
    )
  }
  if (live.older === null) {
    return live.rows.length === 0 ? null : <p className="quiet">All {count} actions are here.</p>
  }
  return (
    <p className="quiet">
      {count} actions are here.{' '}
      <button type="button" className="plain" onClick={live.loadOlder}>
        Look further back
      </button>
    </p>
  )
}

const announceMilliseconds = 15_000

/** Read out: only what was refused, and four times a minute at the most. */
function Announcer(): ReactNode {
  const denied = useRef(0)
  const [words, setWords] = useState('')
  useEffect(() => {
    const unfollow = followActions({
      onActions: ({ decided }) => {
        denied.current += decided.filter(({ verdict }) => verdict === 'deny').length
      },
      onStanding: () => undefined,
    })
    const timer = setInterval(() => {
      const count = denied.current
      denied.current = 0
      setWords(count === 0 ? '' : `${count} ${count === 1 ? 'action was' : 'actions were'} denied`)
    }, announceMilliseconds)
    return () => {
      unfollow()
      clearInterval(timer)
    }
  }, [])
  return (
    <p className="read-out" aria-live="polite">
      {words}
    </p>
  )
}
