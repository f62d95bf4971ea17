// The ledger as scenarios speak of it:
//   decided hold, held, settled released, claimed, guarded independent-backup, sent, ended
//   succeeded
import { holdpoint } from './processes.ts'

export interface LoggedFact {
  readonly kind: string
  /** whole where it was decided, an id where it is spoken of */
  readonly decision?: string | Readonly<{ verdict: Readonly<{ kind: string }> }>
  readonly settlement?: Readonly<{ kind: string }>
  readonly safeguard?: string
  readonly hold?: Readonly<{ id: string }>
  readonly outcome?: Readonly<{ kind: string }>
  readonly reason?: string
}

export async function factsOf(configuration: string): Promise<readonly LoggedFact[]> {
  const asked = ['log', '--json', '--since', '0', '--no-follow']
  const log = await holdpoint(['--config', configuration, ...asked])
  return log.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Readonly<{ fact: LoggedFact }>).fact)
}

/** Without the facts of those kinds. */
export async function ledgerWords(
  configuration: string,
  without: readonly string[],
): Promise<string> {
  return (await factsOf(configuration))
    .filter(({ kind }) => !without.includes(kind))
    .map(({ kind, decision, settlement, safeguard, outcome, reason }) => {
      const detail =
        (typeof decision === 'object' ? decision.verdict.kind : undefined) ??
        settlement?.kind ??
        safeguard ??
        outcome?.kind ??
        reason
      return detail === undefined ? kind : `${kind} ${detail}`
    })
    .join(', ')
}
