// Keys, series, queues and topics by their own programs.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, escalate, read, resource, unknown, write } from '../effects.ts'
import { meaningsOf, nounThenVerb, valueOf, when } from '../meanings.ts'
import { command, nothing } from '../row.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { inputOf, sql, sqlOf, together } from './statements.ts'

const etcd = meaningsOf('etcd')
const rabbit = meaningsOf('rabbitmq')
const influxOf = meaningsOf('influx')
const couchbase = meaningsOf('couchbase')

const etcdctl = cli({
  programs: ['etcdctl', 'etcdutl'],
  valued: `--endpoints --cacert --cert --key --user --password --command-timeout --dial-timeout -w
    --write-out --data-dir --lease --rev`,
  bare: '--prefix --keys-only --from-key --print-value-only --prev-kv --insecure-skip-tls-verify',
  rows: {
    'get|version|watch|check|endpoint|completion|lock|elect|help': nothing,
    'member|role|user|lease|auth|alarm list|get|status': nothing,
    'put|txn|compaction|defrag|move-leader|make-mirror': (call) =>
      call.verb.endsWith('txn')
        ? [unknown('what the transaction does is not known here')]
        : etcd.writes('key')(call),
    'del|rm|rmdir': etcd.destroys('key'),
    'member add|update|promote': etcd.writes('member'),
    'member remove': etcd.destroys('member'),
    'lease grant|keep-alive|timetolive': etcd.writes('lease'),
    'lease revoke': etcd.destroys('lease'),
    'snapshot save|status|hashkv': nothing,
    'snapshot restore': etcd.destroys('cluster', { at: null }),
    'auth enable': etcd.writes('cluster', { at: null }),
    'auth disable': etcd.disarms('cluster', { at: null }),
    'user|role add|grant-role|grant-permission|passwd': etcd.escalates('user'),
    'user|role delete|revoke-role|revoke-permission': etcd.destroys('user'),
    'alarm disarm': etcd.writes('cluster', { at: null }),
  },
})

/** One program, and options that say what is done. */
const kafkaTopics: Meaning = ({ args }) => {
  const on = resource('kafka', 'topic', valueOf(args, '--topic')?.text ?? null)
  if (args.has('--delete')) return [destroy(on)]
  if (args.has('--create', '--alter')) return [write(on)]
  return args.has('--list', '--describe', '--help', '--version')
    ? []
    : [unknown('it is not said here what is done to topics')]
}

const kafkaSettings: Meaning = ({ args }) => {
  const on = resource('kafka', 'configuration', valueOf(args, '--entity-name')?.text ?? null)
  if (!args.has('--alter')) return []
  const text = valueOf(args, '--add-config')
  const gone =
    args.has('--delete-config') || /retention|cleanup|delete/.test(text?.text ?? 'retention')
  return gone ? [destroy(on, 'some')] : [write(on)]
}

const kafkaGroups: Meaning = ({ args }) => {
  const on = resource('kafka', 'group', valueOf(args, '--group')?.text ?? null)
  if (args.has('--delete', '--delete-offsets')) return [destroy(on)]
  if (args.has('--reset-offsets')) return args.has('--execute') ? [destroy(on, 'some')] : []
  return []
}

const kafkaAcls: Meaning = ({ args }) => {
  const on = resource('kafka', 'acl', valueOf(args, '--topic')?.text ?? null)
  if (args.has('--add')) return [escalate(on, 'some')]
  return args.has('--remove') ? [destroy(on, 'some')] : []
}

const kafkaValued = {
  valued: `--bootstrap-server --zookeeper --topic --entity-type --entity-name --add-config
    --group --delete-config --command-config --partitions --replication-factor --config
    --offset-json-file --producer-property --consumer-property --execute-file`.split(/\s+/),
} as const

function kafka(name: string, meaning: Meaning): CommandRow {
  return command([name, `${name}.sh`], kafkaValued, meaning)
}

const onCluster =
  (effect: typeof destroy): Meaning =>
  () => [effect(resource('kafka', 'cluster', null), 'some')]

const kafkaRows: readonly CommandRow[] = [
  kafka('kafka-topics', kafkaTopics),
  kafka('kafka-configs', kafkaSettings),
  kafka('kafka-consumer-groups', kafkaGroups),
  kafka('kafka-acls', kafkaAcls),
  kafka('kafka-delete-records', onCluster(destroy)),
  kafka('kafka-server-stop', () => [destroy(resource('kafka', 'server', null), 'some', 'trivial')]),
  kafka('kafka-streams-application-reset', ({ args }) =>
    args.says('--dry-run') ? [] : [destroy(resource('kafka', 'application', null), 'some')],
  ),
  kafka('kafka-storage', ({ args }) =>
    args.operands[0]?.text === 'format' ? [destroy(resource('kafka', 'storage', null))] : [],
  ),
  kafka('kafka-console-producer', ({ args }) => [
    write(resource('kafka', 'topic', valueOf(args, '--topic')?.text ?? null)),
  ]),
  kafka('kafka-console-consumer', ({ args }) => [
    read(resource('kafka', 'topic', valueOf(args, '--topic')?.text ?? null)),
  ]),
]

const rabbitmqctl = cli({
  programs: ['rabbitmqctl', 'rabbitmq-queues', 'rabbitmq-diagnostics', 'rabbitmq-plugins'],
  valued: '-n --node -p --vhost -t --timeout --formatter',
  rows: {
    'status|ping|environment|cluster_status|report|version|help|wait|cipher_suites': nothing,
    'reset|force_reset': rabbit.destroys('node', { at: null }),
    'stop|stop_app|shutdown|suspend_all_listeners|close_connection|close_all_connections':
      rabbit.stops('node', { at: null }),
    'start_app|sync_queue|resume_all_listeners|join_cluster|rename_cluster_node': rabbit.writes(
      'node',
      { at: null },
    ),
    'delete_queue|purge_queue': rabbit.destroys('queue'),
    delete_vhost: rabbit.destroys('vhost'),
    delete_user: rabbit.destroys('user'),
    'forget_cluster_node|delete_member': rabbit.destroys('node'),
    'clear_policy|clear_operator_policy|clear_parameter|clear_permissions|clear_password|disable_feature_flag':
      rabbit.destroys('policy', { extent: 'some' }),
    'add_user|change_password|set_user_tags|set_permissions|set_topic_permissions':
      rabbit.escalates('user'),
    'eval|exec|eval_file': rabbit.escalates('node', { at: null }),
    'authenticate_user|await_startup|await_online_nodes': nothing,
    'enable|set': rabbit.writes('plugin'),
    disable: rabbit.stops('plugin'),
  },
  /** `list_queues`, `add_vhost`: the verb comes first, before a line. */
  otherwise: (call) => nounThenVerb('rabbitmq', { verbFirst: true })(call),
})

const rabbitmqadmin = cli({
  programs: ['rabbitmqadmin'],
  valued: '-H --host -P --port -u --username -p --password -V --vhost -f --format -c --config',
  rows: {
    'list|show|help|get|export': nothing,
    'declare|publish': rabbit.writes('queue'),
    'delete|purge': rabbit.destroys('queue', { at: 1 }),
    close: rabbit.stops('connection', { at: 1 }),
    import: rabbit.destroys('definitions', { at: null, extent: 'some' }),
  },
})

/** Version 1 is given InfluxQL; version 2 has subcommands. */
function influxOne(call: Call): Meant {
  const given = call.args.values('-execute', '--execute')
  const target = call.args.value('-database', '--database')?.text ?? null
  if (given.length > 0) return together(given.map((word) => sqlOf('other', word, target)))
  return inputOf(call.invocation.input, (text) => sql('other', text, target))
}

const influx = cli({
  programs: ['influx'],
  dash: 'word',
  valued: `-execute --execute -database --database -host --host -port -username -password
    -precision -format --bucket --org -o -t --token --start --stop -n --name -i --id -p
    --predicate -f --file`,
  help: '--help -h -help version',
  rows: {
    'ping|version|export|help': nothing,
    query: influxOf.reads('bucket', { at: null }),
    write: influxOf.writes('bucket', { from: '--bucket -b' }),
    delete: influxOf.destroys('bucket', { from: '--bucket', extent: 'some' }),
    'bucket|org|task|template|stacks|dashboards|telegrafs delete': influxOf.destroys('bucket', {
      from: '-n --name -i --id',
    }),
    restore: influxOf.destroys('server', { at: null, extent: 'some' }),
    backup: nothing,
    'auth|user|v1 create|password': influxOf.escalates('authorization', { at: null }),
    'config|completion|setup': nothing,
    apply: influxOf.writes('template', { at: null }),
  },
  otherwise: nounThenVerb('influx', { from: '-n --name -i --id' }),
  alone: influxOne,
})

const couchbaseCli = cli({
  programs: ['couchbase-cli'],
  valued: '-c --cluster -u --username -p --password --bucket --server-remove --server-failover',
  rows: {
    'bucket-delete|bucket-flush': couchbase.destroys('bucket', { from: '--bucket' }),
    'bucket-list|server-list|server-info|host-list|help|rebalance-status|collection-manage':
      nothing,
    'failover|node-reset|server-eshell': couchbase.destroys('node', { at: null }),
    'rebalance|bucket-edit|bucket-create|bucket-compact|server-add|cluster-init': when(
      '--server-remove',
      couchbase.destroys('node', { from: '--server-remove' }),
      couchbase.writes('cluster', { at: null }),
    ),
    'user-manage|reset-admin-password': couchbase.escalates('user', { at: null }),
  },
})

export const streamRows: readonly CommandRow[] = [
  etcdctl,
  ...kafkaRows,
  rabbitmqctl,
  rabbitmqadmin,
  influx,
  couchbaseCli,
]
