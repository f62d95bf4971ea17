// redis-cli: the first operand is a command, what follows are its arguments.
// https://redis.io/docs/latest/commands
import type { Effect } from '../../../domain/effect.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, disarm, disclose, escalate, read, resource, unknown, write } from '../effects.ts'
import { command } from '../row.ts'
import type { Call, Meant } from '../row.ts'
import { inputOf, none, only, together } from './statements.ts'

type Kind = 'read' | 'write' | 'destroy' | 'whole' | 'stop' | 'disarm' | 'escalate' | 'disclose'

const words: Readonly<Record<Kind, string>> = {
  read: `ping echo get mget strlen getrange exists type ttl pttl expiretime keys scan randomkey
    dbsize info time lastsave hget hmget hgetall hkeys hvals hlen hexists hscan hstrlen
    hrandfield llen lrange lindex lpos smembers sismember smismember scard srandmember sscan
    sinter sunion sdiff sintercard zrange zrangebyscore zrevrange zrevrangebyscore
    zrangebylex zscore zmscore zcard zcount zrank zrevrank zscan zlexcount zrandmember
    zinter zunion zdiff xrange xrevrange xlen xinfo xread xpending bitcount bitpos getbit
    pfcount geopos geodist geohash geosearch object memory command dump wait slowlog latency
    lolwut role readonly hello select auth quit subscribe psubscribe publish watch unwatch
    multi exec discard dbsize substr lcs json.get json.mget json.type ft.search ft.info
    ft._list ts.get ts.range bf.exists bf.info help`,
  write: `set setnx setex psetex mset msetnx append incr incrby incrbyfloat decr decrby setrange
    setbit hset hsetnx hmset hincrby hincrbyfloat lpush rpush lpushx rpushx linsert lset
    sadd zadd zincrby geoadd xadd xack xgroup xclaim xautoclaim pfadd pfmerge expire pexpire
    expireat pexpireat persist touch copy save bgsave bgrewriteaof bitop bitfield sort
    setlist getset getex sinterstore sunionstore sdiffstore zunionstore zinterstore
    zrangestore hexpire json.set json.mset json.numincrby ts.add bf.add ft.create spublish
    blpoprpush`,
  destroy: `del unlink getdel hdel lrem ltrim lpop rpop rpoplpush lmove lmpop blpop brpop srem
    spop smove zrem zremrangebyrank zremrangebyscore zremrangebylex zpopmin zpopmax zmpop
    xdel xtrim rename renamenx restore migrate move swapdb json.del json.clear json.forget
    ft.dropindex ts.del hgetdel delex vrem`,
  whole: 'flushall flushdb',
  stop: 'shutdown debug failover',
  disarm: '',
  escalate: '',
  disclose: 'monitor psync sync',
}

const kinds: ReadonlyMap<string, Kind> = new Map(
  (Object.entries(words) as [Kind, string][]).flatMap(([kind, text]) =>
    text.split(/\s+/).map((name) => [name, kind] as const),
  ),
)

/** Commands with a second word. */
const subcommands: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  config: { get: 'disclose', set: 'disarm', rewrite: 'write', resetstat: 'write', help: 'read' },
  acl: {
    ...{ list: 'read', whoami: 'read', cat: 'read', users: 'read', getuser: 'read', log: 'read' },
    ...{
      setuser: 'escalate',
      deluser: 'destroy',
      load: 'escalate',
      save: 'write',
      genpass: 'read',
    },
  },
  client: {
    ...{ list: 'read', info: 'read', id: 'read', getname: 'read', setname: 'read', kill: 'stop' },
    ...{ pause: 'stop', unpause: 'write', reply: 'read', tracking: 'read', setinfo: 'read' },
    'no-evict': 'read',
  },
  cluster: {
    ...{
      info: 'read',
      nodes: 'read',
      slots: 'read',
      shards: 'read',
      keyslot: 'read',
      myid: 'read',
    },
    ...{
      reset: 'whole',
      failover: 'stop',
      forget: 'destroy',
      flushslots: 'destroy',
      meet: 'write',
    },
    ...{ delslots: 'destroy', addslots: 'write', replicate: 'whole', setslot: 'write' },
  },
  script: { load: 'write', exists: 'read', flush: 'destroy', kill: 'stop', debug: 'read' },
  function: {
    ...{ list: 'read', stats: 'read', dump: 'read', load: 'escalate', delete: 'destroy' },
    ...{ flush: 'destroy', restore: 'destroy', kill: 'stop' },
  },
  module: { list: 'read', load: 'escalate', loadex: 'escalate', unload: 'destroy' },
  pubsub: { channels: 'read', numsub: 'read', numpat: 'read' },
  sentinel: { masters: 'read', master: 'read', replicas: 'read', reset: 'stop', remove: 'destroy' },
}

/** Reading settings is common, and only some of them are secrets. */
const secretSettings = /\*|pass|auth|tls-key/i

function meaningOf(given: readonly (string | null)[], on: ReturnType<typeof resource>): Effect {
  const [name = null, second = null, third = null] = given
  if (name === null) return unknown('which command is run is not known here')
  const lower = name.toLowerCase()
  if (lower === 'config' && second?.toLowerCase() === 'get') {
    return secretSettings.test(third ?? '*') ? disclose(on, 'some') : read(on, 'some')
  }
  if (lower === 'replicaof' || lower === 'slaveof') {
    return second?.toLowerCase() === 'no' ? write(on) : destroy(on)
  }
  if (/^(eval|evalsha|fcall)(_ro)?$/.test(lower)) return evaluated(lower, second, on)
  const table = Object.hasOwn(subcommands, lower) ? subcommands[lower] : undefined
  const kind = table === undefined ? kinds.get(lower) : table[second?.toLowerCase() ?? '']
  return kind === undefined
    ? unknown(`what \`${name.slice(0, 40)}\` does is not known here`)
    : effectOf(kind, on)
}

function effectOf(kind: Kind, on: ReturnType<typeof resource>): Effect {
  switch (kind) {
    case 'read':
      return read(on, 'some')
    case 'write':
      return write(on)
    case 'destroy':
      return destroy(on, 'some')
    case 'whole':
      return destroy(on)
    case 'stop':
      return destroy(on, 'some', 'trivial')
    case 'disarm':
      return disarm(on, 'some')
    case 'escalate':
      return escalate(on, 'some')
    case 'disclose':
      return disclose(on, 'some')
  }
}

/** A script is known by the commands that it names, where it names them plainly. */
function evaluated(name: string, text: string | null, on: ReturnType<typeof resource>): Effect {
  const why = unknown('what the script does is not known here')
  if (text === null || !name.startsWith('eval') || name.startsWith('evalsha')) return why
  const calls = text.match(/\bredis\.p?call\b/g)?.length ?? 0
  const named = [...text.matchAll(/\bredis\.p?call\s*\(\s*(['"])([\w.]+)\1/g)].map(
    ([, , one]) => one,
  )
  if (
    named.some((one) => ['destroy', 'whole'].includes(kinds.get((one ?? '').toLowerCase()) ?? ''))
  ) {
    return destroy(on, named.some((one) => /flush/i.test(one ?? '')) ? 'whole' : 'some')
  }
  const plain = calls === named.length && (text.match(/\bredis\b/g)?.length ?? 0) === calls
  if (!plain || /\[|\bload|getfenv|_G\b/.test(text)) return why
  return named.every((one) => kinds.get((one ?? '').toLowerCase()) === 'read')
    ? read(on, 'some')
    : write(on)
}

const valued = [
  ...['-h', '-p', '-s', '-a', '-u', '-n', '-r', '-i', '-d', '-D', '-X', '-t', '--user', '--pass'],
  ...['--cacert', '--cacertdir', '--cert', '--key', '--sni', '--pattern', '--count', '--eval'],
  ...['--rdb', '--functions-rdb', '--intrinsic-latency', '--lru-test', '--name', '--cluster'],
]

function redis({ args, invocation }: Call): Meant {
  if (args.says('--help', '--version', '-v')) return none
  const index = args.value('-n')?.text ?? '0'
  const host = args.value('-h')?.text ?? null
  const on = resource('redis', 'database', host === null ? index : `${host}/${index}`)
  if (args.has('--eval', '--pipe', '--functions-rdb', '--lru-test')) {
    return only(unknown('what is run comes from a file or a pipe, and is not known here'))
  }
  if (args.has('--cluster')) return only(cluster(args.value('--cluster')?.text ?? null, on))
  if (args.has('--scan', '--bigkeys', '--memkeys', '--hotkeys', '--stat', '--latency', '--rdb')) {
    return none
  }
  const given = args.operands.map(({ text }) => text)
  if (given.length > 0) return only(meaningOf(given, on))
  return inputOf(invocation.input, (text) =>
    together(
      text
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([first = '']) => first !== '')
        .slice(0, 1000)
        .map((line) => only(meaningOf(line, on))),
    ),
  )
}

function cluster(verb: string | null, on: ReturnType<typeof resource>): Effect {
  if (verb === 'check' || verb === 'info' || verb === 'help') return read(on, 'some')
  if (verb === 'del-node' || verb === 'call' || verb === 'import') return destroy(on, 'some')
  return verb === null ? unknown('what is done to the cluster is not known here') : write(on)
}

export const redisRow: CommandRow = command(
  ['redis-cli', 'valkey-cli', 'keydb-cli', 'iredis', 'dragonfly-cli'],
  { valued, stops: true },
  redis,
)
