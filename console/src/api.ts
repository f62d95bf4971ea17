// Talks to the console's own server. The session has two halves: a cookie that no script reads, and
// a page key, kept for this origin alone and sent as a header.
import { startAuthentication, startRegistration } from '@simplewebauthn/browser'
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'

import type { SessionView } from '../../src/api/console/sign-in/shapes.ts'

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

export async function post<T>(path: string, body: object): Promise<T> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return read<T>(response)
}

export function headers(): Record<string, string> {
  const page = localStorage.getItem(pageKey)
  return page === null ? {} : { [pageHeader]: page }
}

export async function read<T>(response: Response): Promise<T> {
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

export type Welcome = SessionView & Readonly<{ page: string }>

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

/** Keeps the page's half of the session. */
export function welcome({ page, ...session }: Welcome): SessionView {
  localStorage.setItem(pageKey, page)
  return session
}

export async function signOut(): Promise<void> {
  await post('/api/sign-out', {}).catch(() => undefined)
  localStorage.removeItem(pageKey)
}

/**
 * Asks what a passkey must sign, checks that it is what the page shows, wakes the passkey, and
 * gives its answer back.
 */
export async function withPasskey<A extends Asked, T>(
  paths: Readonly<{ ask: string; settle: string }>,
  body: object,
  check: Check<A>,
): Promise<T> {
  const asked = await post<A>(paths.ask, body)
  await check(asked)
  const optionsJSON = asked.options as PublicKeyCredentialRequestOptionsJSON
  const response = await startAuthentication({ optionsJSON })
  return post<T>(paths.settle, { nonce: asked.nonce, response })
}

/** Throws where what would be signed is not what the page shows. */
type Check<A extends Asked> = (asked: A) => Promise<void> | void

/** What a path that wants a passkey answers first. */
export interface Asked {
  readonly nonce: string
  readonly options: object
}
