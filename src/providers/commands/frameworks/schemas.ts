// Tools that change schemas: flyway, liquibase, ecto, dbmate, goose, sqlx, diesel, atlas, hasura.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { meaningsOf, nounThenVerb, when } from '../meanings.ts'
import { atlasRows } from '../platforms/data.ts'
import { command, nothing } from '../row.ts'
import type { Meaning } from '../row.ts'

const database = meaningsOf('database')
const gone = database.destroys('schema', { at: null })
const partly = database.destroys('schema', { at: null, extent: 'some' })
const changed = database.writes('schema', { at: null })

/** Several tasks in one line: the gravest counts, and all are said. */
function tasks(table: Readonly<Record<string, Meaning>>): Meaning {
  return (call) =>
    call.args.operands.flatMap(({ text }) => {
      const meaning = text !== null && Object.hasOwn(table, text) ? table[text] : undefined
      const meant = meaning?.(call) ?? []
      return 'effects' in meant ? meant.effects : meant
    })
}

const flywayTasks = {
  clean: gone,
  undo: partly,
  migrate: changed,
  baseline: changed,
  repair: changed,
}

const flyway = command(['flyway'], { dash: 'word' }, tasks(flywayTasks))

const liquibaseTasks: Readonly<Record<string, Meaning>> = {
  'drop-all': gone,
  dropAll: gone,
  rollback: partly,
  'rollback-count': partly,
  rollbackCount: partly,
  'rollback-to-date': partly,
  rollbackToDate: partly,
  'rollback-one-changeset': partly,
  'rollback-one-update': partly,
  update: changed,
  'update-count': changed,
  'update-to-tag': changed,
  'update-testing-rollback': partly,
  'clear-checksums': changed,
  'execute-sql': () => [unknown('the statements are not known here')],
}

const liquibase = command(['liquibase'], { dash: 'word' }, tasks(liquibaseTasks))

/** Build tools carry them as tasks: `mvn flyway:clean`, `gradle flywayClean`. */
const builds = command(
  ['mvn', 'mvnw', 'gradle', 'gradlew'],
  { valued: ['-f', '-P', '-p'] },
  (call) =>
    call.args.operands.flatMap(({ text }) => {
      const [, tool, task] =
        /^(?:[\w.:-]+:)?(flyway|liquibase)(?:[\w.:-]*:)?(\w+)$/i.exec(text ?? '') ?? []
      if (tool === undefined || task === undefined) return []
      const name = task.charAt(0).toLowerCase() + task.slice(1)
      const table = tool.toLowerCase() === 'flyway' ? flywayTasks : liquibaseTasks
      const meant = Object.entries(table).find(([key]) => key === name)?.[1](call) ?? []
      return 'effects' in meant ? meant.effects : meant
    }),
)

const mix = cli({
  programs: ['mix'],
  valued: '-r --repo -n --step --to --migrations-path --prefix',
  bare: '--all --force-drop --quiet --no-compile',
  help: '--help --version',
  rows: {
    'ecto.drop|ecto.reset': gone,
    'ecto.rollback': when('--all --to', gone, partly),
    'ecto.migrate|ecto.create|ecto.setup|ecto.load': changed,
    'hex.publish|hex.package': meaningsOf('hex').writes('package', { at: null }),
    'hex.retire|hex.owner': meaningsOf('hex').destroys('package', { extent: 'some' }),
    'ash.reset|ash_postgres.drop': gone,
    'ash.rollback|ash_postgres.rollback': partly,
  },
  otherwise: () => [],
})

const dbmate = cli({
  programs: ['dbmate'],
  valued: '-u --url -e --env --env-file -d --migrations-dir -s --schema-file --migrations-table',
  rows: {
    'new|n|status|dump|wait|help|load': (call) => (call.verb.endsWith('load') ? changed(call) : []),
    'up|create|migrate': changed,
    drop: gone,
    'rollback|down': partly,
  },
})

/** `goose postgres "dsn" down`: the verb is anywhere after the driver. */
const goose = command(
  ['goose'],
  { valued: ['-dir', '-table', '-certfile', '-env', '-timeout'], dash: 'word' },
  (call) => {
    const words = call.args.operands.map(({ text }) => text ?? '')
    if (words.some((word) => /^(reset|down-to)$/.test(word))) return gone(call)
    if (words.some((word) => /^(down|redo)$/.test(word))) return partly(call)
    return words.some((word) => /^(up|up-to|up-by-one|fix)$/.test(word)) ? changed(call) : []
  },
)

const sqlx = cli({
  programs: ['sqlx', 'cargo-sqlx'],
  valued: '-D --database-url --source --target-version --connect-timeout',
  bare: '--no-dotenv -y -f --workspace',
  rows: {
    'sqlx database drop|reset': gone,
    'database|db drop|reset': gone,
    'database|db create|setup': changed,
    'migrate|mig info|add|build-script|generate': nothing,
    'migrate|mig run': changed,
    'migrate|mig revert': partly,
    'prepare|completions': nothing,
  },
})

const diesel = cli({
  programs: ['diesel'],
  valued: '--database-url --config-file --migration-dir --locked-schema -n --number',
  rows: {
    setup: changed,
    'print-schema|completions': nothing,
    'migration list|pending|generate': nothing,
    'database reset': gone,
    'database drop': gone,
    'database setup': changed,
    'migration run': changed,
    'migration revert|redo': when('--all -a', gone, partly),
  },
})

const seaOrm = cli({
  programs: ['sea-orm-cli', 'sea'],
  valued: '-d --migration-dir -u --database-url -s --database-schema -n --num -o --output-dir',
  rows: {
    generate: nothing,
    'migrate init|generate|status': nothing,
    'migrate fresh|reset|refresh': gone,
    'migrate down': partly,
    'migrate up': changed,
    migrate: changed,
  },
})

/** Two programs have this name: one for schemas, one for clusters. */
const atlas = cli({
  programs: ['atlas'],
  valued: `-u --url --to --from --dir --dev-url --env -c --config --var -s --schema --format -f
    -P --profile --projectId --orgId -o --output --clusterName --username`,
  bare: '--auto-approve',
  rows: {
    ...atlasRows,
    'schema inspect|diff|fmt|plan|push|test|lint|validate|stats': nothing,
    'schema apply': partly,
    'schema clean': gone,
    'migrate diff|hash|import|lint|new|status|validate|checkpoint|edit|ls|push|test|rebase|rm':
      nothing,
    'migrate apply|set': changed,
    'migrate down': partly,
    'login|logout|whoami|version|license|script|ask|copilot': nothing,
  },
  otherwise: nounThenVerb('mongodb'),
})

/** golang-migrate: `migrate -path db -database url down` */
const migrate = cli({
  programs: ['migrate', 'golang-migrate', 'tern', 'sql-migrate', 'rambler', 'shmig', 'pgmigrate'],
  dash: 'word',
  valued:
    '-path -database -source -lock-timeout -prefetch -ext -dir -config -env -d -c --config -digits',
  bare: '-f -all -seq -verbose',
  help: '-help --help -version',
  rows: {
    'create|new|version|status|init|renumber|print-migrations|gengen|list|history': nothing,
    'up|migrate|force|apply|goto|skip': changed,
    'down|rollback|redo|reverse': partly,
    'drop|reset|clean': gone,
  },
  otherwise: () => [],
})

const hasura = cli({
  programs: ['hasura'],
  valued: `--endpoint --admin-secret --project --envfile --database-name --down --up --version --type
    --schema --from-server --log-level --goto`,
  bare: '--all-databases --skip-execution --disallow-inconsistent-metadata --delete',
  rows: {
    'console|init|version|completion|plugins|update-cli|actions|scripts|deploy|help': nothing,
    'migrate status|create|squash': nothing,
    'migrate apply': (call) => (call.args.has('--down') ? gone(call) : changed(call)),
    'migrate delete': partly,
    'metadata export|diff|inconsistency|ic': nothing,
    'metadata apply|reload': changed,
    'metadata clear': gone,
    'seed create': nothing,
    'seed apply': changed,
  },
})

const dotnet = cli({
  programs: ['dotnet', 'dotnet-ef'],
  valued: `-p --project -s --startup-project -c --context --configuration -o --output --connection
    --framework -f --runtime -r -k --api-key --source`,
  bare: '--no-build --no-restore',
  help: '--help -h --version --info',
  dry: '--dry-run',
  rows: {
    'ef database drop': gone,
    'ef database update': (call) =>
      call.args.operands[0]?.text === '0' ? gone(call) : changed(call),
    'ef migrations remove': database.destroys('migration', { at: null, undo: 'trivial' }),
    'database drop': gone,
    'nuget delete': meaningsOf('nuget').destroys('package'),
    'nuget push': meaningsOf('nuget').writes('package'),
    'user-secrets list': database.discloses('secret', { at: null }),
    'user-secrets clear|remove': database.destroys('secret', { at: null }),
  },
  otherwise: () => [],
})

export const schemaRows: readonly CommandRow[] = [
  flyway,
  liquibase,
  builds,
  mix,
  dbmate,
  goose,
  sqlx,
  diesel,
  seaOrm,
  atlas,
  migrate,
  hasura,
  dotnet,
]
