import { advisedCharactersMax } from '../api/control-inputs.ts'
import type { Control } from '../api/control.ts'
import type { AgentName, LeaseId } from '../domain/names.ts'
import type { AdvisedNote } from '../doors/hook/parts.ts'

/** What was advised, into the gate's ledger: rejects when it could not be written down. */
export function recordThrough(
  control: Pick<Control, 'advised'>,
  agent: AgentName,
  lease: LeaseId | null,
): (note: Omit<AdvisedNote, 'agent' | 'digest'>) => Promise<void> {
  return async ({ verdict, codes, effect, snapshot, text }) => {
    // Looking around is most of what an agent does, and nobody asks about it later.
    if (verdict === 'pass' && (effect === null || effect === 'read')) return
    await control.advised({
      ...{ agent, lease, verdict, codes: [...codes], effect, snapshot },
      text: withoutLeases(text).slice(0, advisedCharactersMax).toWellFormed(),
    })
  }
}

/** A command may carry the agent's own lease; the control plane takes none, nor does a ledger. */
function withoutLeases(text: string): string {
  return text.replaceAll(/hpl_[\w-]*/g, '[lease]')
}
