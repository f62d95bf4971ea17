// Services by subscription, and what publishes a port of this machine.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { meaningsOf, nounThenVerb } from '../meanings.ts'
import type { Call, Meaning } from '../row.ts'
import { nothing } from '../row.ts'
import { kindOfVerb } from '../verbs.ts'

const sentryOf = meaningsOf('sentry')
const stripeOf = meaningsOf('stripe')
const twilioOf = meaningsOf('twilio')
const tunnel = meaningsOf('tunnel')

const sentry = cli({
  programs: ['sentry-cli', 'sentry'],
  valued: '-o --org -p --project --auth-token --url --header --log-level -r --release --api-key',
  rows: {
    'info|login|update|uninstall|help|send-event|send-envelope|send-metric|bash-hook|repos':
      nothing,
    'sourcemaps|debug-files|dif|react-native|dart-symbol-map|build': sentryOf.writes('artifact', {
      at: null,
    }),
    'releases files': sentryOf.writes('release', { at: null }),
    'releases delete': sentryOf.destroys('release'),
    'releases new|finalize|set-commits|deploys|archive|restore|propose-version':
      sentryOf.writes('release'),
    'issues resolve|mute|unresolve': sentryOf.writes('issue', { at: null }),
    'monitors|crons run': sentryOf.writes('monitor'),
    'deploys new|list': nothing,
  },
  otherwise: nounThenVerb('sentry'),
})

/** `customers delete cus_1`; resources are nouns, the verb comes after them. */
const stripe = cli({
  programs: ['stripe'],
  valued: `--api-key --project-name -p --config --device-name --color --log-level -d --data -e --expand
    --forward-to -f --events --charge --stripe-account --limit -l`,
  bare: '--live --confirm -c --latest --print-json -j',
  help: '--help -h --version -v',
  rows: {
    'login|logout|listen|trigger|fixtures|logs|samples|serve|status|open|config|version': nothing,
    'completion|help|community|docs|feedback|plugin|resources': nothing,
    get: stripeOf.reads('object'),
    post: stripeOf.writes('object', { undo: 'never' }),
    delete: stripeOf.destroys('object'),
    'payment_intents|charges|checkout capture|confirm': stripeOf.writes('payment', {
      undo: 'never',
    }),
    'refunds|payouts|transfers create': stripeOf.destroys('balance', { at: null, extent: 'some' }),
    'events|webhook_endpoints resend': stripeOf.writes('event'),
    'webhook_endpoints create|update': stripeOf.escalates('webhook'),
  },
  otherwise: nounThenVerb('stripe'),
})

/** `api:core:incoming-phone-numbers:remove`: the last part is the verb. */
function lastPart(call: Call): ReturnType<Meaning> | null {
  const text = call.args.operands[0]?.text ?? null
  const parts = text?.split(':') ?? []
  const kind = kindOfVerb(parts.at(-1) ?? '')
  if (kind === 'destroy') return twilioOf.destroys(parts.at(-2) ?? 'object')(call)
  if (kind === 'write') return twilioOf.writes(parts.at(-2) ?? 'object')(call)
  return kind === 'read' ? [] : null
}

const twilio = cli({
  programs: ['twilio'],
  valued: '-p --profile -l --sid --cli-log-level -o --cli-output-format --properties',
  rows: {
    'login|autocomplete|config:list|config:set|plugins|plugins:install|profiles:list|profiles:use':
      nothing,
    'profiles:remove': twilioOf.writes('profile'),
    'debugger:logs:list|help|feedback|version|dev-phone': nothing,
    'phone-numbers:buy:local|phone-numbers:buy:mobile': twilioOf.writes('phone-number', {
      undo: 'never',
    }),
  },
  otherwise: (call) => {
    const meant = lastPart(call)
    return meant === null || 'effects' in meant ? null : meant
  },
})

const published: Meaning = tunnel.escalates('port', { at: 0 })

const ngrok = cli({
  programs: ['ngrok'],
  valued: '--config --log --region --authtoken --domain --url --name',
  rows: {
    'version|help|config|completion|update|diagnose|credits|authtoken|service': nothing,
    'http|tcp|tls|start|start-all|tunnel': published,
    'api list|get': nothing,
    api: tunnel.escalates('port', { at: null }),
  },
})

const others = cli({
  programs: [
    'localtunnel',
    'lt',
    'bore',
    'serveo',
    'zrok',
    'pinggy',
    'localxpose',
    'loclx',
    'tunnelto',
  ],
  rows: {},
  otherwise: (call) => {
    const meant = published(call)
    return 'effects' in meant ? null : meant
  },
  alone: published,
})

const tailscale = cli({
  programs: ['tailscale'],
  valued: '--socket --authkey --hostname --login-server',
  rows: {
    'status|ping|ip|version|netcheck|whois|whoami|dns|metrics|licenses|bugreport|exit-node':
      nothing,
    'up|login|set|switch|web|configure|drive|cert|file|update|lock': tunnel.writes('network', {
      at: null,
    }),
    'down|logout': tunnel.stops('network', { at: null }),
    'funnel|serve status': nothing,
    'funnel|serve reset|off': tunnel.writes('network', { at: null }),
    'funnel|serve': published,
    'ssh|nc': tunnel.escalates('machine'),
  },
})

export const services: readonly CommandRow[] = [sentry, stripe, twilio, ngrok, others, tailscale]
