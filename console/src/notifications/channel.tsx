import { useState } from 'react'
import type { ReactNode } from 'react'

import type { ChannelView } from '../../../src/api/console/notifications/shapes.ts'
import { post } from '../api.ts'
import { useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'

const kindWords: Readonly<Record<ChannelView['kind'], string>> = {
  webhook: 'signed webhook',
  slack: 'Slack',
  teams: 'Microsoft Teams',
  email: 'e-mail',
  'web-push': 'browsers',
}

const occasionWords = {
  held: 'a hold opens',
  asked: 'an agent asks for access or help',
  tripped: 'a breaker trips',
  killed: 'the kill switch is pulled',
} as const

export function Channel({ channel }: { channel: ChannelView }): ReactNode {
  const { name, kind, person, missing, queued } = channel
  return (
    <li className="card channel">
      <div>
        <h2>
          {name} <span className="quiet">{kindWords[kind]}</span>
        </h2>
        {person !== null && <p>Reaches {person}.</p>}
        <p className="quiet">{whenWords(channel)}</p>
        {missing.map((secret) => (
          <p key={secret} className="problem">
            Its secret <code>{secret}</code> is not in the vault. Put it with{' '}
            <code>holdpoint secret put {secret}</code>.
          </p>
        ))}
        {queued > 0 && (
          <p>
            {queued} {queued === 1 ? 'message is' : 'messages are'} on the way.
          </p>
        )}
        <Last channel={channel} />
      </div>
      <Test name={name} />
    </li>
  )
}

function whenWords({ on, escalatesAfterMinutes }: ChannelView): string {
  const told = on.map((occasion) => occasionWords[occasion])
  const later = `a hold has waited for ${escalatesAfterMinutes ?? 0} minutes`
  const all = escalatesAfterMinutes === null ? told : [...told, later]
  if (all.length === 0) return 'Told of nothing but tests.'
  return `Told when ${all.join(', or when ')}.`
}

function Last({ channel: { last, failures } }: { channel: ChannelView }): ReactNode {
  if (last === null) return <p className="quiet">Nothing was sent to it yet.</p>
  if (last.end.kind === 'delivered') {
    return (
      <p>
        <span className="arrived">The last message arrived</span>, <Moment at={last.at} />.
      </p>
    )
  }
  return (
    <p className="problem">
      {failures === 1
        ? 'The last message did not arrive'
        : `The last ${failures} messages did not arrive`}
      : <InertText text={last.end.why} /> (<Moment at={last.at} />
      ).
    </p>
  )
}

function Test({ name }: { name: string }): ReactNode {
  const { roles } = useSession()
  const [sent, setSent] = useState(false)
  const attempt = useAttempt()
  if (!roles.includes('owner')) return null
  return (
    <div className="channel-test">
      <button
        type="button"
        className="plain"
        disabled={attempt.busy}
        onClick={() => {
          attempt.run(async () => {
            await post('/api/notifications/test', { channel: name })
            setSent(true)
          })
        }}
      >
        Send a test
      </button>
      <span className="quiet" role="status">
        {sent && attempt.problem === null ? 'On its way: its end stands below.' : ''}
      </span>
      <Problem problem={attempt.problem} />
    </div>
  )
}
