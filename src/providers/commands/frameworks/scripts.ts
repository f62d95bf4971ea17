// Toolkits of JavaScript that own a database: prisma, drizzle, sequelize, typeorm, knex, mikro-orm.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, resource, unknown, write } from '../effects.ts'
import { meaningsOf, when } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const database = meaningsOf('database')
/** Which database it is, the project's settings say. */
const gone = database.destroys('schema', { at: null })
const partly = database.destroys('schema', { at: null, extent: 'some' })
const changed = database.writes('schema', { at: null })

function dbExecute({ args, invocation }: Call): Meant {
  const { input } = invocation
  if (args.has('--file')) {
    return { effects: [unknown('what is in that file is not known here')], carried: [] }
  }
  if (input.kind !== 'text') {
    return { effects: [unknown('the statements are not known here')], carried: [] }
  }
  const engine = 'postgres'
  return { effects: [], carried: [{ kind: 'sql', engine, text: input.text, target: null }] }
}

const prisma = cli({
  programs: ['prisma', 'prisma2'],
  valued:
    '--schema --name -n --config --url --file --from-url --to-url --applied --rolled-back --port -p',
  bare: '--skip-generate --skip-seed --create-only --force-reset --accept-data-loss --stdin --watch',
  help: '--help -h --version -v',
  rows: {
    'init|generate|validate|format|version|debug|studio|platform|dev|mcp|bootstrap': nothing,
    'db pull|seed': changed,
    'db push': (call) => {
      if (call.args.has('--force-reset')) return gone(call)
      return call.args.has('--accept-data-loss') ? partly(call) : changed(call)
    },
    'db execute': dbExecute,
    'migrate status|diff': nothing,
    'migrate deploy|resolve|dev': changed,
    'migrate reset': gone,
    'db drop': gone,
  },
})

const drizzle = cli({
  programs: ['drizzle-kit'],
  valued: '--config --dialect --schema --out --url --port --host --name',
  bare: '--force --verbose --strict --custom',
  rows: {
    'generate|check|studio|introspect|pull|export|up': nothing,
    'generate:pg|generate:mysql|generate:sqlite|introspect:pg|introspect:mysql|check:pg': nothing,
    migrate: changed,
    'push|push:pg|push:mysql|push:sqlite': when('--force', partly, changed),
    drop: database.destroys('migration', { at: null, undo: 'trivial' }),
  },
})

const sequelize = cli({
  programs: ['sequelize', 'sequelize-cli'],
  valued: '--env --config --options-path --url --name --to --from --seed --models-path',
  rows: {
    'init|init:config|init:models|init:migrations|migration:generate|migration:create': nothing,
    'model:generate|model:create|seed:generate|db:migrate:status|help': nothing,
    'db:migrate|db:create|db:seed|db:seed:all|db:migrate:schema:timestamps:add': changed,
    'db:drop': gone,
    'db:migrate:undo|db:seed:undo': partly,
    'db:migrate:undo:all|db:seed:undo:all': gone,
  },
})

const typeorm = cli({
  programs: ['typeorm', 'typeorm-ts-node-commonjs', 'typeorm-ts-node-esm'],
  valued: '-d --dataSource --config -f --connection -c -t --transaction -o --outputJs',
  rows: {
    'migration:show|migration:create|migration:generate|schema:log|entity:create|cache:clear':
      nothing,
    'init|subscriber:create|version': nothing,
    'migration:run': changed,
    'migration:revert': partly,
    'schema:sync': partly,
    'schema:drop': gone,
    query: queryOf,
  },
})

function queryOf({ args }: Call): Meant {
  const text = args.operands[0]?.text ?? null
  if (text === null) return { effects: [unknown('the statement is not known here')], carried: [] }
  return { effects: [], carried: [{ kind: 'sql', engine: 'other', text, target: null }] }
}

const knex = cli({
  programs: ['knex'],
  valued: '--knexfile --knexpath --cwd --client --connection --env --esm -x --migrations-directory',
  rows: {
    'init|migrate:list|migrate:status|migrate:currentVersion|migrate:currentversion': nothing,
    'migrate:make|seed:make': nothing,
    'migrate:latest|migrate:up|seed:run|migrate:unlock': changed,
    'migrate:rollback': when('--all', gone, partly),
    'migrate:down': partly,
  },
})

const kysely = cli({
  programs: ['kysely'],
  valued: '--environment -e --cwd --config',
  rows: {
    'init|migrate:list|migrate:make|seed:list|seed:make': nothing,
    'migrate:latest|migrate:up|seed:run': changed,
    'migrate latest|up': changed,
    'migrate:rollback': when('--all', gone, partly),
    'migrate:down': partly,
    'migrate down|rollback': partly,
  },
})

/** Without `--run` it only shows; `schema:fresh` needs no more. */
const onlyRun =
  (meaning: Meaning): Meaning =>
  (call) =>
    call.args.has('--run', '-r') ? meaning(call) : []

const mikro = cli({
  programs: ['mikro-orm', 'mikro-orm-esm'],
  valued: '--config --to --from --only --seed --context',
  dry: '--dump -d',
  rows: {
    'generate-cache|cache:generate|cache:clear|debug|generate-entities|database:import': nothing,
    'migration:create|migration:list|migration:check|migration:pending|migration:log': nothing,
    'migration:up|schema:create|seeder:run|seeder:create|schema:update': changed,
    'migration:down': partly,
    'migration:fresh': gone,
    'schema:drop': onlyRun(gone),
    'schema:fresh': gone,
    'database:create': when('--drop', gone, changed),
    'database:drop': gone,
  },
})

/** db-migrate, node-pg-migrate, umzug and others: `up` and `down`. */
const steps = cli({
  programs: ['db-migrate', 'node-pg-migrate', 'migrate-mongo', 'postgrator', 'graphile-migrate'],
  valued: '-m --migrations-dir --database-url-var -t --schema -f -e --env --config --count',
  rows: {
    'create|status|list|check|init|config|watch|compile|completed': nothing,
    'up|migrate|run|commit': changed,
    'down|redo|uncommit|rollback': partly,
    reset: gone,
    'db:drop': gone,
    'db:create': changed,
  },
})

/** `strapi`, `medusa`, `payload`, `directus`: what they do to a database. */
const contents = cli({
  programs: ['strapi', 'medusa', 'payload', 'directus', 'keystone'],
  rows: {
    'develop|dev|start|build|console|version|help|generate|report|exec|plugin|db:generate': nothing,
    'export|migrate:status|migrate:create|snapshot|bootstrap|init|cache': nothing,
    'import|restore': () => [destroy(resource('database', 'content', null), 'some')],
    transfer: () => [destroy(resource('database', 'content', null), 'some')],
    'migrate|db:migrate|db:setup|db:sync|seed|user|users|database': () => [
      write(resource('database', 'content', null)),
    ],
    'migrate:down|migrate:refresh|db:rollback': partly,
    'migrate:fresh|migrate:reset': gone,
    'admin:create|admin:create-user|admin:reset|admin:reset-user-password|users:create': (call) =>
      meaningsOf('database').escalates('user', { at: null })(call),
  },
  otherwise: () => [],
})

export const scripts: readonly CommandRow[] = [
  prisma,
  drizzle,
  sequelize,
  typeorm,
  knex,
  kysely,
  mikro,
  steps,
  contents,
]
