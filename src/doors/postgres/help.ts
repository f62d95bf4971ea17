// What agents ask Holdpoint itself, at the door where they are: SHOW holdpoint.whoami, and
// SHOW holdpoint.hold_…, which waits for a person up to a minute. Nothing of it goes to the server.
import type { Presented } from '../../domain/request.ts'
import { inert } from '../../wire/inert.ts'
import { shownText } from '../../wire/postgres/backend.ts'
import type { HelpDesk } from '../http/help-desk.ts'
import { errorFields } from './refuse.ts'
import type { ErrorFields } from '../../wire/postgres/backend.ts'

const asked = /^\s*show\s+"?holdpoint"?\s*\.\s*"?(whoami|hold_[a-z0-9]{1,40})"?\s*;?\s*$/i

export type HelpAsked = Readonly<{ path: string; query: string }>

/** null: it is SQL for the server, like everything else. */
export function helpAsked(text: string): HelpAsked | null {
  const name = asked.exec(text)?.[1]?.toLowerCase()
  if (name === undefined) return null
  return name === 'whoami'
    ? { path: '/whoami', query: '' }
    : { path: `/holds/${name}`, query: 'wait=60' }
}

/** The messages of the answer, or what went wrong. */
export async function answerHelp(
  help: HelpDesk,
  { path, query }: HelpAsked,
  presented: readonly Presented[],
  signal: AbortSignal,
): Promise<readonly Uint8Array[] | ErrorFields> {
  const request = { method: 'GET', path, query, presented, body: new Uint8Array() }
  const { status, body } = await help.answer(request, signal)
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
  if (status === 200) return shownText('holdpoint', text.trim())
  return errorFields(status === 404 ? '42704' : '42501', inert(text.trim()).slice(0, 1000))
}
