// A refusal as Railway would answer: GraphQL errors under status 200, which curl, the CLI and the
// SDK show to whoever called them. `extensions` carries the same for programs.
import type { RefusalAnswer } from '../../domain/request.ts'
import { inert } from '../../wire/inert.ts'
import { waitFor } from '../problem.ts'
import type { RefusalText } from '../problem.ts'

export function refuse({ code, says, instead, hold, decision }: RefusalText): RefusalAnswer {
  const error = {
    message: `${inert(says)}; ${inert(instead)}`,
    extensions: {
      code: `HOLDPOINT_${code.toUpperCase().replaceAll('-', '_')}`,
      decision,
      hold,
      wait: waitFor(hold),
    },
  }
  return {
    status: code === 'upstream-unreachable' ? 502 : 200,
    headers: [
      ['content-type', 'application/json; charset=utf-8'],
      ['cache-control', 'no-store'],
    ],
    body: `${JSON.stringify({ data: null, errors: [error] })}\n`,
  }
}
