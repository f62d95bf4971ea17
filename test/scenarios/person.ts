// A person at the console, with a passkey in software: they enrol by code, look at holds, and
// answer them, over the console's own HTTP, as the page does.
import { createAuthenticator } from '../authenticator.ts'
import type { AssertionOptions, CreationOptions } from '../authenticator.ts'
import { printed } from './processes.ts'
import type { Printed } from './script.ts'

export interface Person {
  enrol(code: string): Promise<void>
  holds(): Promise<readonly string[]>
  show(hold: string): Promise<unknown>
  /** says yes to the last question that waits, with the passkey */
  allow(minutes: number): Promise<Answered>
  answer(hold: string, answer: 'release' | 'refuse', note: string): Promise<Answered>
}

export interface Answered {
  readonly status: number
  readonly body: string
}

interface Question<O> {
  readonly nonce: string
  readonly options: O
}

export function createPerson(console: string): Person {
  const authenticator = createAuthenticator({ origin: console, rpId: new URL(console).hostname })
  let cookie = ''
  let page = ''

  async function call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answered> {
    // The name resolves to ::1 first in places; the console answers at the number under its own
    // name too.
    const answer = await fetch(console + path, {
      method,
      headers: {
        origin: console,
        'sec-fetch-site': 'same-origin',
        'sec-fetch-mode': 'cors',
        'content-type': 'application/json',
        ...(cookie === '' ? {} : { cookie, 'holdpoint-page': page }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const [set] = answer.headers.getSetCookie()
    if (set !== undefined) cookie = set.split(';')[0] ?? ''
    return { status: answer.status, body: await answer.text() }
  }

  async function ask<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const answered = await call(method, path, body)
    if (answered.status !== 200) throw new Error(`${path}: ${answered.status} ${answered.body}`)
    return JSON.parse(answered.body) as T
  }

  async function enrol(code: string): Promise<void> {
    const { nonce, options } = await ask<Question<CreationOptions>>('POST', '/api/enrol/options', {
      code,
    })
    const response = authenticator.register(options)
    const welcome = await ask<{ page: string }>('POST', '/api/enrol/verify', {
      code,
      nonce,
      response,
    })
    page = welcome.page
  }

  async function answer(hold: string, how: 'release' | 'refuse', note: string): Promise<Answered> {
    const path = `/api/holds/${hold}`
    const { nonce, options } = await ask<Question<AssertionOptions>>('POST', `${path}/challenge`, {
      answer: how,
      note,
      impactSeen: false,
    })
    return call('POST', `${path}/settle`, { nonce, response: authenticator.assert(options) })
  }

  async function allow(minutes: number): Promise<Answered> {
    const { asks } = await ask<{ asks: readonly { ask: { id: string } }[] }>('GET', '/api/asks')
    const deed = { kind: 'ask-grant', ask: asks[0]?.ask.id ?? 'none', minutes }
    const path = '/api/deeds/challenge'
    const { nonce, options } = await ask<Question<AssertionOptions>>('POST', path, { deed })
    return call('POST', '/api/deeds/settle', { nonce, response: authenticator.assert(options) })
  }

  return {
    enrol,
    allow,
    holds: async () => {
      const { waiting } = await ask<{ waiting: readonly { id: string }[] }>('GET', '/api/holds')
      return waiting.map(({ id }) => id)
    },
    show: (hold) => ask('GET', `/api/holds/${hold}`),
    answer,
  }
}

export interface Answering {
  /** a hold by its id, or the last that waits */
  readonly answer: (how: 'release' | 'refuse', which: string, note: string) => Promise<Printed>
  readonly allow: (minutes: number) => Promise<Printed>
}

/** Enrols with the code before the first answer. */
export function createAnswering(person: Person, code: string): Answering {
  let enrolled = false
  async function enrolOnce(): Promise<void> {
    if (!enrolled) await person.enrol(code)
    enrolled = true
  }
  async function answer(how: 'release' | 'refuse', which: string, note: string): Promise<Printed> {
    await enrolOnce()
    const hold = which === 'last' ? ((await person.holds()).at(-1) ?? 'none') : which
    const { status, body } = await person.answer(hold, how, note)
    return printed(status === 200, body)
  }
  async function allow(minutes: number): Promise<Printed> {
    await enrolOnce()
    const { status, body } = await person.allow(minutes)
    return printed(status === 200, body)
  }
  return { answer, allow }
}
