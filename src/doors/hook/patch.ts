// The patches of `apply_patch`, as far as it names files:
//   *** Begin Patch / *** Add File: P / *** Update File: P / *** Delete File: P / *** Move to: P
// https://github.com/openai/codex/blob/main/codex-rs/apply-patch/apply_patch_tool_instructions.md
import type { Asked } from './event.ts'

const header = /^\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/

/** The files that a patch writes or removes; null where it is none. */
export function patchedFiles(text: string): readonly Asked[] | null {
  const lines = text.split(/\r?\n/)
  if (!lines.some((line) => line.trim() === '*** Begin Patch')) return null
  const asked: Asked[] = []
  let updated: string | null = null
  for (const line of lines) {
    // Indented, some tools still take it; read as if it were not.
    const [, what, path] = header.exec(line.trim()) ?? []
    if (what === undefined || path === undefined) continue
    if (what === 'Move to' && updated !== null) asked.push({ kind: 'remove', path: updated })
    asked.push({ kind: what === 'Delete File' ? 'remove' : 'write', path: path.trim() })
    updated = what === 'Update File' ? path.trim() : null
  }
  return asked.length === 0 ? null : asked
}
