import type { Clearance } from '../clearance.ts'
import type { Decision } from '../domain/decision.ts'
import type { SafeguardProof } from '../domain/fact.ts'
import { assert, Fault } from '../domain/fault.ts'
import type { SafeguardName } from '../domain/names.ts'
import { isThere, weigh } from './artefact.ts'
import type { RunCommand } from './run-command.ts'

/** A safeguard as the operator configured it. */
export interface ConfiguredSafeguard {
  readonly name: SafeguardName
  /** program and arguments; `{resource}` and `{decision}` are filled in */
  readonly command: readonly [program: string, ...argumentTemplates: string[]]
  /** the file that it leaves; absolute, with the same placeholders */
  readonly artefact: string
  readonly minutesMax: number
}

export interface Safeguards {
  /** One clause that says why these cannot all be proven for this decision; null when they can. */
  canProve(names: readonly SafeguardName[], decision: Decision): string | null
  /** Runs one and judges what it left. What the world does is a failed proof, never a rejection. */
  run(name: SafeguardName, decision: Decision, clearance: Clearance): Promise<SafeguardProof>
}

export interface SafeguardParts {
  readonly configured: readonly ConfiguredSafeguard[]
  /** the environment of the gate; what is Holdpoint's own is taken out of it */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** names of variables that the commands must not see, besides `HOLDPOINT_…` */
  readonly concealed: readonly string[]
  readonly run: RunCommand
}

export function createSafeguards(parts: SafeguardParts): Safeguards {
  const byName = new Map(parts.configured.map((one) => [one.name, one]))

  function canProve(names: readonly SafeguardName[], decision: Decision): string | null {
    const missing = names.find((name) => !byName.has(name))
    if (missing !== undefined) return notConfigured(missing)
    const subject = names.length === 0 ? null : subjectOf(decision)
    return subject?.kind === 'none' ? subject.why : null
  }

  function run(
    name: SafeguardName,
    decision: Decision,
    clearance: Clearance,
  ): Promise<SafeguardProof> {
    assert(clearance.purpose === 'guard', 'a safeguard runs on a clearance to guard')
    if (clearance.decision !== decision.id || clearance.request !== decision.request.digest) {
      throw new Fault('clearance-mismatch', 'this clearance is for another decision')
    }
    clearance.spend()
    const configured = byName.get(name)
    if (configured === undefined) return Promise.resolve(failed(notConfigured(name)))
    return proveBackup(configured, decision, parts)
  }

  return { canProve, run }
}

/** A file that was not there, a command that ended well, and the same file there, whole. */
export async function proveBackup(
  configured: ConfiguredSafeguard,
  decision: Decision,
  parts: Omit<SafeguardParts, 'configured'>,
): Promise<SafeguardProof> {
  const subject = subjectOf(decision)
  if (subject.kind === 'none') return failed(subject.why)
  const fill = (template: string): string =>
    template.replaceAll('{resource}', subject.id).replaceAll('{decision}', decision.id)
  const artefact = fill(configured.artefact)
  if (await isThere(artefact)) {
    return failed(`\`${artefact}\` is there already, so it would prove nothing`)
  }
  const [program, ...rest] = configured.command
  const end = await parts.run({
    program,
    arguments: rest.map(fill),
    environment: environmentFor(parts),
    milliseconds: configured.minutesMax * 60_000,
  })
  if (end.kind === 'timed-out') return failed(`it took more than ${configured.minutesMax} minutes`)
  if (end.kind === 'not-started') return failed(`\`${program}\` could not be started (${end.why})`)
  if (end.kind === 'signalled') return failed(`\`${program}\` was ended by ${end.signal}`)
  if (end.code !== 0) return failed(`\`${program}\` ended with ${end.code}`)
  const weighed = await weigh(artefact)
  if (weighed.kind === 'unfit') return failed(`\`${artefact}\` is no backup: ${weighed.why}`)
  const { bytes, sha256 } = weighed
  const says = `${configured.name} left ${bytes} bytes of ${subject.label}`
  return { kind: 'proven', says, artefact, bytes, sha256 }
}

type Subject =
  Readonly<{ kind: 'one'; id: string; label: string }> | Readonly<{ kind: 'none'; why: string }>

/**
 * The one resource that would be changed. Ids come from the agent and become arguments and a file
 * name, so they are taken in one harmless form only, and only when they were found at the provider.
 */
function subjectOf(decision: Decision): Subject {
  const hits = decision.impacts
    .flatMap((impact) => impact.hits)
    .filter(({ effect }) => effect.kind !== 'read' && effect.kind !== 'disclose')
  const found = new Map<string, string>()
  for (const { effect, label, basis } of hits) {
    if (effect.kind === 'unknown') return { kind: 'none', why: `unreadable: ${effect.why}` }
    const { id } = effect.resource
    if (id === null) return { kind: 'none', why: 'the request names no single resource' }
    if (basis !== 'discovered') {
      return { kind: 'none', why: 'the resource was not found at the provider' }
    }
    if (!harmlessId.test(id)) {
      return { kind: 'none', why: 'the id of the resource is not safe to hand to a command' }
    }
    found.set(id, label)
  }
  const [first, second] = found
  if (first === undefined) return { kind: 'none', why: 'the request changes nothing' }
  if (second !== undefined) {
    const why = `the request changes ${found.size} resources; a backup is proven of one at a time`
    return { kind: 'none', why }
  }
  return { kind: 'one', id: first[0], label: first[1] }
}

const harmlessId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/

function environmentFor(
  parts: Pick<SafeguardParts, 'environment' | 'concealed'>,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(parts.environment)) {
    if (value === undefined || /^HOLDPOINT_/i.test(name)) continue
    if (!parts.concealed.includes(name)) kept[name] = value
  }
  return kept
}

function notConfigured(name: SafeguardName): string {
  return `the safeguard \`${name}\` is not configured; set \`safeguards.${name}\``
}

function failed(why: string): SafeguardProof {
  return { kind: 'failed', why }
}
