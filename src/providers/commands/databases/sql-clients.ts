// Clients of other engines' SQL. Their own commands (`\!`, `.shell`, `!!`) are not SQL.
import type { Invocation, Word } from '../../../languages/shell/syntax.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, escalate, read, resource, unknown, write } from '../effects.ts'
import { readArgs, wordOf } from '../match.ts'
import { command } from '../row.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { overwrites } from '../touches.ts'
import {
  fileUnknown,
  inputOf,
  none,
  only,
  sql,
  sqlOf,
  together,
  withoutPassword,
} from './statements.ts'
import type { SqlEngine } from './statements.ts'

const mysqlValued = [
  ...['-e', '--execute', '-h', '--host', '-u', '--user', '-P', '--port', '-D', '--database', '-S'],
  ...[
    '--socket',
    '--defaults-file',
    '--defaults-extra-file',
    '--defaults-group-suffix',
    '--delimiter',
  ],
  ...[
    '--init-command',
    '--prompt',
    '--protocol',
    '--ssl-mode',
    '--ssl-ca',
    '--ssl-cert',
    '--ssl-key',
  ],
  ...['--default-character-set', '--tee', '--pager', '--max-allowed-packet', '--login-path'],
]

/** `-psecret` is a password, not options. */
function withoutPasswords(call: Call): Call {
  const words = call.rest.filter(({ raw }) => !/^-p./.test(raw))
  return { ...call, args: readArgs(words, { valued: mysqlValued }) }
}

function mysql(given: Call): Meant {
  const call = withoutPasswords(given)
  const { args, invocation } = call
  if (args.says('--help', '-?', '-V', '-I')) return none
  const target = args.operands[0]?.text ?? args.value('-D', '--database')?.text ?? null
  const commands = args.values('-e', '--execute', '--init-command')
  if (args.values('-e', '--execute').length > 0) {
    return together(commands.map((word) => mysqlText(word, target)))
  }
  const input = inputOf(invocation.input, (text) => mysqlText(wordOf(text), target))
  return together([...commands.map((word) => mysqlText(word, target)), input])
}

/** `\!` and `system` run a shell, `source` and `\.` a file; also in what `-e` is given. */
function mysqlText(word: Word, target: string | null): Meant {
  const text = word.text ?? ''
  if (/\\[!.PTg]|(^|[\n;])\s*(system|source|pager|tee|edit)\b|\bdelimiter\b/i.test(text)) {
    return only(unknown('a command of the client within the statements is not read here'))
  }
  return sqlOf('mysql', word, target)
}

const mysqlAdmin: Meaning = (given) => {
  const { args } = withoutPasswords(given)
  const [verb, name] = args.operands.map(({ text }) => text)
  const server = resource('mysql', 'server', args.value('-h', '--host')?.text ?? null)
  if (verb === undefined) return []
  if (verb === 'drop') return [destroy(resource('mysql', 'database', name ?? null))]
  if (verb === 'create') return [write(resource('mysql', 'database', name ?? null))]
  if (verb === 'shutdown' || verb === 'kill') return [destroy(server, 'some', 'trivial')]
  if (verb === 'password' || verb === 'old-password') return [escalate(server, 'some')]
  if (verb !== null && /^(flush-|refresh|reload|start-|stop-)/.test(verb)) return [write(server)]
  if (
    verb !== null &&
    /^(status|ping|version|variables|processlist|extended-status|debug)/.test(verb)
  ) {
    return [read(server, 'some')]
  }
  return [unknown('what `mysqladmin` is told to do is not known here')]
}

const sqliteValued = [
  ...['-cmd', '-init', '-separator', '-newline', '-nullvalue', '-maxsize', '-mmap', '-lookaside'],
  ...['-pagecache', '-vfs', '-escape', '-c', '-s', '-f', '--cmd', '--init', '--separator'],
]

function sqlite(call: Call): Meant {
  const { args, invocation } = call
  if (args.says('-version', '--version', '-help', '--help')) return none
  const [file, ...statements] = args.operands
  const target = file?.text ?? null
  const first = args.values('-cmd', '--cmd', '-c', '-s')
  const scripts = args.values('-init', '--init', '-f').map((word) => fileUnknown(word))
  const all = [...first, ...statements].map((word) => sqliteWord(word, target, call))
  const typed =
    statements.length > 0 || args.values('-c', '-s', '-f').length > 0
      ? none
      : inputOf(invocation.input, (text) => sqliteWord(wordOf(text), target, call))
  return together([...scripts, ...all, typed])
}

/** SQL, and lines that begin with a dot: commands of the client. */
function sqliteWord(word: Word, target: string | null, call: Call): Meant {
  if (word.text === null) return only(unknown('the statement is not known here'))
  const lines = word.text.split('\n')
  const dotted = lines.filter((line) => /^\s*\./.test(line)).map((line) => line.trim())
  const rest = lines.filter((line) => !/^\s*\./.test(line)).join('\n')
  const statements = rest.trim() === '' ? none : sql('sqlite', rest, target)
  return together([...dotted.map((line) => dotCommand(line, target, call)), statements])
}

const showing =
  /^\.(tables?|schema|dump|ind(ex|ic)es|databases|modes?|headers?|help|show|stats|timer|width|fullschema|explain|print|echo|quit|exit|bail|changes|nullvalue|separator|lint|eqp|dbinfo|sha3sum|version|limit|dbconfig|columns?|connection|maxrows|highlight|prompt|rows|large_number_rendering)(\s|$)/

function dotCommand(line: string, target: string | null, call: Call): Meant {
  if (showing.test(line)) return none
  const on = resource('sqlite', 'database', target)
  const [name = '', ...rest] = line.split(/\s+/)
  if (/^\.(shell|sh|she|shel|system|sy|sys|syst|syste)$/.test(name)) {
    const { directory } = call.invocation
    return { effects: [], carried: [{ kind: 'shell', text: rest.join(' '), directory }] }
  }
  if (name === '.restore') return only(destroy(on))
  const [last = ''] = rest.slice(-1)
  if (/^\.(backup|save|output|once|clone|excel|log|trace)$/.test(name) && !last.startsWith('|')) {
    return last === '' || last === 'stdout' || last === 'off'
      ? none
      : only(...overwrites(wordOf(last.replaceAll(/['"]/g, '')), call))
  }
  if (name === '.import' && !rest.some((one) => one.startsWith('|'))) return only(write(on))
  if (name === '.load') return only(escalate(on, 'some'))
  return only(unknown(`what \`${line.slice(0, 60)}\` does is not known here`))
}

interface Client {
  readonly programs: readonly string[]
  readonly engine: SqlEngine
  /** options that are given statements */
  readonly statements: readonly string[]
  readonly files: readonly string[]
  readonly valued: readonly string[]
  /** options that name where it goes */
  readonly target: readonly string[]
  /** text in statements that makes them something else than SQL */
  readonly own?: RegExp
  /** the first operand is a statement */
  readonly operand?: boolean
}

function client(described: Client): CommandRow {
  const { programs, engine, statements, files, valued, target, own, operand } = described
  const spec = { valued: [...statements, ...files, ...valued, ...target] }
  return command(programs, spec, (call) => clientMeans(call))

  function clientMeans({ args, invocation }: Call): Meant {
    if (args.says('--help', '--version', '-V')) return none
    const to = withoutPassword(args.value(...target)?.text ?? null)
    const read = (word: Word): Meant =>
      own?.test(word.text ?? '') === true
        ? only(unknown('a command of the client within the statements is not read here'))
        : sqlOf(engine, word, to)
    const words = args.flags.flatMap(({ name, value }) =>
      value !== null && statements.includes(name) ? [value] : [],
    )
    const inline = operand === true ? args.operands.slice(0, 1) : []
    const scripts = args.values(...files).map((word) => fileUnknown(word))
    const all = [...words, ...inline].map(read)
    if (all.length + scripts.length > 0) return together([...all, ...scripts])
    return inputOf(invocation.input, (text) => read(wordOf(text)))
  }
}

const clickhouse = client({
  programs: ['clickhouse-client', 'clickhouse-local'],
  engine: 'other',
  statements: ['-q', '--query'],
  files: ['--queries-file'],
  valued: ['--user', '-u', '--password', '--port', '--format', '-f', '-h', '--config-file', '-C'],
  target: ['-d', '--database', '--host'],
})

const clients: readonly CommandRow[] = [
  client({
    programs: ['sqlcmd', 'osql', 'mssql-cli'],
    engine: 'other',
    statements: ['-Q', '-q'],
    files: ['-i'],
    valued: ['-U', '-P', '-o', '-h', '-s', '-W', '-l', '-t', '-v'].filter((one) => one !== '-W'),
    target: ['-d', '-S'],
    own: /^\s*(:r|:!!|!!|:setvar|:out|:connect)/im,
  }),
  clickhouse,
  client({
    programs: ['cqlsh', 'ycqlsh'],
    engine: 'other',
    statements: ['-e', '--execute'],
    files: ['-f', '--file'],
    valued: ['-u', '-p', '--username', '--password', '--cqlversion', '--request-timeout'],
    target: ['-k', '--keyspace'],
    own: /^\s*source\b/im,
  }),
  client({
    programs: ['snowsql', 'snow'],
    engine: 'other',
    statements: ['-q', '--query'],
    files: ['-f', '--filename'],
    valued: ['-a', '-u', '-r', '-w', '-s', '-c', '-o', '-p', '--connection'],
    target: ['-d', '--dbname'],
    own: /^\s*!/m,
  }),
  client({
    programs: ['duckdb-sql', 'trino', 'presto', 'beeline', 'hive', 'spark-sql', 'vsql', 'ysqlsh'],
    engine: 'other',
    statements: ['-e', '--execute', '-c', '--command'],
    files: ['-f', '--file'],
    valued: ['-u', '-n', '-p', '-w', '--server', '--user', '-h', '-U', '-i'],
    target: ['-d', '--database', '--catalog', '--schema'],
    own: /^\s*(!|\\|source\b|dfs\b|add\s+jar)/im,
  }),
]

/** `cockroach sql -e`, `clickhouse client -q`, `psql` in other clothes. */
function under(name: string, subcommand: string, inner: CommandRow, others: Meaning): CommandRow {
  return {
    programs: [name],
    read(invocation: Invocation, surroundings, before) {
      const [first, ...args] = invocation.args
      if (first?.text === subcommand)
        return inner.read({ ...invocation, args }, surroundings, before)
      return command([name], { valued: ['--host', '--url', '--certs-dir'] }, others).read(
        invocation,
        surroundings,
        before,
      )
    },
  }
}

const cockroachSql = client({
  programs: ['cockroach'],
  engine: 'postgres',
  statements: ['-e', '--execute'],
  files: ['-f', '--file'],
  valued: ['--host', '--certs-dir', '-u', '--user', '-p', '--port', '--format', '--set', '-s'],
  target: ['--url', '-d', '--database'],
  own: /^\s*\\/m,
})

const cockroachOther: Meaning = ({ args }) => {
  const words = args.operands.slice(0, 2).map(({ text }) => text ?? '?')
  const on = resource('cockroach', words[0] ?? 'cluster', args.operands[2]?.text ?? null)
  const verb = words.join(' ')
  if (
    /^(version|node (status|ls)|gen|demo|debug|doctor|help|auth-session list|convert-url)/.test(
      verb,
    )
  ) {
    return []
  }
  if (/^(node (decommission|drain)|quit|userfile delete|statement-diag delete)/.test(verb)) {
    return [destroy(on, 'some')]
  }
  if (
    /^(start|start-single-node|init|node recommission|import|userfile|workload|cert)/.test(verb)
  ) {
    return [write(on)]
  }
  return words.length === 0 ? [] : [unknown(`what \`cockroach ${verb}\` does is not known here`)]
}

export const sqlClients: readonly CommandRow[] = [
  command(['mysql', 'mariadb', 'mycli'], { valued: mysqlValued }, mysql),
  command(['mysqladmin', 'mariadb-admin'], { valued: mysqlValued }, mysqlAdmin),
  command(['mysqldump', 'mariadb-dump', 'mysqlpump'], { valued: mysqlValued }, (call) => {
    const file = call.args.value('-r', '--result-file')
    const on = resource('mysql', 'database', call.args.operands[0]?.text ?? null)
    return [read(on), ...(file === null ? [] : overwrites(file, call))]
  }),
  command(
    ['sqlite3', 'sqlite', 'duckdb', 'litecli', 'sqlcipher'],
    { valued: sqliteValued, dash: 'word' },
    sqlite,
  ),
  ...clients,
  under('cockroach', 'sql', cockroachSql, cockroachOther),
  under('clickhouse', 'client', clickhouse, () => []),
]
