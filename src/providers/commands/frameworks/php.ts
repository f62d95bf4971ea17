// artisan, symfony's console, doctrine, wp-cli. `php FILE` runs them too.
import type { Effect } from '../../../domain/effect.ts'
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, escalate, readingOf, resource, unknown, write } from '../effects.ts'
import { readArgs, wordOf } from '../match.ts'
import type { Args } from '../match.ts'
import { meaningsOf, runs } from '../meanings.ts'
import { command, nothing } from '../row.ts'
import type { Call, Meaning, Meant } from '../row.ts'

const database = meaningsOf('database')
const wordpress = meaningsOf('wordpress')
const gone = database.destroys('schema', { at: null })
const partly = database.destroys('schema', { at: null, extent: 'some' })
const changed = database.writes('schema', { at: null })

type Table = Readonly<Record<string, Meaning>>

/** The names of its commands may be shortened, as long as one remains: `migrate:fr`. */
function named(programs: readonly string[], valued: string, dry: string, rows: Table): CommandRow {
  const spelled = Object.fromEntries(
    Object.entries(rows).flatMap(([keys, meaning]) => keys.split('|').map((key) => [key, meaning])),
  )
  return cli({
    programs,
    valued,
    bare: '--no-interaction -n --ansi --no-ansi --force --seed --step -v -vv -vvv --graceful',
    help: '--help -h --version -V',
    dry,
    rows: { list: nothing, completion: nothing, about: nothing },
    otherwise: (call) => {
      const text = call.args.operands[0]?.text ?? null
      if (text === null) return null
      const left = { ...call, args: { ...call.args, operands: call.args.operands.slice(1) } }
      return meantBy(text, spelled, left)
    },
  })
}

function meantBy(text: string, rows: Table, call: Call): readonly Effect[] {
  const exact = Object.hasOwn(rows, text) ? rows[text] : undefined
  const short = Object.keys(rows).filter((name) => isShortFor(text, name))
  const meanings = exact === undefined ? short.map((name) => rows[name]) : [exact]
  return meanings.flatMap((meaning) => {
    const meant = meaning?.(call) ?? []
    return 'effects' in meant ? meant.effects : meant
  })
}

/** Each part of the name begins with the same part of what is written. */
function isShortFor(text: string, name: string): boolean {
  const parts = text.split(':')
  const whole = name.split(':')
  return parts.length === whole.length && whole.every((part, i) => part.startsWith(parts[i] || ' '))
}

/** PHP that a shell of the framework is given: read by the names that it calls. */
function phpOf(text: string | null): readonly Effect[] {
  if (text === null) return [unknown('the PHP that it runs is not known here')]
  const on = resource('database', 'schema', null)
  if (
    /\b(truncate|delete|forceDelete|destroy|dropIfExists|drop|dropAllTables|wipe|fresh|unlink)\b\s*\(/i.test(
      text,
    )
  ) {
    return [destroy(on, 'some')]
  }
  if (
    /\b(exec|shell_exec|system|passthru|proc_open|popen|eval|call|assert|file_put_contents|rmdir|include|require|statement|unprepared|raw|call_user_func\w*|rename)\b|`|\$\w+\s*\(/i.test(
      text,
    )
  ) {
    return [unknown('what the PHP runs is not known here')]
  }
  return /\b(create|save|update|insert|upsert|increment|push)\w*\s*\(/i.test(text)
    ? [write(on)]
    : []
}

const tinker: Meaning = ({ args, invocation }) => {
  const given = args.value('--execute')
  if (given !== null) return phpOf(given.text)
  const { input } = invocation
  if (input.kind === 'text') return phpOf(input.text)
  return [escalate(resource('database', 'schema', null), 'some')]
}

const artisan = named(
  ['artisan', 'artisan.php'],
  '--env --database --path --class --execute --batch --connection --queue --schema-path',
  '--pretend',
  {
    'migrate:fresh|db:wipe': gone,
    'migrate:refresh|migrate:reset': gone,
    'migrate:rollback': partly,
    'migrate|migrate:install|db:seed|schema:dump': changed,
    'migrate:status|db|db:show|db:table|db:monitor': nothing,
    tinker,
    'queue:flush|queue:clear|queue:prune-batches|queue:prune-failed|horizon:clear': (call) =>
      database.destroys('queue', { at: null })(call),
    'queue:forget|horizon:forget': database.destroys('queue', { extent: 'some' }),
    'queue:retry|queue:restart|queue:work|queue:listen': nothing,
    'cache:clear|cache:forget|config:clear|route:clear|view:clear|optimize:clear|event:clear':
      nothing,
    'model:prune|auth:clear-resets|telescope:clear|telescope:prune|activitylog:clean': partly,
    'key:generate': database.destroys('key', { at: null }),
    down: database.stops('application', { at: null }),
    'passport:purge|backup:clean|scout:flush|scout:delete-index|scout:delete-all-indexes': partly,
    'permission:create-role|make:filament-user|nova:user|sanctum:prune-expired': (call) =>
      database.escalates('user', { at: null })(call),
  },
)

const needsForce =
  (meaning: Meaning): Meaning =>
  (call) =>
    call.args.has('--force', '-f') ? meaning(call) : []

function query({ operands }: Pick<Args, 'operands'>): Meant {
  const text = operands[0]?.text ?? null
  if (text === null) return { effects: [unknown('the statement is not known here')], carried: [] }
  return { effects: [], carried: [{ kind: 'sql', engine: 'mysql', text, target: null }] }
}

const symfonyRows: Table = {
  'doctrine:database:drop': needsForce(gone),
  'doctrine:schema:drop': needsForce(gone),
  'doctrine:schema:update': (call) =>
    call.args.has('--force', '-f', '--complete') ? partly(call) : [],
  'doctrine:schema:create|doctrine:database:create': changed,
  'doctrine:migrations:migrate': (call) =>
    /^(first|prev|0|current-\d+)$/.test(call.args.operands[0]?.text ?? '')
      ? gone(call)
      : changed(call),
  'doctrine:migrations:execute': (call) => (call.args.has('--down') ? partly(call) : changed(call)),
  'doctrine:migrations:rollup|doctrine:migrations:version|doctrine:migrations:sync-metadata-storage':
    changed,
  'doctrine:fixtures:load': (call) => (call.args.has('--append') ? changed(call) : gone(call)),
  'doctrine:mongodb:schema:drop': gone,
  'orm:schema-tool:drop': needsForce(gone),
  'orm:schema-tool:update': needsForce(partly),
  'orm:schema-tool:create': changed,
  'messenger:failed:remove|messenger:stop-workers': partly,
  'cache:pool:prune|cache:clear|cache:warmup': nothing,
  'secrets:list|secrets:reveal|debug:dotenv': (call) =>
    call.args.has('--reveal') ? database.discloses('secret', { at: null })(call) : [],
  'secrets:remove|secrets:generate-keys': database.destroys('secret'),
}

const symfonyBase = named(
  ['console', 'console.php', 'doctrine', 'doctrine.php', 'doctrine-migrations'],
  '--env -e --em --connection --query-time --version --shard -c',
  '--dump-sql --dry-run',
  symfonyRows,
)

/** Its queries carry SQL, which goes to the reader of it. */
const symfony: CommandRow = {
  programs: symfonyBase.programs,
  read(invocation, surroundings) {
    const args = readArgs(invocation.args, { valued: ['--env', '-e', '--connection'] })
    const [first, ...operands] = args.operands
    if (/^(doctrine:query:sql|dbal:run-sql|doctrine:run-sql)$/.test(first?.text ?? '')) {
      const { effects, carried } = query({ ...args, operands })
      return readingOf(first?.text ?? 'console', effects, carried, invocation)
    }
    return symfonyBase.read(invocation, surroundings)
  },
}

const wp = cli({
  programs: ['wp', 'wp-cli', 'wp-cli.phar', 'wp.phar'],
  valued: '--path --url --user --ssh --http --role --porcelain --require --exec --context',
  bare: '--allow-root --skip-plugins --skip-themes --network --all-tables --precise',
  dry: '--dry-run',
  rows: {
    'db reset|drop|clean': wordpress.destroys('database', { at: null }),
    'db query|cli': (call) => wpQuery(call),
    'db import': wordpress.destroys('database', { at: null, extent: 'some' }),
    'db export|size|tables|check|columns|prefix|search': nothing,
    'db create|optimize|repair': wordpress.writes('database', { at: null }),
    'site empty|delete|archive': wordpress.destroys('site', { at: null }),
    'post|page|comment|term|user|media|menu|widget|option|transient|role|cap|sidebar|taxonomy list|get':
      nothing,
    'post|comment|term|user|menu|option|role|cap delete|remove|reset|spam|trash|revoke':
      wordpress.destroys('content', { each: true }),
    'plugin|theme delete|uninstall': wordpress.destroys('plugin', { each: true }),
    'user create|update|set-role|add-role|add-cap|reset-password|application-password': (call) =>
      wordpress.escalates('user')(call),
    'super-admin add': wordpress.escalates('user'),
    'search-replace': wordpress.destroys('database', { at: null, extent: 'some' }),
    'eval|eval-file|shell': (call) =>
      call.verb.endsWith('eval')
        ? phpOf(call.args.operands[0]?.text ?? null)
        : [unknown('the PHP that it runs is not known here')],
    'config get|list|path': wordpress.discloses('configuration', { at: null }),
    'core download|update|install': wordpress.writes('core', { at: null }),
  },
  otherwise: () => [],
})

function wpQuery(call: Call): Meant {
  const { input } = call.invocation
  if (call.args.operands.length > 0) return query(call.args)
  if (input.kind === 'text') return query({ operands: [wordOf(input.text)] })
  return { effects: [unknown('the statements are not known here')], carried: [] }
}

/** `sail artisan …`, `symfony console …`: the first word says whose the rest is. */
const passes: Meaning = (call) => runs({ ...call, rest: call.invocation.args })

export const phpRows: readonly CommandRow[] = [
  artisan,
  symfony,
  wp,
  command(['sail', 'symfony', 'valet'], { stops: true }, passes),
]
