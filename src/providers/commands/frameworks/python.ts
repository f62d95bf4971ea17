// django, alembic and their kin. As modules and as files of `python` they come here too.
import type { Effect } from '../../../domain/effect.ts'
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, escalate, resource, unknown, write } from '../effects.ts'
import { meaningsOf } from '../meanings.ts'
import { nothing } from '../row.ts'
import type { Meaning } from '../row.ts'

const database = meaningsOf('database')
const gone = database.destroys('schema', { at: null })
const partly = database.destroys('schema', { at: null, extent: 'some' })
const changed = database.writes('schema', { at: null })

/** Back to `zero` takes the tables of an app. */
const migrate: Meaning = (call) => {
  if (call.args.says('--plan', '--check')) return []
  const [app, target] = call.args.operands
  if (app?.text === null || target?.text === null) {
    return [unknown('which migration it goes to is not known here')]
  }
  return target?.text === 'zero' ? gone(call) : changed(call)
}

/** Python that calls Django's own objects: read by the names that it calls. */
const program: Meaning = ({ args, invocation }) => {
  const given = args.value('-c', '--command')
  const { input } = invocation
  if (given === null && input.kind === 'inherited') {
    return [escalate(resource('database', 'schema', null), 'some')]
  }
  const text = given === null ? (input.kind === 'text' ? input.text : null) : given.text
  return text === null ? [unknown('the Python that it runs is not known here')] : pythonOf(text)
}

const removing =
  /\.(delete|raw_delete|bulk_update|update|truncate|flush|drop|drop_all|clear|set_password)\s*\(|\b(DROP|TRUNCATE|DELETE FROM|flush)\b|call_command\(/
const running =
  /\b(exec|eval|compile|__import__|getattr|setattr|globals|open|os|sys|subprocess|shutil|pathlib|importlib|socket|pickle|cursor|ctypes)\b/

function pythonOf(text: string): readonly Effect[] {
  const found: Effect[] = []
  if (removing.test(text)) found.push(destroy(resource('database', 'schema', null), 'some'))
  if (running.test(text)) found.push(unknown('what the Python runs is not known here'))
  if (found.length === 0 && /\.(create|save|bulk_create|get_or_create|add)\s*\(/.test(text)) {
    return [write(resource('database', 'schema', null))]
  }
  return found
}

const django = cli({
  programs: ['manage.py', 'django-admin', 'django-admin.py'],
  valued: `--settings --pythonpath --database -v --verbosity -c --command --tag -n --name -i --format
    --indent --exclude -o --output --host --port`,
  bare: '--noinput --no-input --traceback --no-color --force-color --skip-checks --fake --run-syncdb',
  help: '--help -h --version',
  rows: {
    'runserver|makemigrations|showmigrations|sqlflush|sqlmigrate|sqlsequencereset|check|test':
      nothing,
    'dumpdata|inspectdb|diffsettings|findstatic|makemessages|compilemessages|startapp|version':
      nothing,
    'startproject|testserver|show_urls|optimizemigration|sendtestemail|spectacular|graph_models':
      nothing,
    collectstatic: nothing,
    migrate,
    'flush|reset_db|sqlreset|reset_schema|truncate|wipe_db|flush_db|drop_test_database': gone,
    squashmigrations: database.writes('migration', { at: null }),
    'loaddata|createcachetable|clearsessions|remove_stale_contenttypes|clear_cache|seed': changed,
    'createsuperuser|changepassword|create_superuser|drf_create_token': database.escalates('user', {
      at: null,
    }),
    'shell|shell_plus': program,
    dbshell: (call) => {
      const { input } = call.invocation
      if (call.args.operands.length === 0 && input.kind === 'nothing') return []
      return [unknown('what its shell of the database is told is not known here')]
    },
    'delete_model|clean_duplicate_history|clean_old_history|delete_squashed_migrations': partly,
  },
  /** Commands of the project's own: their names may say that something goes. */
  otherwise: ({ args }) => {
    const name = args.operands[0]?.text ?? null
    if (name === null) return null
    return /(^|_)(delete|drop|wipe|purge|reset|flush|truncate|destroy|clear)(_|$)/.test(name)
      ? [destroy(resource('database', 'schema', null), 'some')]
      : []
  },
})

const alembic = cli({
  programs: ['alembic'],
  valued: '-c --config -n --name -x -m --message --rev-id --branch-label --version-path --splice',
  bare: '--autogenerate --raiseerr --tag --head-only -i -v',
  dry: '--sql',
  rows: {
    'branches|check|current|edit|heads|history|init|list_templates|merge|revision|show': nothing,
    'ensure_version|upgrade|stamp': changed,
    downgrade: (call) => (call.args.operands[0]?.text === 'base' ? gone(call) : partly(call)),
  },
})

/** `flask db downgrade` is alembic's. */
const flask = cli({
  programs: ['flask'],
  valued: '-A --app -e --env-file -d --directory -x -m --message --host -h --port -p',
  bare: '--debug --no-debug --reload',
  help: '--help --version',
  dry: '--sql',
  rows: {
    'run|routes|shell|translate': nothing,
    'db init|migrate|revision|current|history|heads|branches|show|check|merge|edit|list-templates':
      nothing,
    'db upgrade|stamp': changed,
    'db downgrade': (call) => (call.args.operands[0]?.text === 'base' ? gone(call) : partly(call)),
  },
  otherwise: ({ args }) => {
    const name = args.operands.map(({ text }) => text ?? '').join(' ')
    return /(^|[-_ ])(drop|wipe|reset|purge|delete|truncate)([-_ ]|$)/.test(name)
      ? [destroy(resource('database', 'schema', null), 'some')]
      : []
  },
})

const aerich = cli({
  programs: ['aerich', 'piccolo', 'yoyo', 'orator'],
  valued: '-c --config --app -v -d --database',
  rows: {
    'init|heads|history|inspectdb|list|new|mark|unmark': nothing,
    'init-db|migrate|upgrade|apply|schema|break-lock': changed,
    'migrations check|new': nothing,
    'migrations forwards': changed,
    'migrations backwards': partly,
    'downgrade|rollback|reapply|migrate:rollback': partly,
    'migrate:reset|migrate:refresh': gone,
  },
  otherwise: () => [],
})

const jobs = cli({
  programs: ['airflow', 'superset', 'prefect', 'dagster', 'mlflow', 'dbt', 'celery', 'rq'],
  valued: '-A --app -d --profiles-dir --target --project-dir -q --dag-id --conf',
  rows: {
    'db reset': gone,
    'db downgrade': partly,
    'db clean': partly,
    'db migrate|upgrade|init|check|shell|check-migrations': changed,
    'dags|tasks delete|clear': database.destroys('dag'),
    'server database reset': gone,
    'server database downgrade': partly,
    'deployment|flow|flow-run|work-queue|work-pool|variable|block delete':
      database.destroys('flow'),
    'experiments|runs delete': database.destroys('experiment'),
    gc: database.destroys('experiment', { at: null }),
    'run wipe|delete': database.destroys('run'),
    'asset wipe': database.destroys('asset'),
    purge: database.destroys('queue', { at: null }),
    empty: database.destroys('queue'),
    'users create': database.escalates('user', { at: null }),
    'fab create-admin': database.escalates('user', { at: null }),
    'run|build|seed|snapshot|run-operation|retry': (call) =>
      call.args.has('--full-refresh') ? partly(call) : changed(call),
  },
  otherwise: () => [],
})

export const pythonRows: readonly CommandRow[] = [django, alembic, flask, aerich, jobs]
