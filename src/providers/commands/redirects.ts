// What a command's redirections do, whatever the command is.
import type { Effect } from '../../domain/effect.ts'
import type { Invocation, Redirect } from '../../languages/shell/syntax.ts'
import type { Surroundings } from './commands.ts'
import { escalate, resource } from './effects.ts'
import { programName } from './match.ts'
import { adds, edits, isGone, overwrites, pathAt, reads } from './touches.ts'

interface Around {
  readonly invocation: Invocation
  readonly surroundings: Surroundings
}

export function redirected(redirect: Redirect, around: Around): readonly Effect[] {
  const { kind, path } = redirect
  if (/^\/dev\/(tcp|udp)\//.test(path.text ?? path.pieces[0] ?? '')) {
    return [escalate(resource('local', 'machine', null), 'some', 'trivial')]
  }
  switch (kind) {
    case 'read':
      return reads(path, around)
    case 'append':
      return adds(path, around)
    case 'both':
      return edits(path, around)
    case 'truncate': {
      const over = overwrites(path, around)
      const emptied = over.length > 0 && writesNothing(around.invocation)
      return emptied ? [isGone(pathAt(path, around), around)] : over
    }
  }
}

/** `: > x`, `echo -n > x`, `cat /dev/null > x`. */
function writesNothing({ program, args }: Invocation): boolean {
  const words = args.map(({ text }) => text).filter((text) => text !== '-n' && text !== '')
  switch (programName(program)) {
    case ':':
    case 'true':
    case 'false':
      return true
    case 'echo':
    case 'printf':
      return words.length === 0
    case 'cat':
      return words.length > 0 && words.every((text) => text === '/dev/null')
    default:
      return false
  }
}
