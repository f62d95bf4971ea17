// A person's browser, without the browser: cookie, page key, Origin, and a passkey in software.
import { request as send } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

import { createAuthenticator } from '../authenticator.ts'
import type { Authenticator } from '../authenticator.ts'
import type { Host } from './host.ts'

export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** the body as JSON; an empty object where it is none */
  readonly json: Readonly<Record<string, unknown>>
  /** the code of a refusal */
  readonly code: string
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** One request exactly as said, to 127.0.0.1 whatever its Host says. */
export function http(port: number, path: string, sent: Sent = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = sent
    const request = send(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (reply) => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('error', reject)
        reply.on('end', () => {
          resolve(gotOf(reply.statusCode ?? 0, reply.headers, Buffer.concat(chunks).toString()))
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

function gotOf(status: number, headers: IncomingHttpHeaders, text: string): Got {
  let json: Readonly<Record<string, unknown>> = {}
  try {
    json = JSON.parse(text) as typeof json
  } catch {
    // Pages and files are no JSON.
  }
  const error = json['error'] as Readonly<{ code: string }> | undefined
  return { status, headers, text, json, code: error?.code ?? '' }
}

export interface Client {
  readonly passkey: Authenticator
  /** what the browser would send with every request of the page */
  readonly headers: Readonly<Record<string, string>>
  get(path: string): Promise<Got>
  post(path: string, body: object, changed?: Readonly<Record<string, string>>): Promise<Got>
  /** opens the hold, sees all of it, and answers */
  answer(hold: string, answer: 'release' | 'refuse', note?: string): Promise<Got>
  /** opens each, and releases them with one press */
  releaseTogether(holds: readonly string[]): Promise<Got>
}

interface Question {
  readonly nonce: string
  readonly options: Readonly<{ challenge: string }>
}

/** Enrols by a code and is signed in. */
export async function enrolClient(
  host: Pick<Host, 'origin' | 'port'>,
  code: string,
): Promise<Client> {
  const passkey = createAuthenticator({ origin: host.origin, rpId: new URL(host.origin).hostname })
  const base = {
    host: new URL(host.origin).host,
    origin: host.origin,
    'sec-fetch-site': 'same-origin',
  }
  const session: Record<string, string> = {}

  const get = (path: string): Promise<Got> =>
    http(host.port, path, { headers: { ...base, ...session } })
  const post: Client['post'] = (path, body, changed = {}) =>
    http(host.port, path, {
      method: 'POST',
      headers: { ...base, ...session, 'content-type': 'application/json', ...changed },
      body: JSON.stringify(body),
    })

  const asked = questionIn(await post('/api/enrol/options', { code }))
  const response = passkey.register(asked.options)
  const welcome = await post('/api/enrol/verify', { code, nonce: asked.nonce, response })
  session['cookie'] = welcome.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  session['holdpoint-page'] = String(welcome.json['page'])

  return {
    passkey,
    get headers() {
      return { ...base, ...session }
    },
    get,
    post,
    answer: async (hold, answer, note = '') => {
      await get(`/api/holds/${hold}`)
      const asked = { answer, note, impactSeen: true }
      const challenge = await post(`/api/holds/${hold}/challenge`, asked)
      if (challenge.status !== 200) return challenge
      const { nonce, options } = questionIn(challenge)
      return post(`/api/holds/${hold}/settle`, { nonce, response: passkey.assert(options) })
    },
    releaseTogether: async (holds) => {
      for (const hold of holds) await get(`/api/holds/${hold}`)
      const asked = { holds, answer: 'release', note: '', impactSeen: holds }
      const challenge = await post('/api/holds/together/challenge', asked)
      if (challenge.status !== 200) return challenge
      const { nonce, options } = questionIn(challenge)
      return post('/api/holds/together/settle', { nonce, response: passkey.assert(options) })
    },
  }
}

/** Another person, invited by one who may, with a browser of their own. */
export async function inviteClient(
  host: Host,
  by: Client,
  invited: Readonly<{ person: string; roles: readonly string[] }>,
): Promise<Client> {
  const { nonce, options } = questionIn(await by.post('/api/invite/options', invited))
  const response = by.passkey.assert(options)
  const { json } = await by.post('/api/invite/verify', { nonce, response })
  return enrolClient(host, String(json['code']))
}

function questionIn({ json }: Got): Question {
  const { nonce, options } = json as Partial<Question>
  if (nonce === undefined || options === undefined) throw new Error('there was no question')
  return { nonce, options }
}
