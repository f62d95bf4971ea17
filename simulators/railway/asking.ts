// For tests: how clients of Railway ask, and what they take as an answer.
import type { RailwaySimulator } from './start.ts'

export interface Answered {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly { readonly message: string }[]
}

export type Headers = Readonly<Record<string, string>>

export function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` }
}

export async function post(url: string, headers: Headers, body: unknown): Promise<Answered> {
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as Answered
}

/** With the account's token, and no variables. */
export function ask(railway: RailwaySimulator, query: string): Promise<Answered> {
  return post(railway.url, bearer(railway.tokens.account), { query })
}

/** The first error's message; `ok` for none. */
export function verdictOf({ errors }: Answered): string {
  return errors?.[0]?.message ?? 'ok'
}
