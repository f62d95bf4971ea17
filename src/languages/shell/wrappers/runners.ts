// Runners of programs out of packages and projects: what they run keeps its own name.
import { literalField } from '../pieces.ts'
import type { Field } from '../pieces.ts'
import { lastOf, parseOptions, unreadable, names } from './wrapper.ts'
import type { Options, Taken, Wrapper } from './wrapper.ts'

function taken(argv: readonly Field[], through: string): Taken | null {
  const [first, ...rest] = argv
  if (first === undefined) return null
  // `npx prisma@5.1` runs `prisma`.
  const at = first.text?.indexOf('@', 1) ?? -1
  const scoped = first.text?.startsWith('@') === true
  const name =
    at > 0 && !scoped
      ? {
          ...first,
          text: first.text?.slice(0, at) ?? null,
          pieces: [first.text?.slice(0, at) ?? null],
        }
      : first
  return { inner: [{ kind: 'argv', argv: [name, ...rest], through }], listed: false }
}

/** `npx -p package -c text`, `npx words` */
function packages(name: string, options: Options, from: number): Wrapper {
  return (_, { argv }) => {
    const parsed = parseOptions(argv.slice(from), options)
    if (parsed === null) return unreadable(name)
    const text = lastOf(parsed, 'c', 'call', 'shell-mode')
    if (text !== undefined) {
      return { inner: [{ kind: 'text', text: text.pieces, through: name }], listed: false }
    }
    const words = parsed.rest[0]?.text === '--' ? parsed.rest.slice(1) : parsed.rest
    return taken(words, name)
  }
}

const npx: Options = {
  letters: 'pc',
  long: names('package call workspace userconfig cache node-arg'),
}

/** A subcommand, or two, and then the words. */
function under(name: string, subcommands: readonly string[], options: Options = {}): Wrapper {
  return (run, command) => {
    const globals = parseOptions(command.argv.slice(1), options)
    if (globals === null) return unreadable(name)
    const [first, ...rest] = globals.rest
    if (first === undefined || !subcommands.includes(first.text ?? '')) return null
    return packages(`${name} ${first.text ?? ''}`, options, 0)(run, { ...command, argv: rest })
  }
}

const python: Options = {
  letters: 'Cp',
  long: names(
    'directory project with with-editable with-requirements python extra group env-file package index from index-url config-file cache-dir',
  ),
}

/** `uv run x.py` runs python with it. */
const uv: Wrapper = (run, command) => {
  const [, first, second] = command.argv
  if (first?.text === 'tool' && second?.text === 'run') {
    return packages('uvx', python, 3)(run, command)
  }
  const parsed = under('uv', ['run', 'x'], python)(run, command)
  const [inner] = parsed?.inner ?? []
  if (inner?.kind !== 'argv') return parsed
  const script = /\.py$/.test(inner.argv[0]?.text ?? '')
  return script
    ? { inner: [{ ...inner, argv: [literalField('python'), ...inner.argv] }], listed: false }
    : parsed
}

const nix: Wrapper = (_, { argv }) => {
  const run = argv.findIndex((field) => /^(--run|--command|-c)$/.test(field.text ?? ''))
  if (run < 1) return null
  const words = argv.slice(run + 1)
  const isText = argv[run]?.text === '--run'
  const [text] = words
  if (text === undefined) return null
  return isText
    ? { inner: [{ kind: 'text', text: text.pieces, through: 'nix-shell' }], listed: true }
    : { inner: [{ kind: 'argv', argv: words, through: 'nix' }], listed: true }
}

export const runners: Readonly<Record<string, Wrapper>> = {
  bun: under('bun', ['x']),
  bunx: packages('bunx', npx, 1),
  bundle: under('bundle', ['exec'], { long: ['gemfile'] }),
  corepack: (_, { argv }) => taken(argv.slice(1), 'corepack'),
  direnv: (_, { argv }) => (argv[1]?.text === 'exec' ? taken(argv.slice(3), 'direnv exec') : null),
  hatch: under('hatch', ['run'], { letters: 'ep', long: ['env', 'project'] }),
  mise: (_, { argv }) => dashes(argv, 'mise'),
  asdf: under('asdf', ['exec']),
  nix,
  'nix-shell': nix,
  npm: under('npm', ['exec', 'x'], npx),
  npx: packages('npx', npx, 1),
  pdm: under('pdm', ['run'], { letters: 'p', long: ['project'] }),
  pipenv: under('pipenv', ['run']),
  pipx: under('pipx', ['run'], { long: ['spec', 'python', 'pip-args'] }),
  pixi: under('pixi', ['run'], { letters: 'e', long: ['environment', 'manifest-path'] }),
  pnpm: under('pnpm', ['dlx', 'exec'], { letters: 'CFc', long: ['dir', 'filter', 'package'] }),
  pnpx: packages('pnpx', npx, 1),
  poetry: under('poetry', ['run'], { letters: 'CP', long: ['directory', 'project'] }),
  rbenv: under('rbenv', ['exec']),
  pyenv: under('pyenv', ['exec']),
  uv,
  uvx: packages('uvx', python, 1),
  yarn: under('yarn', ['dlx', 'exec'], { letters: 'p', long: ['package', 'cwd'] }),
  conda: under('conda', ['run'], { letters: 'np', long: ['name', 'prefix', 'cwd'] }),
}

function dashes(argv: readonly Field[], through: string): Taken | null {
  const at = argv.findIndex((field) => field.text === '--')
  return at < 0 ? null : taken(argv.slice(at + 1), through)
}
