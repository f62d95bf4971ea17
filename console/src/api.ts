// Talks to the console's own server. The session has two halves: a cookie that no script reads, and
// a page key, kept for this origin alone and sent as a header.
import { startAuthentication, startRegistration } from '@simplewebauthn/browser'
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'

import type {
  AskedPurgeView,
  AskedView,
  HoldView,
  OpenedView,
  SessionView,
  SettledView,
} from '../../src/api/console/shapes.ts'
import type { HeldPurge, PurgeOutcome } from '../../src/api/keeper.ts'
import type { Role } from '../../src/domain/fact.ts'
import { checkAsked, checkPurge } from './binding.ts'

const pageKey = 'holdpoint-page'
const pageHeader = 'holdpoint-page'

/** A no from the server, in words for a person. */
export class ApiError extends Error {
  readonly code: string

  constructor(code: string, says: string) {
    super(says)
    this.name = 'ApiError'
    this.code = code
  }
}

export function hasPageKey(): boolean {
  return localStorage.getItem(pageKey) !== null
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return read<T>(await fetch(path, { headers: headers(), signal: signal ?? null }))
}

async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return read<T>(response)
}

function headers(): Record<string, string> {
  const page = localStorage.getItem(pageKey)
  return page === null ? {} : { [pageHeader]: page }
}

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => null)) as
    (T & { error?: { code: string; says: string } }) | null
  if (response.ok && body !== null) return body
  if (response.status === 401) localStorage.removeItem(pageKey)
  const { code, says } = body?.error ?? { code: 'no-answer', says: 'the gate gave no answer' }
  throw new ApiError(code, says)
}

interface Question<O> {
  readonly nonce: string
  readonly options: O
}

type Welcome = SessionView & Readonly<{ page: string }>

export async function enrol(code: string): Promise<SessionView> {
  const asked = await post<Question<PublicKeyCredentialCreationOptionsJSON>>('/api/enrol/options', {
    code,
  })
  const response = await startRegistration({ optionsJSON: asked.options })
  return welcome(await post('/api/enrol/verify', { code, nonce: asked.nonce, response }))
}

export async function signIn(): Promise<SessionView> {
  const asked = await post<Question<PublicKeyCredentialRequestOptionsJSON>>(
    '/api/sign-in/options',
    {},
  )
  const response = await startAuthentication({ optionsJSON: asked.options })
  return welcome(await post('/api/sign-in/verify', { nonce: asked.nonce, response }))
}

function welcome({ page, ...session }: Welcome): SessionView {
  localStorage.setItem(pageKey, page)
  return session
}

export async function signOut(): Promise<void> {
  await post('/api/sign-out', {}).catch(() => undefined)
  localStorage.removeItem(pageKey)
}

/** Asks, checks that what would be signed is what is shown, and only then wakes the passkey. */
export async function answerHold(
  shown: HoldView,
  answer: 'release' | 'refuse',
  note: string,
): Promise<SettledView> {
  const path = `/api/holds/${shown.hold.id}`
  const asked = await post<AskedView>(`${path}/challenge`, { answer, note })
  await checkAsked(shown, asked, { answer, note })
  const optionsJSON = asked.options as PublicKeyCredentialRequestOptionsJSON
  const response = await startAuthentication({ optionsJSON })
  return post(`${path}/settle`, { nonce: asked.nonce, response })
}

export async function answerPurge(
  shown: HeldPurge,
  answer: 'release' | 'refuse',
): Promise<PurgeOutcome> {
  const asked = await post<AskedPurgeView>('/api/purges/challenge', { purge: shown.id, answer })
  await checkPurge(shown, asked, answer)
  const optionsJSON = asked.options as PublicKeyCredentialRequestOptionsJSON
  const response = await startAuthentication({ optionsJSON })
  return post('/api/purges/settle', { nonce: asked.nonce, response })
}

export async function invite(person: string, roles: readonly Role[]): Promise<OpenedView> {
  const asked = await post<Question<PublicKeyCredentialRequestOptionsJSON>>('/api/invite/options', {
    person,
    roles,
  })
  const response = await startAuthentication({ optionsJSON: asked.options })
  return post('/api/invite/verify', { nonce: asked.nonce, response })
}

const retryMilliseconds = 2000

/** Calls back whenever holds have changed, until the signal aborts or the session is over. */
export async function followHolds(onChange: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await fetch('/api/events', { headers: headers(), signal })
      if (response.status === 401) {
        onChange()
        return
      }
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
        if (part.value.includes('event: holds')) onChange()
      }
    } catch {
      // The gate is away for a moment, or the page is closing: the loop decides.
    }
    await new Promise((resolve) => setTimeout(resolve, retryMilliseconds))
  }
}
