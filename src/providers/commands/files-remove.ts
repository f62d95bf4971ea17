// What removes files and folders. Each operand is gone, with all that is in it.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { destroy, write } from './effects.ts'
import { localResource } from './paths.ts'
import { command } from './row.ts'
import type { Call } from './row.ts'

export function pathAt(word: Word, { invocation, surroundings }: Call): Resource {
  return localResource(word, { directory: invocation.directory, home: surroundings.home })
}

function removesOperands(call: Call): readonly Effect[] {
  return call.args.operands.map((word) => destroy(pathAt(word, call)))
}

/** An empty folder holds nothing: it can be made again. */
function removesEmpty(call: Call): readonly Effect[] {
  return call.args.operands.map((word) => write(pathAt(word, call), 'whole'))
}

export const removing: readonly CommandRow[] = [
  command(['rm', 'unlink', 'srm', 'rimraf', 'del-cli'], {}, removesOperands),
  command(['shred', 'wipe'], { valued: ['-n', '-s', '--iterations', '--size'] }, removesOperands),
  command(['trash', 'trash-put', 'gio-trash', 'rmtrash'], {}, (call) =>
    call.args.operands.map((word) => destroy(pathAt(word, call), 'whole', 'trivial')),
  ),
  command(['rmdir'], {}, removesEmpty),
]
