// wrangler, flarectl, cloudflared. Without `--remote`, some of wrangler acts on this machine.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { meaningsOf, nounThenVerb, valueOf } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const cloudflare = meaningsOf('cloudflare')

function d1Execute({ args }: Call): Meant {
  if (args.has('--file')) {
    return { effects: [unknown('what is in that file is not known here')], carried: [] }
  }
  const text = valueOf(args, '--command')?.text ?? null
  if (text === null) return { effects: [unknown('the statement is not known here')], carried: [] }
  const target = args.operands[0]?.text ?? null
  return { effects: [], carried: [{ kind: 'sql', engine: 'sqlite', text, target }] }
}

const kv: Readonly<Record<string, Meaning>> = {
  'kv namespace list': nothing,
  'kv namespace create|rename': cloudflare.writes('kv-namespace'),
  'kv namespace delete': cloudflare.destroys('kv-namespace', { from: '--namespace-id --binding' }),
  'kv key list|get': cloudflare.reads('kv-key'),
  'kv key put': cloudflare.writes('kv-key'),
  'kv key delete': cloudflare.destroys('kv-key'),
  'kv bulk get': nothing,
  'kv bulk put': cloudflare.writes('kv-namespace', { from: '--namespace-id' }),
  'kv bulk delete': cloudflare.destroys('kv-namespace', {
    from: '--namespace-id --binding',
    extent: 'some',
    at: null,
  }),
}

/** Until version 3 it was `kv:key delete`. */
const kvBefore = Object.fromEntries(
  Object.entries(kv).map(([key, meaning]) => [key.replace('kv ', 'kv:'), meaning]),
)

const wrangler = cli({
  programs: ['wrangler', 'wrangler2'],
  valued: `-c --config -e --env --cwd --command --file --name --namespace-id --binding --outdir
    --env-file --message --tag --persist-to --preset --timestamp --project-name --branch
    --port`,
  bare: '--remote --local --preview --minify --keep-vars --latest -y -j',
  help: '--help -h --version -v',
  rows: {
    'init|dev|types|docs|whoami|login|logout|tail|telemetry|complete|check|generate': nothing,
    'deploy|publish|rollback|triggers|setup': cloudflare.writes('worker'),
    'deployments|versions list|view|status': nothing,
    'versions upload|deploy': cloudflare.writes('worker', { at: null }),
    delete: cloudflare.destroys('worker'),
    'secret|secret:bulk list': nothing,
    'secret put|bulk': cloudflare.writes('secret'),
    'secret delete': cloudflare.destroys('secret'),
    'd1 execute': d1Execute,
    'd1 list|info|insights|export': nothing,
    'd1 create': cloudflare.writes('d1-database'),
    'd1 delete': cloudflare.destroys('d1-database'),
    'd1 time-travel info': nothing,
    'd1 time-travel restore': cloudflare.destroys('d1-database', { extent: 'some' }),
    'd1 migrations list|create': nothing,
    'd1 migrations apply': cloudflare.writes('d1-database'),
    ...kv,
    ...kvBefore,
    'r2 bucket list|info': nothing,
    'r2 bucket create': cloudflare.writes('r2-bucket'),
    'r2 bucket delete': cloudflare.destroys('r2-bucket'),
    'r2 bucket lifecycle|lock|cors list': nothing,
    'r2 bucket lifecycle': cloudflare.destroys('r2-bucket', { at: 1, extent: 'some' }),
    'r2 bucket lock remove|set': cloudflare.disarms('r2-bucket'),
    'r2 bucket dev-url enable': cloudflare.escalates('r2-bucket'),
    'r2 object get': cloudflare.reads('r2-object'),
    'r2 object put': cloudflare.writes('r2-object'),
    'r2 object delete': cloudflare.destroys('r2-object'),
    'queues pause-delivery': cloudflare.stops('queue'),
    'queues consumer add|worker': cloudflare.writes('queue'),
    'pages dev': nothing,
    'pages deploy': cloudflare.writes('pages-project', { from: '--project-name' }),
    'pages project list': nothing,
    'pages download config': nothing,
    'containers ssh|exec': cloudflare.escalates('container'),
  },
  otherwise: nounThenVerb('cloudflare'),
})

const flarectl = cli({
  programs: ['flarectl'],
  valued: '--zone --id --name --type --content --account-id',
  rows: {
    'zone|zones purge': cloudflare.writes('zone', { from: '--zone' }),
    'zone|zones delete': cloudflare.destroys('zone', { from: '--zone' }),
    'dns|d delete': cloudflare.destroys('dns-record', { from: '--id' }),
    'user|u update': cloudflare.escalates('user', { at: null }),
    'firewall|f rules delete': cloudflare.disarms('firewall-rule', { at: null }),
  },
  otherwise: nounThenVerb('cloudflare', { from: '--id --zone' }),
})

const cloudflared = cli({
  programs: ['cloudflared'],
  valued: '--config --url --hostname --origincert --logfile --loglevel --token --name',
  help: '--help -h --version -v',
  rows: {
    'version|update|help|login': nothing,
    'tunnel list|info|login|diag|ready': nothing,
    'tunnel create|route|vnet|token': (call) =>
      call.verb.endsWith('token')
        ? cloudflare.discloses('tunnel')(call)
        : cloudflare.writes('tunnel')(call),
    'tunnel delete|cleanup': cloudflare.destroys('tunnel'),
    tunnel: cloudflare.escalates('tunnel', { at: null }),
    'tunnel run': cloudflare.escalates('tunnel'),
    'access token': cloudflare.discloses('token', { at: null }),
    'access login|curl': nothing,
    'access tcp|ssh|rdp|smb': cloudflare.escalates('tunnel', { from: '--hostname' }),
    'service install': cloudflare.escalates('tunnel', { at: null }),
    'service uninstall': cloudflare.stops('tunnel', { at: null }),
  },
})

export const cloudflareRows: readonly CommandRow[] = [wrangler, flarectl, cloudflared]
