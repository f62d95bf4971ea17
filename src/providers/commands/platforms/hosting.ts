// Where sites and functions are hosted: vercel, netlify, render.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { meaningsOf, nounThenVerb, runs, runsElsewhere } from '../meanings.ts'
import type { Call, Meaning } from '../row.ts'
import { nothing } from '../row.ts'

const vercelOf = meaningsOf('vercel')
const netlifyOf = meaningsOf('netlify')
const renderOf = meaningsOf('render')

const vercel = cli({
  programs: ['vercel', 'vc', 'now'],
  valued: `--token -t --scope -S --team -T --cwd --local-config -A --global-config -Q --regions
    --meta -m --env -e --build-env -b --environment --git-branch --target --name -n --next
    -N --limit --api`,
  bare: '--prod --prebuilt --safe -s --no-wait --public --confirm --archive --debug -d --non-interactive',
  help: '--help -h --version -v',
  rows: {
    'build|dev|develop|help|init|inspect|list|ls|login|logout|logs|log|whoami|bisect': nothing,
    'link|pull|telemetry|git|open|httpstat|usage|metrics|activity|mcp|guidance|curl': nothing,
    'deploy|redeploy|promote|rollback|rolling-release|rr': vercelOf.writes('deployment'),
    'remove|rm': vercelOf.destroys('deployment', { each: true }),
    'project|projects ls|list|inspect|get': nothing,
    'project|projects add|rename': vercelOf.writes('project'),
    'project|projects rm|remove': vercelOf.destroys('project'),
    'env ls|list': nothing,
    'env add|update': vercelOf.writes('variable'),
    'env pull': vercelOf.discloses('variable', { at: null }),
    'env run': runs,
    'env rm|remove': vercelOf.destroys('variable'),
    'domain|domains ls|list|inspect|price|search|check': nothing,
    'domain|domains add|verify': vercelOf.writes('domain'),
    'domain|domains buy': vercelOf.writes('domain', { undo: 'never' }),
    'domain|domains rm|remove|move|transfer-in': vercelOf.destroys('domain'),
    'dns ls|list': nothing,
    'dns add|import': vercelOf.writes('dns-record'),
    'dns rm|remove': vercelOf.destroys('dns-record'),
    'alias ls|list': nothing,
    'alias rm|remove': vercelOf.destroys('alias'),
    'alias set': vercelOf.writes('alias'),
    alias: vercelOf.writes('alias'),
    'cert|certs ls|list': nothing,
    'cert|certs issue|add': vercelOf.writes('certificate'),
    'cert|certs rm|remove': vercelOf.destroys('certificate'),
    'blob get|list|list-stores|get-store': nothing,
    'blob put|copy|upload': vercelOf.writes('blob'),
    'blob del|delete|rm': vercelOf.destroys('blob', { each: true }),
    'blob store add': vercelOf.writes('blob-store'),
    'blob store remove|rm|delete': vercelOf.destroys('blob-store'),
    'blob delete-store': vercelOf.destroys('blob-store'),
    'integration|install|i list|ls|balance|open|discover': nothing,
    'integration|install|i remove|rm': vercelOf.destroys('integration'),
    'integration|install|i': vercelOf.writes('integration'),
    'integration-resource|ir remove|rm|disconnect': vercelOf.destroys('integration-resource'),
    'team|teams|switch ls|list|switch': nothing,
    'team|teams add|invite': vercelOf.escalates('team'),
    switch: nothing,
    'cache purge|invalidate|dangerously-delete': vercelOf.writes('cache'),
    'microfrontends|mf': vercelOf.writes('project', { at: null }),
    'target|targets ls|list': nothing,
    'tokens ls': nothing,
    'tokens add|create': vercelOf.escalates('token'),
    'tokens rm|remove': vercelOf.destroys('token'),
  },
  /** `vercel ./site` deploys that folder. */
  otherwise: ({ args }) =>
    args.operands.length === 1 && /^\.{0,2}(\/|$)/.test(args.operands[0]?.text ?? '-') ? [] : null,
  alone: vercelOf.writes('deployment', { at: null }),
})

const netlify = cli({
  programs: ['netlify', 'ntl'],
  valued: `--auth --site -s --filter --dir -d --functions --message -m --context --scope --data
    --cwd --http-proxy --alias`,
  bare: '--prod -p --build --plain --open -o',
  rows: {
    'build|dev|init|link|unlink|login|logout|open|status|watch|serve|recipes|completion': nothing,
    'sites:list|sites:search|addons:list|functions:list|env:clone|logs|logs:function': nothing,
    'logs:deploy|status:hooks|blobs:list|blobs:get|open:admin|open:site|help': nothing,
    'deploy|sites:create|env:set|env:import|blobs:set|trigger|lm': netlifyOf.writes('site'),
    'functions:create|functions:build|functions:serve|functions:invoke': nothing,
    'sites:delete': netlifyOf.destroys('site'),
    'env:unset': netlifyOf.destroys('variable'),
    'env:list': plainOnly,
    'env:get': netlifyOf.discloses('variable'),
    'blobs:delete': netlifyOf.destroys('blob'),
    'addons:delete': netlifyOf.destroys('addon'),
    'db|database init|dev': netlifyOf.writes('database'),
    'dev:exec': runs,
    api: apiCall,
  },
})

function plainOnly(call: Call) {
  return call.args.has('--plain', '--json') ? netlifyOf.discloses('variable')(call) : []
}

/** Operations by their name in the provider's description: `deleteSite`, `listSites`. */
function apiCall(call: Call): ReturnType<Meaning> {
  const name = call.args.operands[0]?.text ?? null
  if (call.args.has('--list')) return []
  if (name === null) return [unknown('which operation is called is not known here')]
  if (/^(get|list|show|search)/.test(name)) return []
  if (/^(delete|remove|purge|rollback|disable|unlink)/.test(name)) {
    return netlifyOf.destroys('api')(call)
  }
  if (/^(create|update|set|add|enable|notify|provision|upload)/.test(name)) {
    return netlifyOf.writes('api')(call)
  }
  return [unknown(`what the operation \`${name.slice(0, 40)}\` does is not known here`)]
}

const render = cli({
  programs: ['render'],
  valued: '-o --output --resources --service --commit --image',
  bare: '--confirm --wait',
  rows: {
    'login|logout|whoami|workspace|workspaces|logs|help|docs|environments|projects': nothing,
    'services|deploys|jobs list': nothing,
    'services|deploys|jobs create|update|restart': renderOf.writes('service'),
    'deploys cancel': renderOf.stops('deploy', { at: 1 }),
    'jobs cancel': renderOf.stops('job', { at: 1 }),
    psql: renderOf.escalates('database'),
    pgcli: renderOf.escalates('database'),
    'kv-cli|redis-cli': renderOf.escalates('key-value'),
    ssh: ({ args }) => runsElsewhere('render', 'service', args.operands.slice(1)),
    'blueprints launch|validate': nothing,
  },
  otherwise: nounThenVerb('render'),
})

export const hosting: readonly CommandRow[] = [vercel, netlify, render]
