// Programs that stand before those that destroy, on the PATH of a sandbox: each has the work tree
// kept and then becomes what it is called. One small C program under several names.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

const names = [
  ...['rm', 'rmdir', 'unlink', 'mv', 'find', 'rsync', 'shred', 'truncate', 'dd', 'git'],
]

const source = join(import.meta.dirname, 'shim.c')
const compileSeconds = 60

export interface ShimPlace {
  /** where what was compiled is kept from run to run */
  readonly cache: string
  /** the run's own folder, and where it is seen inside */
  readonly own: string
  readonly inside: string
  /** absolute; null where there is none */
  readonly compiler: string | null
}

export interface Shims {
  /** inside: to be found before every other folder of programs */
  readonly path: string
  /** outside: where whoever keeps the work tree listens */
  readonly socket: string
}

/** Null where none can be made: there is no C compiler here. */
export function putShims({ cache, own, inside, compiler }: ShimPlace): Shims | null {
  const path = `${inside}/shims`
  const told = { HOLDPOINT_KEEPER: `${inside}/keep.sock`, HOLDPOINT_SHIMS: path }
  const program = compiled(cache, told, compiler)
  if (program === null) return null
  const folder = join(own, 'shims')
  mkdirSync(folder)
  const [first = '', ...more] = names
  copyFileSync(program, join(folder, first))
  for (const name of more) linkSync(join(folder, first), join(folder, name))
  return { path, socket: join(own, 'keep.sock') }
}

function compiled(
  cache: string,
  told: Readonly<Record<string, string>>,
  compiler: string | null,
): string | null {
  const defines = Object.entries(told).map(([name, value]) => `-D${name}="${value}"`)
  const hash = createHash('sha256').update(readFileSync(source)).update(defines.join('\n'))
  const program = join(cache, `shim-${hash.digest('hex').slice(0, 16)}`)
  if (existsSync(program)) return program
  if (compiler === null) return null
  const beside = `${program}.${process.pid}`
  // Static starts faster, and is not to be had everywhere.
  for (const linking of [['-static'], []]) {
    const args = ['-O2', ...linking, ...defines, '-o', beside, source]
    const { status } = spawnSync(compiler, args, {
      stdio: 'ignore',
      timeout: compileSeconds * 1000,
    })
    if (status === 0) {
      renameSync(beside, program)
      return program
    }
    rmSync(beside, { force: true })
  }
  return null
}
