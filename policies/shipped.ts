import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { PolicySource } from '../src/policy/policy.ts'

/** The baseline: every policy in this folder, and none of `optional/`. */
export function readBaseline(): readonly PolicySource[] {
  return readPolicies(import.meta.dirname, '')
}

export function readOptional(name: string): PolicySource {
  return readPolicy(import.meta.dirname, `optional/${name}.cedar`)
}

export function readSchema(): string {
  return readFileSync(join(import.meta.dirname, 'schema.cedarschema'), 'utf8')
}

/** Every `*.cedar` right in a folder; `prefix` goes before the names that messages give. */
export function readPolicies(folder: string, prefix: string): readonly PolicySource[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cedar'))
    .sort()
    .map((name) => readPolicy(folder, name))
    .map(({ name, text }) => ({ name: prefix + name, text }))
}

function readPolicy(folder: string, name: string): PolicySource {
  return { name, text: readFileSync(join(folder, name), 'utf8') }
}
