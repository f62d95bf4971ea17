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
  const known = optionalNames()
  if (!known.includes(name)) {
    const names = known.map((one) => `\`${one}\``).join(', ')
    throw new Fault('policy-invalid', `no optional policy is called \`${name}\`; there is ${names}`)
  }
  return readPolicy(import.meta.dirname, `optional/${name}.cedar`)
}

/** Every optional policy that there is, as `readOptional` calls them. */
export function optionalNames(): readonly string[] {
  const files = namesIn(join(import.meta.dirname, 'optional'))
  return files.map((file) => file.replace('.cedar', ''))
}

/** The table of examples beside a file; null where there is none. */
export function readExamplesBeside(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name.replace(/\.cedar$/, '.examples.tsv')), 'utf8')
  } catch {
    return null
  }
}

/** Of one of the shipped, `destroy.cedar` or `optional/two-person.cedar`. */
export function readShippedExamples(name: string): string | null {
  return readExamplesBeside(import.meta.dirname, name)
}

/** What `docs/rules` says of a rule; null for one of your own. */
export function readRulePage(id: string): string | null {
  try {
    return readFileSync(join(import.meta.dirname, '../docs/rules', `${id}.md`), 'utf8')
  } catch {
    return null
  }
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
