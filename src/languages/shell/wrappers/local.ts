// Wrappers that run their command on this machine, with something about it changed.
import { concat, fieldOf, textOf } from '../pieces.ts'
import type { Field } from '../pieces.ts'
import { resolvePath } from '../directories.ts'
import { inputOf } from '../invoke.ts'
import type { Command } from '../invoke.ts'
import type { Run } from '../run.ts'
import { directoryOf } from '../state.ts'
import { lastOf, parseOptions, unreadable, names } from './wrapper.ts'
import type { Inner, Options, Parsed, Taken, Wrapper } from './wrapper.ts'

interface Row extends Options {
  /** words of its own before the command */
  readonly operands?: number
  readonly changes?: (
    parsed: Parsed,
    run: Run,
  ) => Partial<Omit<Extract<Inner, { kind: 'argv' }>, 'kind'>>
  /** it does more than wrap */
  readonly listed?: true
}

/** `NAME=value` words before the command, as `env` and `sudo` take them. */
function assignmentsIn(words: readonly Field[]): readonly Field[] {
  const end = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.text ?? word.pieces[0] ?? ''))
  return end < 0 ? words : words.slice(0, end)
}

function assignmentOf(word: Field): Readonly<{ name: string; value: Field }> {
  const [first] = word.pieces
  const [head = '', name = ''] = /^(\w+)=/.exec(first ?? '') ?? []
  return {
    name,
    value: fieldOf(word.raw, concat([(first ?? '').slice(head.length)], word.pieces.slice(1))),
  }
}

function plain(name: string, row: Row): Wrapper {
  return (run, command) => {
    const parsed = parseOptions(command.argv.slice(1), row)
    if (parsed === null) return unreadable(name)
    const after = parsed.rest.slice(row.operands ?? 0)
    const words = after[0]?.text === '--' ? after.slice(1) : after
    const given = assignmentsIn(words)
    const argv = words.slice(given.length)
    if (argv.length === 0) return null
    const inner: Inner = {
      kind: 'argv',
      argv,
      through: name,
      assignments: given.map(assignmentOf),
      ...row.changes?.(parsed, run),
    }
    return { inner: [inner], listed: row.listed === true }
  }
}

function chdir(...names: readonly string[]): NonNullable<Row['changes']> {
  return (parsed, run) => {
    const to = lastOf(parsed, ...names)
    if (to === undefined) return {}
    return { directory: to.text === null ? null : resolvePath(directoryOf(run.state), to.text) }
  }
}

const env: Wrapper = (run, command) => {
  const row: Row = {
    letters: 'uCSaP',
    long: names('unset chdir split-string argv0'),
    changes: chdir('C', 'chdir'),
  }
  const parsed = parseOptions(command.argv.slice(1), row)
  if (parsed === null) return unreadable('env')
  const split = lastOf(parsed, 'S', 'split-string')
  if (split === undefined) return plain('env', row)(run, command)
  const words = splitWords(split)
  if (words === null) return unreadable('env')
  const argv = [...words, ...parsed.rest]
  const [program] = command.argv
  return env(run, { ...command, argv: program === undefined ? argv : [program, ...argv] })
}

/** `env -S`: words at blanks, with quotes; null where escapes or variables are in it. */
function splitWords(field: Field): readonly Field[] | null {
  if (field.text === null || /[\\$#]/.test(field.text)) return null
  const words = field.text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []
  return words.map((word) => fieldOf(word, [word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2')]))
}

const asUser =
  (fallback: string): NonNullable<Row['changes']> =>
  (parsed) => {
    const user = lastOf(parsed, 'u', 'user')
    return { user: user === undefined ? fallback : (user.text ?? '?') }
  }

/** `sudo -s text` and `-i` hand their words to a shell, escaped: they stay words. */
const sudo: Row = {
  letters: 'ugpChrtTUDR',
  long: names(
    'user group prompt close-from host role type command-timeout other-user chdir chroot',
  ),
  changes: (parsed, run) => ({
    ...asUser('root')(parsed, run),
    ...chdir('D', 'chdir')(parsed, run),
  }),
}

/** `su user -c text`, options and name in any order. */
function su(name: string): Wrapper {
  return (run, command) => {
    const words: Field[] = []
    let text: Field | undefined
    let user = 'root'
    let rest: readonly Field[] = command.argv.slice(1)
    const row: Options = {
      letters: 'cgGsuw',
      long: names('command session-command group supp-group shell user whitelist-environment'),
    }
    while (rest.length > 0) {
      const parsed = parseOptions(rest, row)
      if (parsed === null) return unreadable(name)
      text = lastOf(parsed, 'c', 'command', 'session-command') ?? text
      user = lastOf(parsed, 'u', 'user')?.text ?? user
      if (
        name === 'runuser' &&
        lastOf(parsed, 'u', 'user') !== undefined &&
        parsed.rest.length > 0
      ) {
        return { inner: [{ kind: 'argv', argv: parsed.rest, through: name, user }], listed: true }
      }
      const [word, ...others] = parsed.rest
      if (word !== undefined && word.text !== '-') words.push(word)
      rest = others
    }
    if (words[0] !== undefined) user = words[0].text ?? '?'
    if (text === undefined) return fromInput(run, command, name, user)
    return {
      inner: [{ kind: 'text', text: text.pieces, through: `${name} -c`, user }],
      listed: true,
    }
  }
}

/** A shell of another user, given a script. */
function fromInput(run: Run, command: Command, name: string, user: string): Taken | null {
  const input = inputOf(run, command)
  if (input.kind !== 'text') return null
  return {
    inner: [{ kind: 'text', text: [input.text], through: name, user, input: { kind: 'nothing' } }],
    listed: true,
  }
}

/** `script -c text`, `script -qc text file` */
const script: Wrapper = (_, { argv }) => {
  const parsed = parseOptions(argv.slice(1), { letters: 'cEIOBTmo', long: ['command', 'log-io'] })
  if (parsed === null) return unreadable('script')
  const text = lastOf(parsed, 'c', 'command')
  if (text !== undefined) {
    return { inner: [{ kind: 'text', text: text.pieces, through: 'script -c' }], listed: true }
  }
  // On macOS the command comes after the file.
  const [, ...words] = parsed.rest
  return words.length === 0
    ? null
    : { inner: [{ kind: 'argv', argv: words, through: 'script' }], listed: true }
}

/** `flock file command`, `flock file -c text` */
const flock: Wrapper = (run, command) => {
  const parsed = parseOptions(command.argv.slice(1), {
    letters: 'wE',
    long: ['timeout', 'conflict-exit-code'],
  })
  if (parsed === null) return unreadable('flock')
  const [, option, text] = parsed.rest
  if (option !== undefined && /^(-c|--command)$/.test(option.text ?? '') && text !== undefined) {
    return { inner: [{ kind: 'text', text: text.pieces, through: 'flock -c' }], listed: false }
  }
  return plain('flock', { letters: 'wE', long: ['timeout', 'conflict-exit-code'], operands: 1 })(
    run,
    command,
  )
}

/** `watch words` are put together for a shell, unless `-x`. */
const watch: Wrapper = (_, { argv }) => {
  const parsed = parseOptions(argv.slice(1), { letters: 'nq', long: ['interval', 'equexit'] })
  if (parsed === null) return unreadable('watch')
  if (parsed.rest.length === 0) return null
  if (parsed.options.has('x') || parsed.options.has('exec')) {
    return {
      inner: [{ kind: 'argv', argv: parsed.rest, through: 'watch', times: 'many' }],
      listed: false,
    }
  }
  const text = textOfWords(parsed.rest)
  return { inner: [{ kind: 'text', text, through: 'watch', times: 'many' }], listed: false }
}

/** Words put together with blanks, as a shell elsewhere is given them. */
export function textOfWords(words: readonly Field[]): Field['pieces'] {
  return concat(
    ...words.map(({ pieces, glob, text }, i) =>
      concat(i === 0 ? [] : [' '], glob && text === null ? [null] : pieces),
    ),
  )
}

/** `nice -5 command`, `timeout 5 command` */
const rows: Readonly<Record<string, Row>> = {
  doas: { letters: 'uC', changes: asUser('root') },
  pkexec: { long: ['user'], changes: asUser('root') },
  gosu: { operands: 1, changes: () => ({ user: '?' }) },
  'su-exec': { operands: 1, changes: () => ({ user: '?' }) },
  setpriv: {
    long: names(
      'reuid regid groups inh-caps ambient-caps bounding-set securebits pdeathsig selinux-label apparmor-profile',
    ),
  },
  nohup: {},
  timeout: { letters: 'ks', long: ['kill-after', 'signal'], operands: 1 },
  gtimeout: { letters: 'ks', long: ['kill-after', 'signal'], operands: 1 },
  nice: { letters: 'n', long: ['adjustment'] },
  ionice: { letters: 'cn', long: ['class', 'classdata'] },
  chrt: { letters: 'TPD', long: ['sched-runtime', 'sched-period', 'sched-deadline'], operands: 1 },
  taskset: { operands: 1 },
  numactl: {
    letters: 'iNmCpl',
    long: names('interleave cpunodebind membind physcpubind preferred'),
  },
  stdbuf: { letters: 'ioe', long: ['input', 'output', 'error'] },
  unbuffer: {},
  setsid: {},
  time: { letters: 'fo', long: ['format', 'output'] },
  gtime: { letters: 'fo', long: ['format', 'output'] },
  caffeinate: { letters: 'tw' },
  'systemd-run': {
    letters: 'pMHuGEt',
    long: names(
      'property unit slice uid gid setenv working-directory description machine host service-type on-calendar on-active nice',
    ),
  },
  unshare: { letters: 'SGRw', long: names('setuid setgid root wd map-users map-groups') },
  nsenter: { letters: 'tSGrwW', long: ['target', 'setuid', 'setgid'], listed: true },
  strace: {
    letters: 'abeEIoOpPsSuUX',
    long: names('trace output string-limit attach env user'),
  },
  ltrace: { letters: 'aAeDFlnopsuxX', long: ['output', 'pid'] },
  proxychains: { letters: 'f' },
  proxychains4: { letters: 'f' },
  torsocks: {},
  'dbus-run-session': { long: ['config-file', 'dbus-daemon'] },
  'xvfb-run': {
    letters: 'efnpsw',
    long: names('error-file auth-file server-num xauth-protocol server-args wait'),
  },
  firejail: {},
  fakeroot: { letters: 'lisb', long: ['lib', 'faked'] },
  eatmydata: {},
  chronic: {},
  rlwrap: {},
  catchsegv: {},
  valgrind: {},
}

/** Those with tasks of their own: what they run is after `--`. */
const dashed =
  (name: string): Wrapper =>
  (_, { argv }) => {
    const dashes = argv.findIndex((field) => field.text === '--')
    const words = dashes < 0 ? [] : argv.slice(dashes + 1)
    if (words.length === 0) return null
    return { inner: [{ kind: 'argv', argv: words, through: name }], listed: true }
  }

const dashedNames = [
  'doppler',
  'op',
  'infisical',
  'aws-vault',
  'chamber',
  'dotenv',
  'dotenvx',
  'teller',
  'with-env',
  'sops',
]

/** `sudo -s` and `-i` with no words give a shell what comes in. */
const sudoWrapper: Wrapper = (run, command) => {
  const parsed = parseOptions(command.argv.slice(1), sudo)
  const shell = ['s', 'i', 'shell', 'login'].some((name) => parsed?.options.has(name) === true)
  if (parsed?.rest.length === 0 && shell) {
    return fromInput(run, command, 'sudo -s', asUser('root')(parsed, run).user ?? 'root')
  }
  return plain('sudo', sudo)(run, command)
}

const busy: Wrapper = (_, { argv }) => {
  const [, applet] = argv
  if (applet?.text === undefined || applet.text === null || applet.text.startsWith('-')) return null
  return { inner: [{ kind: 'argv', argv: argv.slice(1), through: 'busybox' }], listed: false }
}

/** `chroot dir command`: its paths are of another root. */
const chroot: Wrapper = (_, { argv }) => {
  const parsed = parseOptions(argv.slice(1), { long: ['userspec', 'groups'] })
  if (parsed === null) return unreadable('chroot')
  const [root, ...words] = parsed.rest
  if (root === undefined || words.length === 0) return null
  const where = { kind: 'elsewhere', by: 'chroot', target: textOf(root.pieces) } as const
  return {
    inner: [{ kind: 'argv', argv: words, through: 'chroot', where, directory: '/' }],
    listed: true,
  }
}

export const local: Readonly<Record<string, Wrapper>> = {
  ...Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, plain(name, row)])),
  ...Object.fromEntries(dashedNames.map((name) => [name, dashed(name)])),
  busybox: busy,
  toybox: busy,
  chroot,
  env,
  genv: env,
  flock,
  runuser: su('runuser'),
  script,
  su: su('su'),
  sudo: sudoWrapper,
  watch,
}
