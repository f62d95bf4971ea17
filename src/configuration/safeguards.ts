// `safeguards`: what must succeed before a release is forwarded.
import { resolve } from 'node:path'

import type { SafeguardName, UpstreamName } from '../domain/names.ts'
import type { Path } from './document.ts'
import type { ConfigurationFile } from './schema.ts'

export type SafeguardSettings = CommandSettings | ExportSettings

/** A program that leaves a file. */
export interface CommandSettings {
  readonly kind: 'command'
  readonly name: SafeguardName
  readonly command: readonly [program: string, ...argumentTemplates: string[]]
  /** absolute, with placeholders */
  readonly artefact: string
  readonly minutesMax: number
}

/** A PostgreSQL that the gate exports, restores elsewhere and compares. */
export interface ExportSettings {
  readonly kind: 'export'
  readonly name: SafeguardName
  /** upstreams by the id of the volume they live in */
  readonly volumes: ReadonlyMap<string, UpstreamName>
  /** of every other volume; null for none */
  readonly database: UpstreamName | null
  /** absolute */
  readonly folder: string
  readonly scratch: UpstreamName
  readonly minutesMax: number
}

type Backup = NonNullable<ConfigurationFile['safeguards']['independent-backup']>
type Say = (path: Path, says: string, code?: string) => void

const placeholders = ['{resource}', '{decision}']
const place = ['safeguards', 'independent-backup'] as const

export function checkBackup(
  backup: Backup,
  upstreams: ConfigurationFile['upstreams'],
  say: Say,
): void {
  const { command, artefact, volumes, database, folder, scratch } = backup
  const exports = [volumes, database, folder, scratch].some((one) => one !== undefined)
  const runs = command !== undefined || artefact !== undefined
  if (runs || !exports) checkCommand(backup, say)
  if (exports) checkExport(backup, upstreams, say)
}

function checkCommand({ command, artefact }: Backup, say: Say): void {
  if (command === undefined) say([...place], 'lacks `command`, or `volumes` with a PostgreSQL')
  if (artefact === undefined) say([...place], 'lacks `artefact`, the file that its command leaves')
  command?.forEach((argument, index) => {
    const stray = strayPlaceholder(argument)
    if (stray !== null) say([...place, 'command', index], stray)
    if (index === 0 && argument.includes('{')) {
      say([...place, 'command', 0], 'the program is fixed: no placeholder here')
    }
  })
  if (artefact === undefined) return
  const stray = strayPlaceholder(artefact)
  if (stray !== null) say([...place, 'artefact'], stray)
  if (!artefact.includes('{decision}')) {
    say(
      [...place, 'artefact'],
      'must hold `{decision}`, so that no older file is taken for this backup',
    )
  }
}

function strayPlaceholder(template: string): string | null {
  const stray = template.match(/\{[^{}]*\}/g)?.find((one) => !placeholders.includes(one))
  if (stray === undefined) return null
  return `\`${stray}\` is no placeholder; there are ${placeholders.join(' and ')}`
}

function checkExport(backup: Backup, upstreams: ConfigurationFile['upstreams'], say: Say): void {
  const { volumes = {}, database, folder, scratch } = backup
  const named: [Path, string][] = Object.entries(volumes).map(([volume, upstream]) => [
    [...place, 'volumes', volume],
    upstream,
  ])
  if (database !== undefined) named.push([[...place, 'database'], database])
  if (named.length === 0) say([...place], 'lacks `volumes`: which PostgreSQL lives in which')
  if (folder === undefined) say([...place], 'lacks `folder`, where exports are kept')
  if (scratch === undefined) {
    say([...place], 'lacks `scratch`, another PostgreSQL to restore on')
  } else {
    named.push([[...place, 'scratch'], scratch])
    for (const [path, upstream] of named.slice(0, -1)) {
      if (upstream === scratch) say(path, `\`${upstream}\` is \`scratch\` too; it must be another`)
    }
  }
  for (const [path, upstream] of named) {
    const known = upstreams[upstream]
    if (known?.provider !== 'postgres') say(path, `\`${upstream}\` is no PostgreSQL upstream here`)
    else if (!('admin' in known) || known.admin === undefined) {
      say(path, `\`${upstream}\` needs an \`admin\`, as whom it is exported or restored`)
    }
  }
}

/** The export first: it proves more. */
export function settleSafeguards(
  safeguards: ConfigurationFile['safeguards'],
  folder: string,
): readonly SafeguardSettings[] {
  const backup = safeguards['independent-backup']
  if (backup === undefined) return []
  const name = 'independent-backup' as SafeguardName
  const { minutesMax, artefact, scratch } = backup
  const settled: SafeguardSettings[] = []
  if (backup.folder !== undefined && scratch !== undefined) {
    const volumes = Object.entries(backup.volumes ?? {}).map(
      ([volume, upstream]) => [volume, upstream as UpstreamName] as const,
    )
    settled.push({
      ...{ kind: 'export', name, volumes: new Map(volumes), minutesMax },
      database: (backup.database ?? null) as UpstreamName | null,
      folder: resolve(folder, backup.folder),
      scratch: scratch as UpstreamName,
    })
  }
  const [program, ...rest] = backup.command ?? []
  if (program === undefined || artefact === undefined) return settled
  settled.push({
    ...{ kind: 'command', name, minutesMax, artefact: resolve(folder, artefact) },
    // A path is meant from the file it is written in; a bare name is looked up in PATH.
    command: [program.includes('/') ? resolve(folder, program) : program, ...rest],
  })
  return settled
}
