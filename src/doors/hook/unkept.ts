// A snapshot leaves out what is too large, or cannot be read, and says so. A command that would
// destroy just that cannot be taken back by it.
import type { Action } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import type { LeftOut, Snapshot } from '../../snapshots/snapshots.ts'

/** What would be lost all the same; null when what is destroyed is kept, or made again. */
export function unkeptOf(
  actions: readonly Action[],
  workTree: string,
  { leftOut, leftOutMore }: Pick<Snapshot, 'leftOut' | 'leftOutMore'>,
): LeftOut | null {
  const losses = leftOut.filter(({ reproducible }) => !reproducible)
  // Losses stand first: when the list is full of them, there may be more that it does not name.
  const unnamed = leftOutMore > 0 && losses.length === leftOut.length
  for (const { verb, effects } of actions) {
    // Git writes over what it tracks, and files of that size are seldom among it.
    const tracked = /^git (checkout|reset|restore|stash|switch)\b/.test(verb)
    for (const effect of effects) {
      const path = destroyedIn(effect, workTree)
      if (path === null || (tracked && path === '')) continue
      const lost = losses.find((one) => meets(one.path, path))
      if (lost !== undefined) return lost
      if (unnamed) return { path, why: 'too much of it is left out', reproducible: false }
    }
  }
  return null
}

/** From the work tree; the whole of it is the empty path. */
function destroyedIn(effect: Effect, workTree: string): string | null {
  if (effect.kind === 'unknown') return null
  const loses = effect.kind === 'destroy' || (effect.kind === 'write' && effect.undo !== 'trivial')
  const { provider, type, id } = effect.resource
  const isFile = provider === 'sqlite' || type === 'path' || type === 'below'
  if (!loses || !isFile || id === null || !['local', 'sqlite'].includes(provider)) return null
  if (id === workTree) return ''
  return id.startsWith(`${workTree}/`) ? id.slice(workTree.length + 1) : null
}

function meets(a: string, b: string): boolean {
  return a === b || b === '' || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)
}
