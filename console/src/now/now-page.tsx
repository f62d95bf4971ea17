import { useCallback, useEffect, useRef } from 'react'
import type { ReactNode } from 'react'

import type { HoldList } from '../../../src/api/console/holds/shapes.ts'
import type { NowView } from '../../../src/api/console/now/shapes.ts'
import { OverHolds, WaitingHolds } from '../holds/holds-page.tsx'
import { useLive, useTopic } from '../live.tsx'
import { NobodyTold } from '../notifications/unreachable.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { ActionStreamSection } from './action-stream.tsx'
import { AgentsAtWork, Budgets } from './at-work.tsx'
import './now.css'
import { StopButton } from './stop.tsx'
import { Stopped } from './stopped.tsx'

/** five minutes pass without anybody doing anything, too */
const againMilliseconds = 15_000
const settledMilliseconds = 1200

export function NowPage(): ReactNode {
  const { value: list, problem: holdsProblem } = useLive<HoldList>('/api/holds', ['holds'])
  const { value: view, problem, reload } = useLive<NowView>('/api/now', ['actions', 'agents'])
  useAgain(reload)
  const isStopped = view !== null && view.killed.length + view.frozen.length > 0
  return (
    <>
      <div className="now-bar">
        <h1>Now</h1>
        {view !== null && <GateWords view={view} />}
        <StopButton agent={null} onStopped={reload} />
      </div>
      <Problem problem={holdsProblem ?? problem} />
      <NobodyTold />
      {isStopped && <Stopped view={view} onChanged={reload} />}
      <h2>Waiting for a person</h2>
      {list !== null && <WaitingHolds list={list} />}
      <h2>Agents at work</h2>
      {view !== null && <AgentsAtWork view={view} onStopped={reload} />}
      <h2>Breakers</h2>
      {view !== null && !isStopped && <Stopped view={view} onChanged={reload} />}
      {isStopped && <p className="quiet">What is stopped or frozen stands on top of this page.</p>}
      {view !== null && <Budgets view={view} />}
      <ActionStreamSection view={view} />
      {list !== null && list.over.length > 0 && (
        <>
          <h2>Answered, or over</h2>
          <OverHolds list={list} />
        </>
      )}
    </>
  )
}

/** The gate makes its answer once a second: what came right after it is in the next one. */
function useAgain(reload: () => void): void {
  const latest = useRef(reload)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEffect(() => {
    latest.current = reload
  }, [reload])
  const soon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null
      latest.current()
    }, settledMilliseconds)
  }, [])
  useTopic('actions', soon)
  useEffect(() => {
    const interval = setInterval(() => {
      latest.current()
    }, againMilliseconds)
    return () => {
      clearInterval(interval)
    }
  }, [])
}

function GateWords({ view: { gate } }: { view: NowView }): ReactNode {
  if (gate.closed !== null) {
    return (
      <p className="danger-note" role="alert">
        The ledger is closed, so nothing is let through: <InertText text={gate.closed} />
      </p>
    )
  }
  return (
    <span className="quiet">The ledger is open, {gate.size.toLocaleString('en')} entries.</span>
  )
}
