// gcloud: groups, then a verb; gsutil and bq: a verb.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, disarm, resource, unknown, write } from '../effects.ts'
import { both, meaningsOf, nounThenVerb, runsElsewhere, valueOf, when } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const gcp = meaningsOf('gcp')

const secrets: Readonly<Record<string, Meaning>> = {
  'auth print-access-token|print-identity-token': gcp.discloses('token', { at: null }),
  'auth application-default print-access-token': gcp.discloses('token', { at: null }),
  'auth list': nothing,
  'secrets versions access': gcp.discloses('secret', { from: '--secret' }),
  'secrets versions destroy|disable': gcp.destroys('secret', { from: '--secret' }),
  'iam service-accounts keys create': gcp.escalates('service-account', { from: '--iam-account' }),
  'iam service-accounts create': gcp.escalates('service-account'),
  'iam service-accounts sign-jwt|sign-blob': gcp.escalates('service-account', { at: null }),
  'sql users create|set-password': gcp.escalates('sql-user'),
  'sql generate-login-token': gcp.discloses('token', { at: null }),
  'container clusters get-credentials': gcp.writes('kubeconfig'),
}

const power: Readonly<Record<string, Meaning>> = {
  'compute ssh': ({ args }): Meant => remote(args.values('--command')[0] ?? null),
  'compute scp': gcp.writes('instance', { at: null }),
  'compute config-ssh': gcp.writes('configuration', { at: null }),
  'compute connect-to-serial-port|start-iap-tunnel': gcp.escalates('instance'),
  'compute firewall-rules create|update': gcp.escalates('firewall-rule'),
  'compute firewall-rules delete': gcp.destroys('firewall-rule', { each: true }),
  'app instances ssh': gcp.escalates('app-instance'),
  'cloud-shell ssh': gcp.escalates('shell', { at: null }),
  'sql connect': gcp.escalates('sql-instance'),
  'run services proxy': gcp.escalates('service'),
  'run jobs execute': gcp.writes('job'),
  'run deploy': gcp.writes('service'),
  'functions call': gcp.escalates('function'),
  'functions deploy': gcp.writes('function'),
}

const guarding: Readonly<Record<string, Meaning>> = {
  'sql instances patch': (call) =>
    call.args.has('--no-deletion-protection', '--no-backup', '--no-enable-bin-log')
      ? [disarm(resource('gcp', 'sql-instance', call.args.operands[0]?.text ?? null), 'some')]
      : [write(resource('gcp', 'sql-instance', call.args.operands[0]?.text ?? null))],
  'compute instances update': when(
    '--no-deletion-protection',
    gcp.disarms('instance'),
    gcp.writes('instance'),
  ),
  'logging sinks delete|update': gcp.disarms('log-sink'),
  'services disable': gcp.destroys('service-api', { each: true }),
  'services enable': gcp.writes('service-api'),
  'monitoring policies delete': gcp.disarms('alert-policy'),
}

const data: Readonly<Record<string, Meaning>> = {
  'storage rm': gcp.destroys('storage', { each: true }),
  'storage mv': gcp.destroys('storage', { extent: 'some' }),
  'storage rsync': when(
    '--delete-unmatched-destination-objects',
    gcp.destroys('storage', { at: 1, extent: 'some' }),
    gcp.writes('storage', { at: 1 }),
  ),
  'storage cp': gcp.writes('storage', { at: 1 }),
  'storage cat|ls|du|hash': gcp.reads('storage'),
  'storage sign-url': gcp.discloses('storage'),
  'sql backups restore': gcp.destroys('sql-instance', { from: '--restore-instance' }),
  'sql instances restore-backup': gcp.destroys('sql-instance'),
  'sql import': gcp.destroys('sql-instance', { at: 1, extent: 'some' }),
  'sql export': gcp.writes('storage', { at: 2 }),
  'firestore import': gcp.destroys('firestore', { at: null, extent: 'some' }),
  'firestore export': gcp.writes('storage'),
  'firestore bulk-delete': gcp.destroys('firestore', { at: null }),
  'compute instances reset': gcp.stops('instance'),
  'compute instances simulate-maintenance-event': gcp.stops('instance'),
  'dns record-sets transaction remove': gcp.destroys('dns-record'),
  'dns record-sets transaction start|add|describe|abort': nothing,
  'spanner databases execute-sql': sqlOf('--sql'),
  'builds submit': gcp.writes('build', { at: null }),
  'app browse|open-console': nothing,
  'app deploy': gcp.writes('app', { at: null }),
  'config set|unset|configurations': gcp.writes('configuration', { at: null }),
  'init|version|info|feedback|survey|topic|cheat-sheet': nothing,
  'components list': nothing,
  'components install|update|remove': gcp.writes('configuration', { at: null }),
  'emulators firestore|pubsub|datastore|spanner|bigtable start': nothing,
}

function remote(command: ReturnType<typeof valueOf>): Meant {
  return runsElsewhere('gcp', 'instance', command === null ? [] : [command])
}

function sqlOf(option: string): Meaning {
  return ({ args }): Meant => {
    const text = valueOf(args, option)?.text ?? null
    if (text === null) return { effects: [unknown('the statement is not known here')], carried: [] }
    const carried = { kind: 'sql', engine: 'other', text, target: null } as const
    return { effects: [], carried: [carried] }
  }
}

/** `alpha` and `beta` stand before the same groups. */
function released(rows: Readonly<Record<string, Meaning>>): Readonly<Record<string, Meaning>> {
  const before = Object.entries(rows).map(([key, meaning]) => [`alpha|beta ${key}`, meaning])
  return { ...rows, ...(Object.fromEntries(before) as Record<string, Meaning>) }
}

const gcloud = cli({
  programs: ['gcloud'],
  valued: `--project --account --configuration --format --filter --region --zone --location
    --instance --impersonate-service-account --verbosity --billing-project --command
    --member --role --limit --sort-by --source --image --tag --restore-instance --secret
    --iam-account`,
  bare: '--quiet -q --log-http --async --user-output-enabled --delete-unmatched-destination-objects -r',
  help: '--help -h --version -v',
  rows: released({ ...secrets, ...power, ...guarding, ...data }),
  otherwise: nounThenVerb('gcp'),
  alone: nothing,
})

const gsutil = cli({
  programs: ['gsutil'],
  valued: '-o -h -u -i -j -x -y -c -p -l -b -s',
  bare: '-m -q -D -DD -r -R -f -a -n -d',
  help: '--help --version',
  rows: {
    'ls|du|stat|cat|hash|version|help|test|perfdiag': nothing,
    'cp|mb|setmeta|compose|rewrite': gcp.writes('storage', { at: 0 }),
    rsync: (call) => {
      if (call.args.says('-n')) return []
      const on = resource('gcp', 'storage', call.args.operands[1]?.text ?? null)
      return call.args.has('-d') ? [destroy(on, 'some')] : [write(on)]
    },
    'rm|rb': gcp.destroys('storage', { each: true }),
    mv: gcp.destroys('storage', { extent: 'some' }),
    'iam get': nothing,
    'iam ch|set': gcp.escalates('storage', { at: 1 }),
    'acl|defacl get': nothing,
    'acl|defacl ch|set': gcp.escalates('storage', { at: 1 }),
    'versioning|retention|lifecycle|pap|ubla get': nothing,
    'versioning set': (call) =>
      call.args.operands[0]?.text === 'on' ? gcp.writes('storage')(call) : loosened(call),
    'retention clear|set|event-default': loosened,
    'lifecycle set': gcp.destroys('storage', { at: 1, extent: 'some' }),
    'pap|ubla set': loosened,
    signurl: gcp.discloses('storage'),
    'hmac create': gcp.escalates('hmac-key', { at: null }),
    'hmac list|get': nothing,
  },
})

function loosened({ args }: Call) {
  return [disarm(resource('gcp', 'storage', args.operands[1]?.text ?? null), 'some')]
}

const bq = cli({
  programs: ['bq'],
  dash: 'word',
  valued: '--project_id --location --format --dataset_id -n --max_rows --destination_table',
  bare: '-r -f -d -t -j -m --use_legacy_sql --nouse_legacy_sql -q --headless',
  rows: {
    'ls|show|head|version|info|wait|init|help': nothing,
    'mk|cp|extract|insert|mkdef|update|partition|truncate': (call) =>
      /truncate$/.test(call.verb) ? gcp.destroys('table')(call) : gcp.writes('table')(call),
    load: when('--replace', gcp.destroys('table'), gcp.writes('table')),
    rm: gcp.destroys('table'),
    cancel: gcp.stops('job'),
    query: both(sqlOperand, when('--replace', gcp.destroys('table', { at: null }), nothing)),
    'set-iam-policy|add-iam-policy-binding': gcp.escalates('table'),
    'get-iam-policy': nothing,
  },
})

function sqlOperand({ args, invocation }: Call): Meant {
  const { input } = invocation
  const text = args.operands[0]?.text ?? (input.kind === 'text' ? input.text : null)
  if (text === null) return { effects: [unknown('the statement is not known here')], carried: [] }
  return { effects: [], carried: [{ kind: 'sql', engine: 'other', text, target: null }] }
}

export const google: readonly CommandRow[] = [gcloud, gsutil, bq]
