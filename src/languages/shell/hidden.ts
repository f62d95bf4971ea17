// Text that the shell expands once more: a number may be a name, a name may have an index, and an
// index is expanded: `x='a[$(rm y)]'; ((x))` removes. It is not read further here, only found.
import { marked } from './pieces.ts'
import type { Pieces } from './pieces.ts'
import { spanOf, unread } from './run.ts'
import type { Run } from './run.ts'
import { valueOf } from './state.ts'

const index = /\[[^]*(\$[({[]|`)/
const expansion = /\$[({[]|`/
/** What they are is expanded before each command of `set -x`, or when a shell starts. */
const expandedLater = /^(PS4|ENV|BASH_ENV)$/
const namesMax = 200

/** A name or a number, whichever way it was come by; names in it are followed. */
export function followNumber(run: Run, pieces: Pieces, seen = new Set<string>()): void {
  const text = marked(pieces)
  if (index.test(text)) found(run, 'an index that runs something')
  for (const [name] of text.matchAll(/[A-Za-z_]\w*/g)) {
    if (seen.has(name) || seen.size > namesMax) continue
    seen.add(name)
    const value = valueOf(run.state, name)
    const items = value.kind === 'list' ? value.items : value.kind === 'text' ? [value.pieces] : []
    for (const item of items) followNumber(run, item, seen)
  }
}

/** `read a[…]`, `unset a[…]`, `test -v a[…]`: the index in a name. */
export function followName(run: Run, pieces: Pieces): void {
  const [name = ''] = /^[^=]*/.exec(marked(pieces)) ?? []
  if (index.test(name)) found(run, 'an index that runs something')
}

/** `${x@P}`, and what becomes a prompt. */
export function followPrompt(run: Run, pieces: Pieces): void {
  if (expansion.test(marked(pieces))) found(run, 'a text that is expanded once more')
}

export function followAssigned(run: Run, name: string, pieces: Pieces): void {
  if (expandedLater.test(name)) followPrompt(run, pieces)
  if (run.state.doubtful.has(name)) followNumber(run, pieces)
}

function found(run: Run, why: string): void {
  unread(run, why, spanOf(run, { pos: 0, end: run.source.length }))
}
