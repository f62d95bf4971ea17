// The policies in force, as people look at them.
import type { Digest, Instant } from '../../../domain/names.ts'
import { rulesIn } from '../../../policy/policy.ts'
import type { RuleInFile } from '../../../policy/policy.ts'
import type { StoreReads } from '../../../store/store.ts'
import type { PolicyDesk, PolicyFile } from './desk.ts'
import type { MandateChoice, PoliciesView, PolicyFileView, PolicyLoad, RuleView } from './shapes.ts'

const loadsMax = 20
const mandatesMax = 200

export function policiesView(desk: PolicyDesk, store: StoreReads, now: Instant): PoliciesView {
  const { digest, loadedAt, files } = desk.inForce()
  const loads = loadsOf(store)
  const view = (file: PolicyFile): PolicyFileView => fileView(desk, file)
  return {
    ...{ digest, since: sinceOf(loads, digest, loadedAt) },
    ...{ files: files.map(view), optional: desk.optional().map(view) },
    ...{ folder: desk.folder, configurationFile: desk.configurationFile },
    ...{ loads, mandates: mandatesOf(store, now) },
  }
}

/** Files that are loaded, or shipped with Holdpoint: reading them here has been safe before. */
function fileView(desk: PolicyDesk, file: PolicyFile): PolicyFileView {
  return {
    ...{ name: file.name, kind: file.kind, text: file.text },
    rules: rulesIn(file).map((found) => ruleView(desk, found)),
    examples: file.examples === null ? null : desk.examples(file.examples),
  }
}

function ruleView(desk: PolicyDesk, { rule: { id, says, force }, line }: RuleInFile): RuleView {
  return {
    ...{ id, line, says, page: desk.page(id) },
    verdict: force.kind === 'permit' ? 'allow' : force.kind,
    release: force.kind === 'hold' ? force.release : null,
    safeguards: force.kind === 'deny' ? [] : force.safeguards,
    instead: force.kind === 'deny' ? force.instead : null,
  }
}

/** As far back as one search looks; the page of the ledger goes on from there. */
function loadsOf(store: StoreReads): readonly PolicyLoad[] {
  const kinds = ['started', 'policies-loaded', 'policies-rejected'] as const
  const { entries } = store.search({ kinds, limit: loadsMax })
  return entries.flatMap(({ index, at, fact }): readonly PolicyLoad[] => {
    switch (fact.kind) {
      case 'started':
      case 'policies-loaded': {
        const started = fact.kind === 'started'
        return [{ kind: 'loaded', index, at, policies: fact.policies, started }]
      }
      case 'policies-rejected':
        return [{ kind: 'rejected', index, at, why: fact.why }]
      default:
        return []
    }
  })
}

/** The oldest load of the same set without another between, where the record says so. */
function sinceOf(loads: readonly PolicyLoad[], digest: Digest, loadedAt: Instant): Instant {
  let since = loadedAt
  for (const load of loads) {
    if (load.kind === 'rejected') continue
    if (load.policies !== digest) break
    if (load.at < since) since = load.at
  }
  return since
}

/** Those that stand first, newest first. */
function mandatesOf(store: StoreReads, now: Instant): readonly MandateChoice[] {
  const all = store.mandates().map(({ mandate, endedAt }) => ({
    ...{ id: mandate.id, agent: mandate.agent, task: mandate.task },
    ended: endedAt !== null || mandate.expiresAt <= now,
  }))
  return all
    .reverse()
    .sort((a, b) => Number(a.ended) - Number(b.ended))
    .slice(0, mandatesMax)
}
