import type { ReactNode } from 'react'

import type {
  NotificationsView,
  NotifiedView,
} from '../../../src/api/console/notifications/shapes.ts'
import { useLive } from '../live.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { Channel } from './channel.tsx'
import { ThisBrowser } from './this-browser.tsx'
import { Unreachable } from './unreachable.tsx'
import './notifications.css'

export function NotificationsPage(): ReactNode {
  const { value, problem } = useLive<NotificationsView>('/api/notifications', ['people', 'holds'])
  return (
    <>
      <h1>Notifications</h1>
      <p className="quiet">
        Who is told when a hold opens, a breaker trips or the kill switch is pulled. A message
        carries a summary and a link. It decides nothing, and neither does silence: silence means
        no.
      </p>
      <Problem problem={problem} />
      {value !== null && <Everything view={value} />}
    </>
  )
}

function Everything({ view }: { view: NotificationsView }): ReactNode {
  const { channels, recent, dropped, unreachable, push } = view
  return (
    <>
      <Unreachable holds={unreachable} />
      {channels.length === 0 ? <Nobody /> : null}
      <ul className="channels">
        {channels.map((channel) => (
          <Channel key={channel.name} channel={channel} />
        ))}
      </ul>
      {dropped > 0 && (
        <p className="danger-note">
          {dropped} {dropped === 1 ? 'message was' : 'messages were'} given up since the gate was
          started, because too many waited.
        </p>
      )}
      {push !== null && <ThisBrowser push={push} />}
      <Recent ends={recent} />
    </>
  )
}

function Nobody(): ReactNode {
  return (
    <p className="danger-note">
      Nobody is told: no channel is configured. Add one under <code>notify</code> in{' '}
      <code>holdpoint.yaml</code>, or somebody has to watch this console.
    </p>
  )
}

function Recent({ ends }: { ends: readonly NotifiedView[] }): ReactNode {
  return (
    <section>
      <h2>Lately</h2>
      {ends.length === 0 ? (
        <p className="quiet">Nothing was sent yet.</p>
      ) : (
        <ol className="card sent">
          {ends.map(({ index, at, end, says }) => (
            <li key={index} className={end.kind}>
              <span className="quiet">
                <Moment at={at} />
              </span>{' '}
              <bdi>
                <InertText text={says} />
              </bdi>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
