// What a request would do, and what would be said of it, without doing it: read, placed and judged
// as at a door. Nothing of it is sent, held, or counted against a budget.
import type { Advice } from '../advice/advice.ts'
import type { Action } from '../domain/action.ts'
import { reversibilityOf } from '../domain/effect.ts'
import type { Effect } from '../domain/effect.ts'
import { unreachable } from '../domain/fault.ts'
import type { Impact, Reach } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import { showResource } from '../domain/resource.ts'
import type { Verdict } from '../domain/verdict.ts'
import { impactLines, wouldOf } from '../words/words.ts'
import type { ReadWritten } from './written-request.ts'

export interface PreviewParts {
  readonly read: ReadWritten
  /** what a hook would say before a command is run */
  readonly command: (text: string, directory: string) => Promise<CommandTold>
  /** asks the provider where it does not know, as for a request: reads, each recorded first */
  readonly place: (actions: NonEmpty<Action>) => Promise<NonEmpty<Impact>>
  readonly judge: (standing: Standing, impacts: NonEmpty<Impact>) => Verdict
}

export interface CommandTold {
  readonly actions: readonly Action[]
  readonly advice: Advice
}

export type Preview = (standing: Standing, request: PreviewAsked) => Promise<PreviewTold>

export type PreviewAsked =
  | Readonly<{ surface: 'http' | 'sql'; value: object }>
  | Readonly<{ surface: 'shell'; command: string; directory: string }>

export type PreviewTold =
  | Readonly<{
      kind: 'previewed'
      /** `allow`, `hold` or `deny`, as things stand */
      verdict: Verdict['kind']
      would: string
      because: readonly string[]
      instead: string | null
      impact: readonly string[]
      actions: readonly object[]
    }>
  /** a hook lets it run, or does not; what leaves the machine is judged at the doors */
  | Readonly<{
      kind: 'advised'
      advice: Advice['kind']
      because: readonly string[]
      instead: string | null
      actions: readonly object[]
    }>
  /** no door would judge it */
  | Readonly<{ kind: 'not-judged'; says: string }>

export function createPreview(parts: PreviewParts): Preview {
  return async (standing, asked) => {
    if (asked.surface === 'shell') {
      return commandTold(await parts.command(asked.command, asked.directory))
    }
    const found = await parts.read({ surface: asked.surface, ...asked.value })
    switch (found.kind) {
      case 'read':
        return judged(parts, standing, found.actions)
      case 'unread':
        return { kind: 'not-judged', says: `it would be refused unread: ${found.why}` }
      case 'error':
        return { kind: 'not-judged', says: found.says }
      default:
        return unreachable(found)
    }
  }
}

async function judged(
  { place, judge }: PreviewParts,
  standing: Standing,
  actions: NonEmpty<Action>,
): Promise<PreviewTold> {
  const impacts = await place(actions)
  const verdict = judge(standing, impacts)
  return {
    kind: 'previewed',
    verdict: verdict.kind,
    would: wouldOf({ agent: standing.agent, impacts }),
    because: verdict.because.map(({ says }) => says),
    instead: verdict.kind === 'deny' ? verdict.instead : null,
    impact: impactLines({ impacts }),
    actions: impacts.flatMap(actionShown),
  }
}

function commandTold({ actions, advice }: CommandTold): PreviewTold {
  return {
    kind: 'advised',
    advice: advice.kind,
    because: advice.kind === 'refuse' ? advice.because.map(({ says }) => says) : [],
    instead: advice.kind === 'refuse' ? advice.instead : null,
    actions: actions.flatMap(({ verb, effects }) =>
      effects.map((effect) => ({ verb, ...effectShown(effect) })),
    ),
  }
}

function actionShown({ action, hits }: Impact): readonly object[] {
  return hits.map(({ effect, environments }) => ({
    ...{ verb: action.verb, ...effectShown(effect) },
    environments: environmentNames(environments),
  }))
}

function effectShown(effect: Effect): object {
  return {
    effect: effect.kind,
    reversibility: reversibilityOf(effect),
    resource: effect.kind === 'unknown' ? null : showResource(effect.resource),
  }
}

/** null: not known, which counts as critical. */
function environmentNames(reach: Reach): readonly string[] | null {
  return reach.kind === 'unknown' ? null : reach.environments.map(({ name }) => name)
}
