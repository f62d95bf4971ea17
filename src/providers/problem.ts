// RFC 9457, Problem Details for HTTP APIs: how a refusal is written where no provider's own form is
// known. Members beyond the standard's: `code`, `instead`, `decision`, `hold`, `wait`.
// https://www.rfc-editor.org/rfc/rfc9457
import type { HoldId } from '../domain/names.ts'
import type { Refusal, RefusalAnswer } from '../domain/request.ts'
import { inert } from '../wire/inert.ts'

export type RefusalText = Omit<Refusal, 'kind' | 'answer'>

export function refuseAsProblem(refusal: RefusalText): RefusalAnswer {
  const { code, says, instead, hold, decision } = refusal
  const status = statusOf(code)
  const problem = {
    type: `urn:holdpoint:problem:${code}`,
    title: 'refused by Holdpoint',
    status,
    detail: inert(says),
    instead: inert(instead),
    code,
    decision,
    hold,
    wait: waitFor(hold),
  }
  return {
    status,
    headers: [
      ['content-type', 'application/problem+json'],
      ['cache-control', 'no-store'],
    ],
    body: `${JSON.stringify(problem)}\n`,
  }
}

/** 403 and not 401: no credential that an agent could find would change the answer. */
function statusOf(code: string): number {
  return code === 'upstream-unreachable' ? 502 : 403
}

/** Where an agent waits for a person's answer, through the proxy. */
export function waitFor(hold: HoldId | null): string | null {
  return hold === null ? null : `http://holdpoint.internal/holds/${hold}?wait=60`
}
