import type { ActionFilter } from './stream.ts'

/** What the address of Now says of its stream. */
export interface NowSearch {
  /** empty: strangers */
  readonly agent?: string
  readonly verdict?: 'allow' | 'hold' | 'deny'
}

export const verdicts = ['allow', 'hold', 'deny'] as const
const agentPattern = /^(?:[a-z0-9][a-z0-9-]{0,62})?$/

/** What cannot be meant is left out: an address comes from anywhere. */
export function readNowSearch(search: Readonly<Record<string, unknown>>): NowSearch {
  const { agent } = search
  const verdict = verdicts.find((one) => one === search['verdict'])
  return {
    ...(typeof agent === 'string' && agentPattern.test(agent) ? { agent } : {}),
    ...(verdict === undefined ? {} : { verdict }),
  }
}

export function filterOf({ agent, verdict }: NowSearch): ActionFilter {
  return { agent: agent ?? null, verdict: verdict ?? null }
}
