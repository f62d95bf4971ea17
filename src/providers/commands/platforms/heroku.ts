// heroku: https://devcenter.heroku.com/articles/heroku-cli-commands
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { escalate, resource, unknown } from '../effects.ts'
import { meaningsOf, runsElsewhere, valueOf } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const heroku = meaningsOf('heroku')
const app = { from: '--app -a' }
const ofApp = { ...app, at: null }

/** `pg:reset` before it is split at its colon; an operand where it has one. */
const rows: Readonly<Record<string, Meaning>> = {
  'apps:destroy|destroy|apps:delete': heroku.destroys('app', app),
  'apps:create|create|apps:rename|rename|apps:transfer|apps:join|apps:lock': heroku.writes('app'),
  'apps:leave|leave|apps:unlock|unlock': heroku.writes('app', ofApp),
  'apps|list|apps:info|info|apps:errors|apps:favorites|apps:open|open|apps:stacks': nothing,
  'addons:destroy|addons:remove': heroku.destroys('addon', { each: true }),
  'addons:detach': heroku.stops('addon'),
  'addons:create|addons:add|addons:attach|addons:upgrade|addons:downgrade|addons:rename':
    heroku.writes('addon'),
  'pg:reset': heroku.destroys('database'),
  'pg:copy|pg:push|pg:upgrade': heroku.destroys('database', { at: 1, extent: 'some' }),
  'pg:pull': heroku.writes('database', { at: 1 }),
  'pg:backups:delete': heroku.destroys('backup'),
  'pg:backups:restore': heroku.destroys('database', { at: 1, extent: 'some' }),
  'pg:backups:unschedule|pg:backups:cancel': heroku.disarms('backup-schedule'),
  'pg:backups:capture|pg:backups:schedule|pg:backups:download': heroku.writes('backup'),
  'pg:backups:url': heroku.discloses('backup'),
  'pg:credentials:create|pg:credentials:rotate|pg:credentials:repair-default':
    heroku.escalates('database'),
  'pg:credentials:destroy': heroku.destroys('database', { extent: 'some' }),
  'pg:credentials:url': heroku.discloses('database'),
  'pg:promote|pg:unfollow|pg:settings|pg:maintenance:run|pg:connection-pooling:attach|pg:wait':
    heroku.writes('database'),
  'pg:killall|pg:kill': heroku.stops('database', { at: null }),
  'pg:psql|psql': psql,
  'pg|pg:info|pg:backups|pg:backups:info|pg:backups:schedules|pg:credentials|pg:ps|pg:links':
    nothing,
  'pg:diagnose|pg:bloat|pg:locks|pg:blocking|pg:outliers|pg:vacuum-stats': nothing,
  'redis:reset|redis:destroy': heroku.destroys('redis'),
  'redis:cli': heroku.escalates('redis'),
  'redis:credentials': heroku.discloses('redis'),
  'redis:promote|redis:timeout|redis:maxmemory|redis:upgrade': heroku.writes('redis'),
  'redis|redis:info|redis:wait': nothing,
  'config|config:get|config:edit': heroku.discloses('variable', ofApp),
  'config:set|config:add': heroku.writes('variable', ofApp),
  'config:unset|config:remove': heroku.destroys('variable', { each: true }),
  'ps:scale|dyno:scale|scale': (call) =>
    call.args.operands.some(({ text }) => text === null || /[=@]0\b/.test(text))
      ? heroku.stops('app', ofApp)(call)
      : heroku.writes('app', ofApp)(call),
  'ps:stop|ps:kill|dyno:stop|dyno:kill|stop|kill': heroku.stops('dyno'),
  'ps:restart|ps:type|ps:resize|dyno:restart|restart|resize': heroku.writes('dyno', ofApp),
  'ps|ps:wait|ps:autoscale:enable|releases|releases:info|releases:output|releases:retry|logs':
    nothing,
  'releases:rollback|rollback': heroku.writes('app', ofApp),
  'maintenance:on': heroku.stops('app', ofApp),
  'maintenance:off|maintenance': heroku.writes('app', ofApp),
  'domains:remove|domains:clear': heroku.destroys('domain'),
  'domains:add|domains:update|domains:wait': heroku.writes('domain'),
  'certs:remove': heroku.destroys('certificate', ofApp),
  'certs:add|certs:update|certs:auto|certs:auto:enable': heroku.writes('certificate', ofApp),
  'certs:auto:disable': heroku.disarms('certificate', ofApp),
  'access:add|access:update|members:add|members:set|sharing:add': heroku.escalates('collaborator'),
  'access:remove|members:remove|sharing:remove': heroku.destroys('collaborator'),
  'authorizations:create|authorizations:rotate|clients:create': heroku.escalates('token'),
  'authorizations:revoke|authorizations:destroy|clients:destroy': heroku.destroys('token'),
  'auth:token|authorizations:info': heroku.discloses('token', { at: null }),
  'keys:add': heroku.escalates('key'),
  'keys:remove|keys:clear': heroku.destroys('key'),
  'run|run:inside|run:detached': run,
  'ps:exec|ps:forward|ps:socks|ps:copy|dyno:exec|console': heroku.escalates('dyno', ofApp),
  'pipelines:destroy|pipelines:remove': heroku.destroys('pipeline'),
  'pipelines:create|pipelines:add|pipelines:promote|pipelines:update': heroku.writes('pipeline'),
  'container:push|container:release|buildpacks:set|buildpacks:add|stack:set|git:remote|git:clone':
    heroku.writes('app', ofApp),
  'container:rm': heroku.stops('app', ofApp),
  'buildpacks:clear|buildpacks:remove': heroku.writes('app', ofApp),
  'drains:remove|logs:drains:remove': heroku.disarms('drain'),
  'drains:add': heroku.escalates('drain'),
  'features:enable|features:disable|labs:enable|labs:disable': heroku.writes('feature'),
  'spaces:destroy': heroku.destroys('space'),
  'data:maintenances:run|data:maintenances:schedule': heroku.writes('database'),
  'webhooks:add|webhooks:update': heroku.escalates('webhook'),
  'webhooks:remove': heroku.destroys('webhook'),
  'local|local:run|local:start|update|version|whoami|auth:whoami|login|logout|auth:login': nothing,
  'plugins|plugins:install|plugins:uninstall|autocomplete|status|regions|container:login': nothing,
  'container:pull|git:credentials|sessions|notifications|which|commands|search': nothing,
}

function run({ args }: Call): Meant {
  const words = args.operands
  const text = words.length === 1 ? (words[0]?.text ?? null) : null
  if (text !== null && /\s/.test(text)) {
    return { effects: [], carried: [{ kind: 'shell', text, directory: null }] }
  }
  return runsElsewhere('heroku', 'dyno', words)
}

function psql(call: Call): Meant {
  const { input } = call.invocation
  const given = valueOf(call.args, '-c') ?? valueOf(call.args, '--command')
  const text = given === null ? (input.kind === 'text' ? input.text : null) : given.text
  if (given === null && input.kind === 'inherited' && !call.args.has('-f', '--file')) {
    return { effects: [escalate(resource('heroku', 'database', null), 'some')], carried: [] }
  }
  if (text === null) return { effects: [unknown('the statements are not known here')], carried: [] }
  const target = call.args.operands[0]?.text ?? null
  return { effects: [], carried: [{ kind: 'sql', engine: 'postgres', text, target }] }
}

/** A topic with `s`, `:list`, `:info` or `:open` after it only shows. */
const shows = /^[\w-]+(:[\w-]+)*(:(list|info|open|docs|wait|status|url))$|^[a-z-]+s$/

export const herokuRow: CommandRow = cli({
  programs: ['heroku'],
  valued: `--app -a --remote -r --confirm -c --command --file -f --team -t --space -s --num -n
    --source --dyno -d --size --type --env -e --region --buildpack -b --stack --as
    --credential --name`,
  bare: '--tail --shell -j --no-notify --wait -x --exit-code --no-tty --no-wait -p --permanent',
  rows,
  otherwise: ({ args }) => (shows.test(args.operands[0]?.text ?? '') ? [] : null),
})
