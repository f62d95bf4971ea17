// What the console's page is told. The page imports this file, so it holds types alone.
import type { EffectKind, Reversibility } from '../../../domain/effect.ts'
import type { AgentName, Digest, Instant, MandateId } from '../../../domain/names.ts'
import type { ReleaseRule } from '../../../domain/verdict.ts'
import type { ReplayReport, VerdictKind, VerdictTold } from '../../../replay/report.ts'
import type { EnvironmentWords } from '../../../words/words.ts'

export interface PoliciesView {
  readonly digest: Digest
  readonly since: Instant
  /** by which the gate judges just now */
  readonly files: readonly PolicyFileView[]
  /** shipped with Holdpoint, and not switched on */
  readonly optional: readonly PolicyFileView[]
  readonly folder: string | null
  readonly configurationFile: string
  /** newest first */
  readonly loads: readonly PolicyLoad[]
  readonly mandates: readonly MandateChoice[]
}

export interface PolicyFileView {
  /** `destroy.cedar`, `own/fridays.cedar` */
  readonly name: string
  readonly kind: 'shipped' | 'optional' | 'own'
  readonly text: string
  readonly rules: readonly RuleView[]
  readonly examples: ExamplesView | null
}

export interface RuleView {
  readonly id: string
  readonly line: number
  readonly verdict: VerdictKind
  readonly says: string
  readonly release: ReleaseRule | null
  readonly safeguards: readonly string[]
  readonly instead: string | null
  /** Markdown, as `docs/rules` has it; null for one of your own */
  readonly page: string | null
}

export type ExamplesView =
  | Readonly<{ kind: 'table'; rows: readonly ExampleView[] }>
  | Readonly<{ kind: 'malformed'; says: string }>

export interface ExampleView {
  readonly situation: string
  readonly mandate: string
  readonly effect: string
  readonly resource: string
  readonly environments: string
  readonly undo: string
  readonly extent: string
  readonly backups: string
  readonly verdict: string
  readonly reasons: string
  readonly release: string
  readonly safeguards: string
}

export type PolicyLoad =
  | Readonly<{ kind: 'loaded'; index: number; at: Instant; policies: Digest; started: boolean }>
  | Readonly<{ kind: 'rejected'; index: number; at: Instant; why: string }>

export interface MandateChoice {
  readonly id: MandateId
  readonly agent: AgentName
  readonly task: string
  /** revoked or expired */
  readonly ended: boolean
}

/** One file put in the place of its namesake, or beside the others; empty: that file left out. */
export interface Draft {
  readonly file: string
  readonly text: string
}

/** The draft is not valid. */
export interface InvalidDraft {
  readonly kind: 'invalid'
  /** null where Cedar gave no place */
  readonly where: Readonly<{ file: string; line: number; column: number }> | null
  readonly says: string
}

export type TryAnswer =
  | InvalidDraft
  /** the request cannot be tried */
  | Readonly<{ kind: 'not-a-request'; says: string }>
  /** a door would refuse it before it is judged */
  | Readonly<{ kind: 'unread'; why: string }>
  | Tried

export interface Tried {
  readonly kind: 'tried'
  readonly actions: readonly TriedAction[]
  readonly environments: readonly EnvironmentWords[]
  /** the whole impact in lines */
  readonly impact: readonly string[]
  /** it would be tried at the server first, and judged again by what it touches there */
  readonly measured: boolean
  readonly active: VerdictTold
  /** null without a draft */
  readonly draft: VerdictTold | null
}

export interface TriedAction {
  readonly verb: string
  readonly effect: EffectKind
  readonly reversibility: Reversibility
  /** `railway:volume/ID`; null where nobody knows */
  readonly resource: string | null
}

export type ReplayAnswer = InvalidDraft | Readonly<{ kind: 'replayed'; report: ReplayReport }>
