// What of the gate and of its owner stands in an agent's way: files that it must not see, and files
// that would change what the gate does.
import { dirname, join, resolve } from 'node:path'

import type { Configuration } from '../configuration/configuration.ts'

export interface Guarded {
  readonly hidden: readonly string[]
  readonly fixed: readonly string[]
}

export function guardedBy(configuration: Configuration, node: string, stateHome: string): Guarded {
  const { file, state, vaultKey, policies, safeguards, consoleTls } = configuration
  const folder = dirname(file)
  const backups = safeguards.map((one) =>
    one.kind === 'export' ? one.folder : dirname(one.artefact),
  )
  const programs = safeguards.flatMap((one) => (one.kind === 'command' ? one.command : []))
  return {
    hidden: [
      ...[state, stateHome, ...backups.filter((one) => one !== folder)],
      ...(vaultKey.kind === 'file' ? [vaultKey.file] : []),
      ...(consoleTls === null ? [] : [consoleTls.key]),
    ],
    fixed: [
      ...[file, node],
      ...(policies.folder === null ? [] : [policies.folder]),
      ...(consoleTls === null ? [] : [consoleTls.certificate]),
      ...configuration.databases.flatMap(({ certificate }) => certificate ?? []),
      ...programs.filter((one) => !one.includes('{')).map((one) => resolve(folder, one)),
      // Where Holdpoint is a dependency of the project itself.
      join(import.meta.dirname, '../..'),
    ],
  }
}
