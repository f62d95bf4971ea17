import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'

import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { forgetLedger, readPublished } from './use-verified.ts'
import type { Checked } from './use-verified.ts'
import { verifyWhole } from './verify.ts'
import type { Verified } from './verify.ts'

/** What this browser has checked by itself, and what it found. */
export function Verification({ ledger }: { ledger: Checked<Verified> }): ReactNode {
  switch (ledger.kind) {
    case 'checking':
      return <p className="quiet">Checking the ledger in this browser…</p>
    case 'unverified':
      return <NotVerified why={ledger.why} />
    case 'verified':
      return <IsVerified verified={ledger.value} />
  }
}

function IsVerified({ verified }: { verified: Verified }): ReactNode {
  const { checkpoint, remembered, grewFrom } = verified
  const grown =
    grewFrom === null
      ? 'Seen here for the first time: compare the key with one from another place.'
      : `It has only grown since this browser saw ${grewFrom} entries.`
  return (
    <section className="note ledger-verified" aria-label="Verification">
      <p>
        <strong>Verified in this browser:</strong> {checkpoint.size} entries, signed. {grown}
      </p>
      <dl>
        <dt>key</dt>
        <dd>
          <code>
            <InertText text={remembered.vkey} />
          </code>
        </dd>
        <dt>root</dt>
        <dd>
          <code>{remembered.root}</code>
        </dd>
      </dl>
      <CheckAll verified={verified} />
    </section>
  )
}

function CheckAll({ verified }: { verified: Verified }): ReactNode {
  const { checkpoint } = verified
  const [done, setDone] = useState(0)
  const [whole, setWhole] = useState<number | null>(null)
  const attempt = useAttempt()
  const check = (): void => {
    attempt.run(async () => {
      setWhole(null)
      await verifyWhole(readPublished, checkpoint, setDone, new AbortController().signal)
      setWhole(checkpoint.size)
    })
  }
  return (
    <>
      <button type="button" className="plain" disabled={attempt.busy} onClick={check}>
        {attempt.busy ? `${done} of ${checkpoint.size} checked…` : 'Check every entry here'}
      </button>
      <p role="status" className="quiet">
        {whole !== null && `All ${whole} entries lead to the root that is signed.`}
      </p>
      <Problem problem={attempt.problem} />
    </>
  )
}

function NotVerified({ why }: { why: string }): ReactNode {
  const client = useQueryClient()
  return (
    <section className="danger-note" role="alert" aria-label="Verification">
      <p>
        <strong>This ledger is not verified:</strong> {why}.
      </p>
      <p>
        Trust nothing that it shows before somebody has looked: run{' '}
        <code>holdpoint ledger verify</code> on the gate. Only where the gate was set up anew is
        this expected.
      </p>
      <button
        type="button"
        className="plain"
        onClick={() => {
          forgetLedger()
          void client.resetQueries({ queryKey: ['verified-ledger'] })
        }}
      >
        It was set up anew: forget what this browser saw
      </button>
    </section>
  )
}
