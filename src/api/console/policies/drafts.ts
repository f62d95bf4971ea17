// A draft is one file put in the place of its namesake, or beside the others. It is judged by, away
// from the gate, and kept nowhere.
import { Fault } from '../../../domain/fault.ts'
import type { PolicySource } from '../../../policy/policy.ts'
import { inert } from '../../../wire/inert.ts'
import type { PolicyDesk } from './desk.ts'
import type { Draft, InvalidDraft } from './shapes.ts'

export const draftCharactersMax = 40_000
const ownName = /^own\/[a-z0-9][a-z0-9-]{0,62}\.cedar$/

/** The whole set that would be in force; null: no draft. */
export function withDraft(desk: PolicyDesk, draft: Draft | null): readonly PolicySource[] | null {
  if (draft === null) return null
  const { file, text } = draft
  const files = desk.inForce().files.map(({ name, text: old }) => ({ name, text: old }))
  const known = [...files, ...desk.optional()].some(({ name }) => name === file)
  if (!known && !ownName.test(file)) {
    const says = 'a draft is a file in force, an optional one, or a new `own/name.cedar`'
    throw new Fault('draft-name', says)
  }
  const others = files.filter(({ name }) => name !== file)
  return text.trim() === '' ? others : [...others, { name: file, text }]
}

/** What is wrong with a draft, and where; null: it is something else that went wrong. */
export function invalidDraft(fault: unknown): InvalidDraft | null {
  if (!(fault instanceof Fault) || fault.code !== 'policy-invalid') return null
  const found = /^([^\s:]{1,300}):(\d{1,9}):(\d{1,9}): (.*)$/s.exec(fault.message)
  if (found === null) return { kind: 'invalid', where: null, says: inert(fault.message) }
  const [, file = '', line = '', column = '', says = ''] = found
  const where = { file, line: Number(line), column: Number(column) }
  return { kind: 'invalid', where, says: inert(says) }
}
