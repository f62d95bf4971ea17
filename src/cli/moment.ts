// Moments as people say and read them: in the time of the place where they sit.

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/**
 * Milliseconds since 1970, to the end of what was said: `14:05` is all of that minute. Null for
 * what is no moment.
 */
export function readMoment(text: string, now: number): number | null {
  return readAgo(text, now) ?? readClock(text, now) ?? readDate(text)
}

const units: Readonly<Record<string, number>> = { s: second, m: minute, h: hour, d: day }

/** `10m`, `2 h ago` */
function readAgo(text: string, now: number): number | null {
  const match = /^(\d{1,6}) ?(s|m|h|d)(?: ago)?$/.exec(text)
  return match === null ? null : now - Number(match[1]) * (units[match[2] ?? ''] ?? 0)
}

/** `14:05`, `14:05:30`, `yesterday 14:05`: the last time that clocks showed it */
function readClock(text: string, now: number): number | null {
  const match = /^(yesterday )?(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text)
  if (match === null) return null
  const [, yesterday, hours, minutes, seconds] = match
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return null
  const date = new Date(now)
  if (yesterday !== undefined) date.setDate(date.getDate() - 1)
  date.setHours(Number(hours), Number(minutes), Number(seconds ?? 0), 0)
  if (date.getTime() > now) date.setDate(date.getDate() - 1)
  return date.getTime() + (seconds === undefined ? minute : second) - 1
}

/** `2026-11-27`, `2026-11-27 14:05`, or with a zone as RFC 3339 has it */
function readDate(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(
    text,
  )
  if (match === null) return null
  const [, date = '', clock, seconds, zone = ''] = match
  const start = Date.parse(`${date}T${clock ?? '00:00'}${seconds ?? ':00'}${zone}`)
  if (Number.isNaN(start)) return null
  if (clock === undefined) return start + day - 1
  return start + (seconds === undefined ? minute - 1 : seconds.includes('.') ? 0 : second - 1)
}

/** `12:05:10 today`, `12:05:10 yesterday`, `2026-11-27 12:05:10` */
export function momentWords(milliseconds: number, now: number): string {
  const date = new Date(milliseconds)
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':')
  const days = Math.round((midnight(now) - midnight(milliseconds)) / day)
  if (days === 0) return `${clock} today`
  if (days === 1) return `${clock} yesterday`
  const month = twoDigits(date.getMonth() + 1)
  return `${date.getFullYear()}-${month}-${twoDigits(date.getDate())} ${clock}`
}

/** `14 minutes ago` */
export function agoWords(milliseconds: number, now: number): string {
  const since = Math.max(0, now - milliseconds)
  if (since < 2 * minute) return ago(Math.round(since / second), 'second')
  if (since < 2 * hour) return ago(Math.round(since / minute), 'minute')
  if (since < 2 * day) return ago(Math.round(since / hour), 'hour')
  return ago(Math.round(since / day), 'day')
}

function ago(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`
}

function midnight(milliseconds: number): number {
  return new Date(milliseconds).setHours(0, 0, 0, 0)
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
