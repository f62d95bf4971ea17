import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { Fault } from '../src/domain/fault.ts'
import type { PolicySource } from '../src/policy/policy.ts'

/** The baseline: every policy in this folder, and none of `optional/`. */
export function readBaseline(): readonly PolicySource[] {
  return readPolicies(import.meta.dirname, '')
}

/** Throws Fault('policy-invalid') for a name that is not among them. */
export function readOptional(name: string): PolicySource {
  const known = namesIn(join(import.meta.dirname, 'optional'))
  if (!known.includes(`${name}.cedar`)) {
    const names = known.map((file) => `\`${file.replace('.cedar', '')}\``).join(', ')
    throw new Fault('policy-invalid', `no optional policy is called \`${name}\`; there is ${names}`)
  }
  return readPolicy(import.meta.dirname, `optional/${name}.cedar`)
}

export function readSchema(): string {
  return readFileSync(join(import.meta.dirname, 'schema.cedarschema'), 'utf8')
}

/** Every `*.cedar` right in a folder; `prefix` goes before the names that messages give. */
export function readPolicies(folder: string, prefix: string): readonly PolicySource[] {
  return namesIn(folder)
    .map((name) => readPolicy(folder, name))
    .map(({ name, text }) => ({ name: prefix + name, text }))
}

function namesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.cedar'))
    .sort()
}

function readPolicy(folder: string, name: string): PolicySource {
  return { name, text: readFileSync(join(folder, name), 'utf8') }
}
