import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { PolicyLoad } from '../../../src/api/console/policies/shapes.ts'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'

/** What was loaded, and what was not valid and changed nothing. */
export function Loads({ loads }: { loads: readonly PolicyLoad[] }): ReactNode {
  return (
    <section aria-labelledby="policy-loads">
      <h2 id="policy-loads">Loads, newest first</h2>
      {loads.length === 0 && <p className="quiet">None is recorded lately.</p>}
      <ul className="policy-loads">
        {loads.map((load) => (
          <li key={load.index} className={load.kind}>
            <Moment at={load.at} /> <Load load={load} />
          </li>
        ))}
      </ul>
      <p className="quiet">
        Older ones are in the <Link to="/ledger">ledger</Link>.
      </p>
    </section>
  )
}

function Load({ load }: { load: PolicyLoad }): ReactNode {
  if (load.kind === 'rejected') {
    return (
      <>
        <strong className="policy-rejected">not valid, nothing changed:</strong>{' '}
        <code>
          <InertText text={load.why} />
        </code>
      </>
    )
  }
  return (
    <>
      {load.started ? 'the gate started with' : 'loaded'} set{' '}
      <code>{load.policies.slice(0, 16)}</code>
    </>
  )
}
