// Builtins that set nothing in the shell themselves, and yet are more than programs.
import type { Builtin } from './builtins.ts'
import { followName } from './hidden.ts'
import { program } from './invoke.ts'
import { marked } from './pieces.ts'

/** `-v` takes a name, which may have an index. */
export const tests: Builtin = (run, command) => {
  command.argv.forEach(({ text }, i) => {
    const named = command.argv[i + 1]
    if (named !== undefined && /^-[vR]$/.test(text ?? '')) followName(run, named.pieces)
  })
  program(run, command)
  return null
}

/** `hash -p /bin/rm ls` and `enable -f x ls` make one name run another program. */
export const renames: Builtin = (run, command) => {
  program(run, command)
  const [, option, path, ...names] = command.argv
  if (option?.text === '-p' && path !== undefined) {
    for (const one of names) {
      if (one.text !== null) run.state.aliases.set(one.text, marked(path.pieces))
    }
  }
  return null
}
