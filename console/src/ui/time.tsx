import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'

/** The gate's time, by how far this machine's clock was off when the answer came. */
export function useGateTime(now: string | null): number {
  const [offset, setOffset] = useState(0)
  const [milliseconds, setMilliseconds] = useState(() => Date.now())
  useEffect(() => {
    if (now !== null) setOffset(Date.parse(now) - Date.now())
  }, [now])
  useEffect(() => {
    const timer = setInterval(() => {
      setMilliseconds(Date.now())
    }, 1000)
    return () => {
      clearInterval(timer)
    }
  }, [])
  return milliseconds + offset
}

/** `54:07`, `1:12:30`; words where it is over */
export function Countdown({ until, now }: { until: string; now: number }): ReactNode {
  const seconds = Math.max(0, Math.round((Date.parse(until) - now) / 1000))
  if (seconds === 0) return <span>time is over: silence has meant no</span>
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const pad = (part: number): string => String(part).padStart(2, '0')
  const shown = h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`
  return (
    <time className={seconds < 300 ? 'soon' : ''} dateTime={until} title={until}>
      {shown}
    </time>
  )
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

export function Moment({ at }: { at: string }): ReactNode {
  return (
    <time dateTime={at} title={at}>
      {format.format(new Date(at))}
    </time>
  )
}
