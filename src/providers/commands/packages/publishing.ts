// Package managers of languages: what is published cannot be taken back.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { readArgs } from '../match.ts'
import { meaningsOf, runs, when } from '../meanings.ts'
import { command, nothing } from '../row.ts'
import type { Meaning } from '../row.ts'

const npmOf = meaningsOf('npm')
const published = { at: null, undo: 'never' } as const

const registry: Readonly<Record<string, Meaning>> = {
  publish: npmOf.writes('package', published),
  unpublish: npmOf.destroys('package'),
  deprecate: npmOf.disarms('package'),
  undeprecate: npmOf.writes('package'),
  'token list|ls': nothing,
  'token create': npmOf.escalates('token', { at: null }),
  'token revoke|rm|remove|delete': npmOf.destroys('token'),
  'owner|author ls|list': nothing,
  'owner|author add': npmOf.escalates('package', { at: 1 }),
  'owner|author rm|remove': npmOf.destroys('owner'),
  'access list|get|ls-packages|ls-collaborators': nothing,
  'access grant|set|public|restricted|edit|2fa-required|2fa-not-required':
    npmOf.escalates('package'),
  'access revoke': npmOf.destroys('access'),
  'dist-tag|dist-tags|tag ls|list': nothing,
  'dist-tag|dist-tags|tag add|set': npmOf.writes('package'),
  'dist-tag|dist-tags|tag rm|remove|delete': npmOf.destroys('dist-tag'),
  'org|team ls|list': nothing,
  'org|team set|add|create': npmOf.escalates('organisation'),
  'org|team rm|remove|destroy': npmOf.destroys('organisation', { extent: 'some' }),
  'hook ls|list': nothing,
  'hook add|update': npmOf.escalates('hook'),
  'hook rm|remove': npmOf.destroys('hook'),
  'profile get': nothing,
  'profile set|enable-2fa': npmOf.escalates('profile', { at: null }),
  'profile disable-2fa|disable2fa': npmOf.disarms('profile', { at: null }),
  'adduser|add-user': nothing,
}

const valued = `--registry --tag --access --otp -w --workspace --prefix --userconfig --cache
  --loglevel --filter -F -C --dir --cwd --scope --before --omit --include --auth-type
  --package -p --script-shell`

const npm = cli({
  programs: ['npm'],
  valued,
  bare: '-g --global -D -E -P -O --save --save-dev -s --silent --no-audit --no-fund --ignore-scripts',
  help: '--help -h --version -v',
  rows: registry,
  otherwise: () => [],
})

/** What is no command of theirs, but a program of the project, they run by its name. */
const commandsOfTheirs = new Set(
  `add install i ci remove rm uninstall un update up upgrade link unlink import prune rebuild rb
  fetch patch patch-commit audit list ls outdated why licenses run run-script test t start
  exec dlx create init pack publish root bin store server config c get set env setup doctor
  cache cat-file cat-index self-update deploy version login logout whoami info view v npm
  workspace workspaces policies generate-lock-entry global node plugin constraints dedupe
  explain set-version search stage tag team owner unplug rebuild completion help deprecate
  approve-builds ignored-builds x pm build repl`.split(/\s+/),
)

const projectProgram: Meaning = (call) => {
  const [first] = call.args.operands
  if (first?.text === undefined || first.text === null) return []
  if (commandsOfTheirs.has(first.text) || first.text.includes(':')) return []
  const at = call.invocation.args.indexOf(first)
  return runs({ ...call, rest: call.invocation.args.slice(at) })
}

const pnpmBase: Readonly<Record<string, Meaning>> = {
  ...registry,
  'npm tag remove': npmOf.destroys('dist-tag'),
  'npm tag list': nothing,
  'npm tag add': npmOf.writes('package'),
  'npm publish': npmOf.writes('package', published),
  'npm info|whoami|audit|login|logout': nothing,
  'pm ls|bin|cache|hash|trust|untrusted|migrate|version|pkg|whoami|pack|view': nothing,
}

const others: readonly CommandRow[] = ['pnpm', 'yarn', 'bun'].map((program) => ({
  programs: [program, ...(program === 'yarn' ? ['yarnpkg'] : [])],
  read(invocation, surroundings, before) {
    const known = manager(program).read(invocation, surroundings, before)
    if (known.actions.length + known.carried.length > 0) return known
    const args = readArgs(invocation.args, { valued: valued.split(/\s+/), stops: true })
    if (args.operands[0] === undefined) return known
    return command([program], { valued: valued.split(/\s+/), stops: true }, projectProgram).read(
      invocation,
      surroundings,
      before,
    )
  },
}))

function manager(program: string): CommandRow {
  return cli({
    programs: [program],
    valued,
    bare: '-g --global -D -E -P -r --recursive --frozen-lockfile --silent -s --prod -w --immutable',
    help: '--help -h --version -v',
    rows: pnpmBase,
    otherwise: () => [],
  })
}

const libraries: readonly CommandRow[] = [
  cli({
    programs: ['gem'],
    valued: '-v --version -k --key --host -p --platform --add --remove --otp -s --source',
    help: '--help -h',
    rows: {
      push: meaningsOf('rubygems').writes('gem', published),
      yank: meaningsOf('rubygems').destroys('gem'),
      owner: when(
        '--add -a',
        meaningsOf('rubygems').escalates('gem'),
        when('--remove -r', meaningsOf('rubygems').destroys('owner'), nothing),
      ),
    },
    otherwise: () => [],
  }),
  cli({
    programs: ['cargo'],
    valued:
      '--version --vers --index --registry --token --manifest-path -p --package --add --remove -Z -C',
    help: '--help -h -V',
    dry: '--dry-run -n',
    rows: {
      publish: meaningsOf('crates').writes('crate', published),
      yank: when(
        '--undo',
        meaningsOf('crates').writes('crate'),
        meaningsOf('crates').destroys('crate', { undo: 'trivial' }),
      ),
      owner: when(
        '--add -a',
        meaningsOf('crates').escalates('crate', { from: '--add' }),
        when('--remove -r', meaningsOf('crates').destroys('owner'), nothing),
      ),
      sqlx: (call) => {
        const at = call.invocation.args.findIndex(({ text }) => text === 'sqlx')
        return runs({ ...call, rest: call.invocation.args.slice(at) })
      },
    },
    otherwise: () => [],
  }),
  cli({
    programs: ['twine'],
    valued: '-r --repository --repository-url -u -p --username --password --cert --client-cert',
    rows: { 'upload|register': meaningsOf('pypi').writes('package', published) },
    otherwise: () => [],
  }),
  cli({
    programs: ['poetry', 'uv', 'hatch', 'flit', 'pdm'],
    valued: '-r --repository -u -p --username --password --token --index --directory -C --project',
    rows: {
      publish: meaningsOf('pypi').writes('package', published),
      'cache clear|clean|prune': nothing,
      'env remove|prune': nothing,
    },
    otherwise: () => [],
  }),
  cli({
    programs: ['composer'],
    valued: '-d --working-dir',
    rows: {},
    otherwise: () => [],
  }),
]

export const publishing: readonly CommandRow[] = [npm, ...others, ...libraries]
