import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import { Fault } from '../domain/fault.ts'
import { readConfiguration } from './configuration.ts'
import type { Configuration, KnownProvider } from './configuration.ts'

export const configurationName = 'holdpoint.yaml'

/** The holdpoint.yaml of `folder` or of the nearest folder above it; null when there is none. */
export function findConfiguration(folder: string): string | null {
  for (let here = folder; ; here = dirname(here)) {
    const file = join(here, configurationName)
    if (readIfThere(file) !== null) return file
    if (dirname(here) === here) return null
  }
}

/** Reads the file that `--config` names, or the nearest one; null when neither is there. */
export function loadConfiguration(
  named: string | null,
  folder: string,
  providers: readonly KnownProvider[],
): Configuration | null {
  const file = named === null ? findConfiguration(folder) : resolve(folder, named)
  if (file === null) return null
  const text = readIfThere(file)
  if (text === null)
    throw new Fault('config-not-found', `there is no \`${file}\`; \`holdpoint init\` writes one`)
  return readConfiguration(text, file, providers)
}

/** null when there is no such file; anything else that goes wrong is said. */
function readIfThere(file: string): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : String(code)
    throw new Fault('config-unreadable', `cannot read \`${file}\`: ${why}`)
  }
}
