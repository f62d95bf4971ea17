// psql and the programs beside it.
// https://www.postgresql.org/docs/current/app-psql.html
import type { Word } from '../../../languages/shell/syntax.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, disarm, escalate, read, resource, unknown, write } from '../effects.ts'
import { wordOf } from '../match.ts'
import { command } from '../row.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { adds, isGone, overwrites, pathAt } from '../touches.ts'
import { fileUnknown, inputOf, none, only, sqlOf, together, withoutPassword } from './statements.ts'

const connection = [
  ...['-d', '--dbname', '-h', '--host', '-p', '--port', '-U', '--username', '-W', '--role'],
  ...['-f', '--file', '-n', '--schema', '-t', '--table', '-j', '--jobs', '-F', '--format', '-E'],
].filter((name) => name !== '-W')

const psqlValued = [
  ...['-c', '--command', '-d', '--dbname', '-f', '--file', '-F', '--field-separator', '-h'],
  ...['--host', '-L', '--log-file', '-o', '--output', '-p', '--port', '-P', '--pset', '-R'],
  ...['--record-separator', '-T', '--table-attr', '-U', '--username', '-v', '--set', '--variable'],
]

function psql(call: Call): Meant {
  const { args, invocation } = call
  if (args.says('--help', '-V', '-?')) return none
  const named = args.value('-d', '--dbname') ?? args.operands[0] ?? args.value('-h', '--host')
  const target = withoutPassword(named?.text ?? null)
  const outputs = together(
    args.values('-o', '--output', '-L', '--log-file').map((word) => {
      const text = word.text ?? ''
      if (text.startsWith('|')) return shell(text.slice(1), call)
      return only(...overwrites(word, call))
    }),
  )
  const commands = args.values('-c', '--command')
  const files = args.values('-f', '--file')
  const parts = [
    ...commands.map((word) => given(word, target, call)),
    ...files.map((word) => (word.text === '-' ? fromInput(call, target) : fileUnknown(word))),
  ]
  if (parts.length > 0) return together([outputs, ...parts])
  if (args.has('-l', '--list')) return outputs
  return together([outputs, fromInput({ ...call, invocation }, target)])
}

function fromInput(call: Call, target: string | null): Meant {
  return inputOf(call.invocation.input, (text) => script(text, target, call))
}

/** What `-c` is given is SQL, or one command of psql's own. */
function given(word: Word, target: string | null, call: Call): Meant {
  const text = word.text?.trimStart() ?? null
  return text?.startsWith('\\') === true ? ownCommand(text, call) : sqlOf('postgres', word, target)
}

/** A script: SQL, with commands of psql's own on lines of their own. */
function script(text: string, target: string | null, call: Call): Meant {
  const lines = text.split('\n')
  const own = lines.filter((line) => /^\s*\\/.test(line))
  const rest = lines.filter((line) => !/^\s*\\/.test(line)).join('\n')
  const statements = rest.trim() === '' ? none : sqlOf('postgres', wordOf(rest), target)
  const hidden =
    /\\/.test(rest.replaceAll(/'[^']*'/g, '')) || (/\be'/i.test(rest) && /\\/.test(rest))
  const more = hidden
    ? only(unknown('a command of psql within its statements is not read here'))
    : none
  return together([...own.map((line) => ownCommand(line.trim(), call)), statements, more])
}

const showing =
  /^\\(d[a-zA-Z+]*|l\+?|z|conninfo|timing|x|a|t|pset|q|echo|qecho|warn|\?|h|help|set|unset|encoding|sf\+?|sv\+?|errverbose|c|connect|if|else|elif|endif|dconfig\+?|copyright|prompt|p|r)(\s|$)/

function ownCommand(text: string, call: Call): Meant {
  if (showing.test(text)) return none
  const outside = /^\\!\s*(.*)$/s.exec(text)
  if (outside !== null) return shell(outside[1] ?? '', call)
  const copy = /^\\copy\s+(.*)$/is.exec(text)?.[1]
  if (copy !== undefined && !/\bprogram\b/i.test(copy)) {
    const file = /\bto\s+'?([^'\s]+)/i.exec(copy)?.[1]
    const simple = /^[\w."]+(\s*\([^)]*\))?\s+(from|to)\s/i.test(copy)
    if (simple && /\sfrom\s/i.test(copy)) {
      return only(write(resource('postgres', 'table', copy.split(/[\s(]/)[0] ?? null)))
    }
    if (simple && file !== undefined && !/^(stdout|pstdout)$/i.test(file)) {
      return only(...overwrites(wordOf(file), call))
    }
    if (simple) return none
  }
  return only(unknown(`what \`${text.slice(0, 60)}\` does is not known here`))
}

function shell(text: string, { invocation: { directory } }: Call): Meant {
  return { effects: [], carried: [{ kind: 'shell', text, directory }] }
}

function database(call: Call, effect: typeof destroy, type = 'database'): Meaning {
  return () => [effect(resource('postgres', type, call.args.operands[0]?.text ?? null))]
}

const dumped: Meaning = (call) => {
  const file = call.args.value('-f', '--file')
  const target = withoutPassword(call.args.operands[0]?.text ?? null)
  return [
    read(resource('postgres', 'database', target)),
    ...(file === null ? [] : overwrites(file, call)),
  ]
}

const restored: Meaning = (call) => {
  const { args } = call
  if (args.has('-l', '--list')) return []
  const target = args.value('-d', '--dbname')
  if (target === null) {
    const file = args.value('-f', '--file')
    return file === null ? [] : overwrites(file, call)
  }
  const on = resource('postgres', 'database', withoutPassword(target.text))
  return args.has('-c', '--clean') ? [destroy(on, 'some')] : [write(on)]
}

const controlled: Meaning = (call) => {
  const verb = call.args.operands[0]?.text ?? null
  const folder = call.args.value('-D', '--pgdata')
  const on = resource('postgres', 'server', folder?.text ?? null)
  if (verb === 'status' || verb === 'logrotate') return []
  if (verb === 'stop' || verb === 'kill') return [destroy(on, 'some', 'trivial')]
  if (verb === 'restart' || verb === 'start' || verb === 'reload' || verb === 'promote') {
    return [write(on)]
  }
  if (verb === 'init' || verb === 'initdb')
    return folder === null ? [write(on)] : adds(folder, call)
  return [unknown('what `pg_ctl` is told to do is not known here')]
}

const folderOf: Meaning = (call) => {
  const folder = call.args.value('-D', '--pgdata') ?? call.args.operands[0] ?? null
  return folder === null ? [] : adds(folder, call)
}

const rewritten: Meaning = (call) => {
  if (call.args.says('-n', '--dry-run')) return []
  const folder = call.args.value('-D', '--pgdata') ?? call.args.operands[0] ?? null
  if (folder === null) return [destroy(resource('postgres', 'server', null), 'some')]
  return [isGone(pathAt(folder, call), call)]
}

const roleMade: Meaning = (call) => [
  escalate(resource('postgres', 'role', call.args.operands[0]?.text ?? null), 'some'),
]

export const postgresRows: readonly CommandRow[] = [
  command(['psql'], { valued: psqlValued }, psql),
  command(['dropdb'], { valued: [...connection, '--maintenance-db'] }, (call) =>
    database(call, destroy)(call),
  ),
  command(['dropuser'], { valued: connection }, (call) => database(call, destroy, 'role')(call)),
  command(['createdb'], { valued: [...connection, '-T', '-O', '-D', '-l'] }, (call) => [
    write(resource('postgres', 'database', call.args.operands[0]?.text ?? null)),
  ]),
  command(['createuser'], { valued: [...connection, '-c', '-g', '-m', '-a', '-v'] }, roleMade),
  command(['pg_dump', 'pg_dumpall'], { valued: [...connection, '-l', '-N', '-T', '-Z'] }, dumped),
  command(
    ['pg_restore'],
    { valued: [...connection, '-I', '-L', '-N', '-P', '-T', '-S'] },
    restored,
  ),
  command(
    ['pg_ctl', 'pg_ctlcluster'],
    { valued: ['-D', '--pgdata', '-m', '-l', '-o', '-t', '-p'] },
    controlled,
  ),
  command(
    ['initdb'],
    { valued: ['-D', '--pgdata', '-U', '-E', '-A', '-X', '--locale', '-W'] },
    folderOf,
  ),
  command(
    ['pg_resetwal', 'pg_resetxlog', 'pg_rewind'],
    { valued: ['-D', '--pgdata', '-l', '-x', '-o'] },
    rewritten,
  ),
  command(['pg_dropcluster'], {}, (call) => [
    destroy(resource('postgres', 'server', call.args.operands.map(({ raw }) => raw).join('/'))),
  ]),
  command(['pg_archivecleanup'], { valued: ['-x'] }, (call) => [
    disarm(resource('postgres', 'server', call.args.operands[0]?.text ?? null), 'some'),
  ]),
  command(['vacuumdb', 'reindexdb', 'clusterdb'], { valued: connection }, (call) => [
    write(resource('postgres', 'database', call.args.operands[0]?.text ?? null)),
  ]),
  command(['pgbench'], { valued: [...connection, '-c', '-T', '-s', '-b', '-D', '-M'] }, (call) =>
    call.args.has('-i', '--initialize')
      ? [destroy(resource('postgres', 'table', 'pgbench_*'), 'some')]
      : [write(resource('postgres', 'table', 'pgbench_*'))],
  ),
]
