// Owners and modes. Over a whole tree the old ones are lost; outside the work tree they guard.
import type { Effect } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, write } from './effects.ts'
import { liesIn } from './paths.ts'
import { command } from './row.ts'
import type { Call } from './row.ts'
import { pathAt } from './touches.ts'

function changesModes(call: Call): readonly Effect[] {
  const { args } = call
  const files = args.has('--reference') ? args.operands : args.operands.slice(modeWords(call))
  const recursive = args.has('-R', '--recursive')
  return files.map((word) => changesMode(word, recursive, call))
}

/** `chmod -w x`: a mode that looks like an option is one of the flags already. */
function modeWords({ args }: Call): number {
  return args.flags.some(({ name }) => /^-[rwxst]$/.test(name)) ? 0 : 1
}

function changesMode(word: Word, recursive: boolean, call: Call): Effect {
  const path = pathAt(word, call)
  const place = liesIn(path, call.surroundings)
  if (place === 'work-tree' || place === 'temporary') return write(path, 'some', 'from-safeguard')
  return recursive ? destroy(path, 'some') : disarm(path, 'some', 'trivial')
}

export const moding: readonly CommandRow[] = [
  command(['chmod', 'chown', 'chgrp', 'chflags', 'chcon'], {}, changesModes),
  command(['setfacl'], { valued: ['-m', '-x', '-M', '-X'] }, (call) =>
    call.args.operands.map((word) => changesMode(word, call.args.has('-R'), call)),
  ),
  command(['icacls', 'takeown', 'attrib'], { dash: 'slash' }, (call) =>
    call.args.operands.slice(0, 1).map((word) => changesMode(word, true, call)),
  ),
  command(['chattr'], {}, (call) => {
    const unlocks = call.invocation.args.some(({ text }) => /^-[a-zA-Z]*[ia]/.test(text ?? ''))
    const files = call.args.operands.filter(({ text }) => !/^[+=]/.test(text ?? ''))
    return files.map((word) => {
      const path = pathAt(word, call)
      return unlocks ? disarm(path, 'some', 'trivial') : write(path)
    })
  }),
]
