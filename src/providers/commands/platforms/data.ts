// Databases by subscription: supabase, neon, planetscale, turso, upstash, atlas.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { escalate, resource, unknown } from '../effects.ts'
import { meaningsOf, nounThenVerb, valueOf, when } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const supabaseOf = meaningsOf('supabase')
const neonOf = meaningsOf('neon')
const planetscaleOf = meaningsOf('planetscale')
const tursoOf = meaningsOf('turso')
const upstashOf = meaningsOf('upstash')
const atlasOf = meaningsOf('mongodb')

/** Without `--linked` or `--db-url` it is the database of this machine: just as gone. */
const reset: Meaning = (call) =>
  supabaseOf.destroys('database', { from: '--db-url', at: null })(call)

const supabase = cli({
  programs: ['supabase'],
  valued: `--workdir --project-ref --db-url -p --password --profile -s --schema -f --file
    --network-id --dns-resolver -o --output --version --lang --env-file --size --region
    --org-id --plan --last --create-ticket`,
  bare: '--linked --local --experimental --no-backup --no-seed --use-migra --include-all -r',
  help: '--help -h --version -v',
  rows: {
    'init|start|status|login|logout|link|unlink|gen|services|completion|bootstrap|test': nothing,
    stop: when('--no-backup', supabaseOf.destroys('database', { at: null }), nothing),
    'db reset': reset,
    'db push|remote|start': supabaseOf.writes('database', { at: null }),
    'db diff|dump|pull|lint|schema|advisors': nothing,
    'db query': queryOf('postgres'),
    'migration new|list|fetch': nothing,
    'migration up|repair|squash': supabaseOf.writes('database', { at: null }),
    'migration down': reset,
    'projects list': nothing,
    'projects create': supabaseOf.writes('project'),
    'projects delete': supabaseOf.destroys('project'),
    'projects api-keys': supabaseOf.discloses('project', { from: '--project-ref', at: null }),
    'branches list|get': nothing,
    'branches create|update|unpause': supabaseOf.writes('branch'),
    'branches delete|disable': supabaseOf.destroys('branch'),
    'branches pause': supabaseOf.stops('branch'),
    'functions list|serve|new|download': nothing,
    'functions deploy': supabaseOf.writes('function'),
    'functions delete': supabaseOf.destroys('function'),
    'secrets list': nothing,
    'secrets set': supabaseOf.writes('secret', { at: null }),
    'secrets unset': supabaseOf.destroys('secret', { each: true }),
    'storage ls|cp': supabaseOf.writes('storage', { at: 1 }),
    'storage mv': supabaseOf.destroys('storage', { extent: 'some' }),
    'storage rm': supabaseOf.destroys('storage', { each: true }),
    'config push': supabaseOf.writes('project', { at: null }),
    'inspect db|report': nothing,
    'backups list': nothing,
    'backups restore': supabaseOf.destroys('database', { at: null }),
    'seed buckets': supabaseOf.writes('storage', { at: null }),
    'network-restrictions|ssl-enforcement|network-bans get': nothing,
    'network-restrictions|ssl-enforcement update': supabaseOf.disarms('project', { at: null }),
    'network-bans remove': supabaseOf.disarms('project', { at: null }),
    'encryption update-root-key': supabaseOf.destroys('project', { at: null }),
  },
  otherwise: nounThenVerb('supabase'),
})

function queryOf(engine: 'postgres' | 'sqlite', index = 0): Meaning {
  return ({ args, invocation }): Meant => {
    const { input } = invocation
    const word = args.operands[index] ?? valueOf(args, '--query')
    const text = word === null ? (input.kind === 'text' ? input.text : null) : word.text
    if (text === null) {
      return { effects: [unknown('the statements are not known here')], carried: [] }
    }
    return { effects: [], carried: [{ kind: 'sql', engine, text, target: null }] }
  }
}

const neon = cli({
  programs: ['neonctl', 'neon'],
  valued: `--project-id --org-id -o --output --config-dir --api-key --branch --name --parent
    --role-name --database-name --compute`,
  bare: '--no-analytics --pooled --prisma --ssl',
  help: '--help -h --version -v',
  rows: {
    'auth|login|me|completion|set-context|orgs|operations|init|bootstrap': nothing,
    'connection-string|cs': neonOf.discloses('branch'),
    'branch|branches restore': neonOf.destroys('branch', { extent: 'some' }),
    'branch|branches reset': neonOf.destroys('branch', { extent: 'some' }),
    'branch|branches set-default|rename|create|add-compute|set-expiration|schema-diff':
      neonOf.writes('branch'),
    'role|roles create': neonOf.escalates('role'),
    'ip-allow add|reset|remove': neonOf.disarms('project', { at: null }),
    'ip-allow list': nothing,
    'operations cancel': neonOf.stops('operation'),
  },
  otherwise: nounThenVerb('neon'),
})

const pscale = cli({
  programs: ['pscale'],
  valued: `--org --config --api-token --service-token --service-token-id --service-token-name -f
    --format --api-url --from --region --role --host --port --remote-addr --local-addr
    --execute`,
  help: '--help -h --version',
  rows: {
    'auth|signup|version|completion|region|audit-log|ping': nothing,
    'database|db|databases dump': planetscaleOf.reads('database'),
    'database|db|databases restore-dump': planetscaleOf.destroys('database', { extent: 'some' }),
    'branch schema|diff|show|list|lint|routing-rules': nothing,
    'branch safe-migrations enable': planetscaleOf.writes('branch', { at: 1 }),
    'branch safe-migrations disable': planetscaleOf.disarms('branch', { at: 1 }),
    'branch delete': planetscaleOf.destroys('branch', { at: 1 }),
    'branch create|promote|demote|refresh-schema': planetscaleOf.writes('branch', { at: 1 }),
    'backup delete': planetscaleOf.destroys('backup', { at: 2 }),
    'backup restore|create': planetscaleOf.writes('branch', { at: 1 }),
    'password|service-token|role create|add-access': planetscaleOf.escalates('password'),
    'password|service-token|role list|show': nothing,
    'role get': planetscaleOf.discloses('role'),
    'deploy-request list|show|diff|create|review|comment|apply|deploy|close|edit':
      planetscaleOf.writes('deploy-request'),
    'deploy-request revert|cancel|skip-revert': planetscaleOf.destroys('deploy-request'),
    'shell|connect|sql': planetscaleOf.escalates('database'),
    api: planetscaleOf.escalates('database', { at: null }),
  },
  otherwise: nounThenVerb('planetscale'),
})

const turso = cli({
  programs: ['turso'],
  valued: '-c --config-path --group --location --instance --expiration -e --from-file --from-dump',
  help: '--help -h --version -v',
  rows: {
    'auth login|logout|whoami|signup': nothing,
    'auth token': tursoOf.discloses('token', { at: null }),
    'auth api-tokens mint': tursoOf.escalates('token'),
    'auth api-tokens list': nothing,
    'auth api-tokens revoke': tursoOf.destroys('token'),
    'config set|path|cache': nothing,
    'db list|show|inspect|locations|dump|export': nothing,
    'db create|import|update|wakeup|replicate|config': tursoOf.writes('database'),
    'db destroy': tursoOf.destroys('database', { each: true }),
    'db unreplicate|archive': tursoOf.stops('database'),
    'db tokens create': tursoOf.escalates('database'),
    'db tokens invalidate': tursoOf.destroys('token'),
    'db shell': shell,
    dev: nothing,
    'group tokens create': tursoOf.escalates('group'),
    'group tokens invalidate': tursoOf.destroys('token'),
    'group unarchive|update|aws-migration': tursoOf.writes('group'),
    'org list|members|switch|billing': nothing,
    'org members add|invite': tursoOf.escalates('organisation'),
    'plan show|select|upgrade|overages': tursoOf.writes('plan', { at: null }),
    'update|quickstart|contact|relax': nothing,
  },
  otherwise: nounThenVerb('turso'),
})

function shell(call: Call): Meant {
  const { args, invocation } = call
  const [database = null, statement = null] = args.operands
  const { input } = invocation
  if (statement === null && input.kind === 'inherited') {
    const on = resource('turso', 'database', database?.text ?? null)
    return { effects: [escalate(on, 'some')], carried: [] }
  }
  if (statement?.text?.startsWith('.') === true) {
    const reads = /^\.(dump|schema|tables|indexes|help|mode)\b/.test(statement.text)
    const effects = reads ? [] : [unknown('what this shell command does is not known here')]
    return { effects, carried: [] }
  }
  const engine = 'sqlite'
  const text = statement === null ? (input.kind === 'text' ? input.text : null) : statement.text
  if (text === null) return { effects: [unknown('the statements are not known here')], carried: [] }
  const target = database?.text ?? null
  return { effects: [], carried: [{ kind: 'sql', engine, text, target }] }
}

const upstash = cli({
  programs: ['upstash'],
  valued: '-c --config --id --name --region -r',
  rows: {
    'auth login|logout|whoami': nothing,
    'redis|kafka|qstash reset-password': upstashOf.escalates('database', { from: '--id' }),
    'redis get': upstashOf.discloses('database', { from: '--id' }),
    'redis list|stats': nothing,
    'redis enable-autoscaling|enable-multizone|enable-tls|move-to-team':
      upstashOf.writes('database'),
    'team add-member': upstashOf.escalates('team', { at: null }),
  },
  otherwise: nounThenVerb('upstash', { from: '--id --name' }),
})

/** Of `atlas`, the CLI of MongoDB's clusters: a tool for schemas has the same name. */
export const atlasRows: Readonly<Record<string, Meaning>> = {
  'auth|config|completion|setup|plugin': nothing,
  'dbusers|dbuser create|update': atlasOf.escalates('user', { from: '--username' }),
  'accessLists|accessList|accesslist create': atlasOf.escalates('access-list'),
  'accessLists|accessList|accesslist delete': atlasOf.destroys('access-list'),
  'organizations|projects apiKeys create|assign': atlasOf.escalates('api-key', { at: null }),
  'clusters connectionStrings describe': nothing,
  'clusters sampleData load': atlasOf.writes('cluster'),
  'clusters loadSampleData|failover|upgrade|watch': atlasOf.writes('cluster'),
  'backups schedule delete|update': atlasOf.disarms('backup-schedule'),
  'backups restores start': atlasOf.destroys('cluster', {
    from: '--targetClusterName --clusterName',
  }),
  'backups snapshots delete': atlasOf.destroys('snapshot'),
  'backups compliancePolicy setup|policies|enable|copyprotection': atlasOf.writes('backup-policy'),
  'auditing update': atlasOf.disarms('auditing', { at: null }),
}

const atlas = cli({
  programs: ['mongocli'],
  valued: '-P --profile --projectId --orgId -o --output --clusterName --username',
  rows: {
    ...Object.fromEntries(Object.entries(atlasRows).map(([key, row]) => [`atlas ${key}`, row])),
    'config|auth|completion': nothing,
  },
  otherwise: nounThenVerb('mongodb'),
})

export const dataPlatforms: readonly CommandRow[] = [supabase, neon, pscale, turso, upstash, atlas]
