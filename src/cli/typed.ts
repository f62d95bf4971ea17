import type { z } from 'zod'

import { Fault } from '../domain/fault.ts'
import { inert } from '../wire/inert.ts'

/** What was typed, as the control plane takes it; or a Fault that names what is wrong. */
export function typed<T>(schema: z.ZodType<T>, input: object): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.join('.') ?? ''
  const value = valueAt(input, issue?.path ?? [])
  const shown = typeof value === 'string' ? `\`${inert(value).slice(0, 80)}\`` : 'this'
  const message = issue?.message ?? 'not what this takes'
  // Shown only where the message asks for it: a value may be a secret.
  const says = message.replace('{value}', () => shown)
  throw new Fault('usage-value', `${path}: ${says}`)
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    return (value as Readonly<Record<PropertyKey, unknown>>)[step]
  }, root)
}
