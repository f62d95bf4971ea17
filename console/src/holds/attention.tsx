import type { ReactNode } from 'react'

import type { Attention, AttentionMark } from '../../../src/domain/fact.ts'

const markWords: Readonly<Record<AttentionMark, string>> = {
  hasty: 'within three seconds of opening it',
  'impact-unseen': 'without the whole impact in view',
  'not-shown': 'without opening it',
}

/** How long somebody looked, and what is marked about it. */
export function AttentionWords({ attention }: { attention: Attention | null }): ReactNode {
  if (attention === null) return null
  const { milliseconds, marks, together } = attention
  return (
    <span className="attention-words">
      {milliseconds !== null && <> after {durationWords(milliseconds)}</>}
      {together > 1 && `, together with ${together - 1} more`}
      {marks.map((mark) => (
        <strong key={mark} className="marked">
          marked: {markWords[mark]}
        </strong>
      ))}
    </span>
  )
}

/** `4 seconds`, `3 minutes`, `2 hours`, `5 days` */
export function durationWords(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  if (seconds < 120) return counted(seconds, 'second')
  if (seconds < 2 * 3600) return counted(Math.floor(seconds / 60), 'minute')
  if (seconds < 48 * 3600) return counted(Math.floor(seconds / 3600), 'hour')
  return counted(Math.floor(seconds / 86_400), 'day')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
