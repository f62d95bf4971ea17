import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

import type { PushView } from '../../../src/api/console/notifications/shapes.ts'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { canBeTold, isRefused, ownSubscription, subscribe, unsubscribe } from './push.ts'

/** Whether this browser, and others of this person, are told. */
export function ThisBrowser({ push }: { push: PushView }): ReactNode {
  const [own, setOwn] = useState<string | null>(null)
  const attempt = useAttempt()
  useEffect(() => {
    void ownSubscription()
      .then(setOwn)
      .catch(() => {
        setOwn(null)
      })
  }, [push])
  const on = own !== null && push.mine.some((each) => each === own)
  const others = push.mine.filter((each) => each !== own)
  return (
    <section className="card this-browser">
      <h2>This browser</h2>
      <State on={on} />
      {canBeTold() && !isRefused() && (
        <button
          type="button"
          className={on ? 'plain' : 'main'}
          disabled={attempt.busy}
          onClick={() => {
            attempt.run(async () => {
              if (on) await unsubscribe(own)
              else await subscribe(push.publicKey)
              setOwn(await ownSubscription())
            })
          }}
        >
          {on ? 'Tell this browser no more' : 'Tell this browser'}
        </button>
      )}
      <Problem problem={attempt.problem} />
      {others.length > 0 && <Others others={others} />}
    </section>
  )
}

function State({ on }: { on: boolean }): ReactNode {
  if (!canBeTold()) return <p>This browser cannot be told: it has no push messages.</p>
  if (isRefused()) {
    return <p>This browser refuses notifications from here; allow them in its settings.</p>
  }
  if (on) return <p>This browser is told. What is shown is text; a click opens the console.</p>
  return <p>This browser is not told.</p>
}

function Others({ others }: { others: readonly string[] }): ReactNode {
  const attempt = useAttempt()
  return (
    <>
      <p className="quiet">
        {others.length === 1
          ? 'Another browser of yours is told.'
          : `${others.length} other browsers of yours are told.`}
      </p>
      <button
        type="button"
        className="plain"
        disabled={attempt.busy}
        onClick={() => {
          attempt.run(async () => {
            for (const each of others) await unsubscribe(each)
          })
        }}
      >
        Tell them no more
      </button>
      <Problem problem={attempt.problem} />
    </>
  )
}
