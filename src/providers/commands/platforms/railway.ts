// railway: https://docs.railway.com/reference/cli-api
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { meaningsOf, runs, runsElsewhere } from '../meanings.ts'
import type { Meaning } from '../row.ts'
import { nothing } from '../row.ts'

const railway = meaningsOf('railway')
const volume = { from: '--volume -v' }

const inside: Meaning = ({ args }) => runsElsewhere('railway', 'service', args.operands)

export const railwayRow: CommandRow = cli({
  programs: ['railway', 'rlwy'],
  valued: `--service -s --environment -e --project -p --workspace -w --volume -v --name -n --mount-path
    --database -d --image --repo --set --kind -k --token`,
  bare: '--detach --ci -c --verbose --2fa-code',
  rows: {
    'status|whoami|list|logs|log|open|docs|completion|starship|upgrade|check-updates': nothing,
    'login|logout|link|unlink|init|skills|mcp|bootstrap|telemetry': nothing,
    'up|redeploy|restart|deploy|add|scale|promote': railway.writes('service', {
      from: '--service -s',
    }),
    dev: nothing,
    down: railway.destroys('deployment', { from: '--service -s', at: null }),
    delete: railway.destroys('project', { from: '--project -p' }),
    'project list|link|status': nothing,
    'project new|create': railway.writes('project'),
    'project delete': railway.destroys('project', { from: '--project -p' }),
    'service list|logs|status|link': nothing,
    'service delete|remove': railway.destroys('service', { from: '--service -s' }),
    'service redeploy|restart|scale|create': railway.writes('service', { from: '--service -s' }),
    service: nothing,
    'deployment|deployments list|logs': nothing,
    'deployment up|redeploy|restart': railway.writes('service', { from: '--service -s' }),
    'deployment remove|down|stop': railway.destroys('deployment'),
    'environment|env|environments list|link|config': nothing,
    'environment|env|environments new|create|edit': railway.writes('environment'),
    'environment|env|environments delete|remove|rm': railway.destroys('environment'),
    'environment|env|environments': nothing,
    'volume|volumes list': nothing,
    'volume|volumes add|update|attach': railway.writes('volume', volume),
    'volume|volumes detach': railway.stops('volume', volume),
    'volume|volumes delete|remove|rm': railway.destroys('volume', volume),
    'variables|vars|variable|var': (call) =>
      call.args.has('--set')
        ? railway.writes('variable', { at: null })(call)
        : railway.discloses('variable', { at: null })(call),
    'variables|vars|variable|var list|ls': railway.discloses('variable', { at: null }),
    'variables|vars|variable|var set': railway.writes('variable'),
    'variables|vars|variable|var delete|remove|rm': railway.destroys('variable', { each: true }),
    'bucket|buckets list|info': nothing,
    'bucket|buckets create|rename': railway.writes('bucket'),
    'bucket|buckets delete|remove': railway.destroys('bucket'),
    'bucket|buckets credentials': railway.discloses('bucket'),
    'domain list|status': nothing,
    'domain delete|remove': railway.destroys('customDomain'),
    domain: railway.writes('customDomain'),
    'function|functions|func|fn list|link|pull': nothing,
    'function|functions|func|fn new|push': railway.writes('service'),
    'function|functions|func|fn delete|remove|rm': railway.destroys('service'),
    'ssh keys': railway.escalates('ssh-key', { at: null }),
    ssh: inside,
    connect: railway.escalates('service'),
    'shell|sandbox': railway.escalates('service', { at: null }),
    'run|local': runs,
  },
})
