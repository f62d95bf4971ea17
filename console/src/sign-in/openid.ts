// The way to the OpenID provider and back. What the browser keeps meanwhile never leaves this
// origin, so that an answer that somebody else began signs nobody in here.
import type { BegunView, SessionView } from '../../../src/api/console/sign-in/shapes.ts'
import { post, welcome } from '../api.ts'
import type { Welcome } from '../api.ts'

const kept = 'holdpoint-openid'

interface Kept {
  readonly half: string
  /** the page that they wanted to see */
  readonly back: string
}

/** What the address said when the page was loaded, before anything else looks at it. */
const arrived = location.pathname === '/openid' ? location.search : ''

export async function goToProvider(): Promise<void> {
  const { location: page, half } = await post<BegunView>('/api/openid/begin', {})
  const { protocol } = new URL(page)
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error('that is no page')
  const back = location.pathname === '/openid' ? '/' : location.pathname
  localStorage.setItem(kept, JSON.stringify({ half, back } satisfies Kept))
  location.assign(page)
}

export interface CameBack {
  readonly session: SessionView
  readonly back: string
}

let coming: Promise<CameBack> | null = null

/** Once for each load of the page, however often it is drawn. */
export function comeBack(): Promise<CameBack> {
  coming ??= finish()
  return coming
}

async function finish(): Promise<CameBack> {
  // The code leaves the address and the history at once.
  history.replaceState(history.state, '', '/openid')
  const waiting = JSON.parse(localStorage.getItem(kept) ?? 'null') as Kept | null
  localStorage.removeItem(kept)
  if (arrived === '' || waiting === null) {
    throw new Error('this sign-in was not begun in this browser; begin again')
  }
  const given = await post<Welcome>('/api/openid/finish', {
    answer: arrived.slice(1),
    half: waiting.half,
  })
  return { session: welcome(given), back: waiting.back }
}
