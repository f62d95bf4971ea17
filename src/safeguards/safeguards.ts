import type { Clearance } from '../clearance.ts'
import type { Decision } from '../domain/decision.ts'
import type { SafeguardProof } from '../domain/fact.ts'
import { assert, Fault } from '../domain/fault.ts'
import type { SafeguardName, UpstreamName } from '../domain/names.ts'
import { isThere, weigh } from './artefact.ts'
import { proveExport } from './postgres/backup.ts'
import type { BackupParts, BackupSettings } from './postgres/backup.ts'
import type { RunCommand } from './run-command.ts'

/** A safeguard as the operator configured it. */
export type ConfiguredSafeguard = CommandSafeguard | ExportSafeguard

/** A program of the operator's own, and the file that it leaves: what is in it, nobody looks at. */
export interface CommandSafeguard {
  readonly kind: 'command'
  readonly name: SafeguardName
  /** program and arguments; `{resource}` and `{decision}` are filled in */
  readonly command: readonly [program: string, ...argumentTemplates: string[]]
  /** the file that it leaves; absolute, with the same placeholders */
  readonly artefact: string
  readonly minutesMax: number
}

/** A PostgreSQL exported by the gate, restored elsewhere and compared. */
export interface ExportSafeguard {
  readonly kind: 'export'
  readonly name: SafeguardName
  /** which PostgreSQL lives in the volume of this id; `database` for every other */
  readonly volumes: ReadonlyMap<string, UpstreamName>
  readonly database: UpstreamName | null
  /** absolute */
  readonly folder: string
  readonly scratch: UpstreamName
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
  /** how databases are reached and exports sealed; null where nothing can be exported */
  readonly backups: BackupParts | null
}

export function createSafeguards(parts: SafeguardParts): Safeguards {
  const { configured, backups } = parts

  function canProve(names: readonly SafeguardName[], decision: Decision): string | null {
    const subject = names.length === 0 ? null : subjectOf(decision)
    for (const name of names) {
      const way = wayOf(configured, name, subject)
      if (way.kind === 'none') return way.why
      if (way.kind === 'export' && backups === null) return nothingExported
    }
    return null
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
    const way = wayOf(configured, name, subjectOf(decision))
    if (way.kind === 'none') return Promise.resolve(failed(way.why))
    if (way.kind === 'command') return proveBackup(way.settings, decision, parts)
    if (backups === null) return Promise.resolve(failed(nothingExported))
    return proveExport(way.settings, decision.id, backups)
  }

  return { canProve, run }
}

const nothingExported = 'this gate cannot export databases'

type Way =
  | Readonly<{ kind: 'none'; why: string }>
  | Readonly<{ kind: 'command'; settings: CommandSafeguard }>
  | Readonly<{ kind: 'export'; settings: BackupSettings }>

/** An export where the database is known: it proves more than a command does. */
function wayOf(
  configured: readonly ConfiguredSafeguard[],
  name: SafeguardName,
  subject: Subject | null,
): Way {
  const meant = configured.filter((one) => one.name === name)
  if (meant.length === 0) return { kind: 'none', why: notConfigured(name) }
  if (subject?.kind !== 'one') {
    return { kind: 'none', why: subject?.why ?? 'nothing is named to be kept' }
  }
  for (const one of meant) {
    if (one.kind !== 'export') continue
    const upstream = one.volumes.get(subject.id) ?? one.database
    if (upstream === null) continue
    const { folder, scratch, minutesMax } = one
    return { kind: 'export', settings: { upstream, folder, scratch, minutesMax } }
  }
  const command = meant.find((one) => one.kind === 'command')
  if (command !== undefined) return { kind: 'command', settings: command }
  const says = `no database is known for \`${subject.id}\``
  return { kind: 'none', why: `${says}; set \`safeguards.${name}.volumes\`` }
}

/** A file that was not there, a command that ended well, and the same file there, whole. */
export async function proveBackup(
  configured: CommandSafeguard,
  decision: Decision,
  parts: Omit<SafeguardParts, 'configured' | 'backups'>,
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
