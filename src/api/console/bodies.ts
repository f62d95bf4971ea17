// Shapes that bodies of several paths have in common.
import { z } from 'zod'

import { Fault } from '../../domain/fault.ts'
import type { JsonValue } from '../../languages/json/value.ts'
import { inert } from '../../wire/inert.ts'

/** 32 bytes in base64url, as every challenge of ours has */
export const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
export const code = z.string().max(100)
export const nothing = z.strictObject({})
/** what a browser's passkey gave back, for whoever asked it */
export const answerBody = z.strictObject({ nonce, response: z.unknown() })

/** One member of a body that a person has written: what is wrong with it is said to them. */
export function readSaying<T>(shape: z.ZodType<T>, body: JsonValue, member: string): T {
  const parsed = z.strictObject({ [member]: shape }).safeParse(body)
  if (parsed.success) return parsed.data[member] as T
  const [issue] = parsed.error.issues
  const at = issue?.path.slice(1).join('.') ?? ''
  const why = issue?.message.replace('{value}', 'this') ?? 'it is malformed'
  throw new Fault('body-malformed', inert(`\`${at}\`: ${why}`.slice(0, 400)))
}
