// flyctl: https://fly.io/docs/flyctl
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { meaningsOf, nounThenVerb, runsElsewhere, valueOf } from '../meanings.ts'
import type { Call, Meaning } from '../row.ts'
import { nothing } from '../row.ts'

const fly = meaningsOf('fly')
const app = { from: '-a --app' }

function onConsole({ args }: Call): ReturnType<Meaning> {
  const command = valueOf(args, '-C') ?? valueOf(args, '--command')
  const words = command === null ? args.operands : [command]
  const [only] = words
  const text = words.length === 1 ? (only?.text ?? null) : null
  if (text === null || !/\s/.test(text)) return runsElsewhere('fly', 'machine', words)
  return { effects: [], carried: [{ kind: 'shell', text, directory: null }] }
}

export const flyRow: CommandRow = cli({
  programs: ['fly', 'flyctl'],
  valued: `-a --app -t --access-token -c --config -o --org -r --region -C --command --image -i
    -e --env --build-arg --strategy --vm-size --vm-memory --name -n --size -s --machine
    --output --dockerfile`,
  bare: '-j --json --verbose --detach --now --local-only --remote-only --no-deploy --stage -y --ha',
  help: '--help -h',
  rows: {
    'status|version|logs|open|docs|doctor|dashboard|releases|history|settings|services': nothing,
    'launch|deploy|scale|resume|restart|turboku': fly.writes('app', app),
    'scale show': nothing,
    'scale count': (call) =>
      call.args.operands.some(({ text }) => text === null || /(^|=)0$/.test(text))
        ? fly.stops('app', app)(call)
        : fly.writes('app', app)(call),
    'scale vm|memory': fly.writes('app', app),
    'app|apps list|releases|errors|open': nothing,
    'app|apps create|move|restart|resume': fly.writes('app'),
    'app|apps destroy': fly.destroys('app', { each: true }),
    destroy: fly.destroys('app', { each: true }),
    'app|apps suspend': fly.stops('app'),
    suspend: fly.stops('app'),
    'volume|volumes|vol list|show|snapshots': nothing,
    'volume|volumes|vol create|extend|fork|update': fly.writes('volume'),
    'volume|volumes|vol destroy|delete': fly.destroys('volume', { each: true }),
    'volume|volumes|vol snapshots list|show': nothing,
    'volume|volumes|vol snapshots create': fly.writes('volume'),
    'machine|machines|m list|status|leases|wait|place': nothing,
    'machine|machines|m start|restart|clone|update|create|uncordon|cordon': fly.writes('machine'),
    'machine|machines|m run': fly.writes('machine', { at: null }),
    'machine|machines|m destroy|remove|rm': fly.destroys('machine', { each: true }),
    'machine|machines|m stop|kill|suspend': fly.stops('machine', { each: true }),
    'machine|machines|m exec': fly.escalates('machine'),
    'machine|machines|m egress-ip allocate|list': fly.writes('machine'),
    'secret|secrets list|sync': nothing,
    'secret|secrets set|import|deploy': fly.writes('secret', { at: null }),
    'secret|secrets unset': fly.destroys('secret', { each: true }),
    'postgres|pg|mpg list|status|users|databases|events|db': nothing,
    'postgres|pg|mpg create|attach|restart|update|failover|import|add_flycast|renew-certs':
      fly.writes('postgres'),
    'postgres|pg|mpg backup list': nothing,
    'postgres|pg|mpg backup create|enable': fly.writes('postgres'),
    'postgres|pg|mpg backup restore': fly.destroys('postgres', { extent: 'some' }),
    'postgres|pg|mpg restore': fly.destroys('postgres', { extent: 'some' }),
    'postgres|pg|mpg detach': fly.stops('postgres'),
    'postgres|pg|mpg destroy': fly.destroys('postgres'),
    'postgres|pg|mpg users delete': fly.destroys('postgres'),
    'postgres|pg|mpg users create': fly.escalates('postgres'),
    'postgres|pg|mpg databases delete': fly.destroys('postgres'),
    'postgres|pg|mpg connect|proxy': fly.escalates('postgres', app),
    'redis connect|proxy': fly.escalates('redis', { at: null }),
    'redis|mysql|tigris|storage|extensions|ext|kubernetes|vector reset': fly.destroys('extension'),
    'ip|ips private|list': nothing,
    'ip|ips allocate|allocate-v4|allocate-v6': fly.escalates('ip', { at: null }),
    'cert|certs list|show|check|setup': nothing,
    'cert|certs add|create|import': fly.writes('certificate'),
    'cert|certs remove|delete': fly.destroys('certificate'),
    'ssh console': onConsole,
    'ssh issue|log|sftp|establish': fly.escalates('machine', { at: null }),
    console: onConsole,
    'ssh sftp find|get': nothing,
    'proxy|dig|agent': (call) =>
      call.verb.endsWith('proxy') ? fly.escalates('app', app)(call) : [],
    'wireguard|wg list|status|websockets': nothing,
    'wireguard|wg create|reset|token': fly.escalates('wireguard', { at: null }),
    'wireguard|wg remove': fly.destroys('wireguard'),
    'auth login|logout|whoami|signup|docker': nothing,
    'auth token': fly.discloses('token', { at: null }),
    'token|tokens list|debug': nothing,
    'token|tokens create|attenuate|deploy': fly.escalates('token', { at: null }),
    'token|tokens revoke': fly.destroys('token', { each: true }),
    'org|orgs invite': fly.escalates('organisation'),
    'config validate|show|display|save|env': nothing,
    'checks|image|platform|regions|jobs list|show|status|regions|vm-sizes|set': nothing,
    'image update': fly.writes('app', app),
    'lfsc|sftp|mcp|synthetics|incidents|curl': nothing,
  },
  otherwise: nounThenVerb('fly'),
})
