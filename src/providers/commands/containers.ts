// Containers, their volumes and images: docker, and those who speak as it does.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { mountsOf, runOptions } from './containers-mounts.ts'
import { destroy, disclose, escalate, read, resource, write } from './effects.ts'
import { readArgs } from './match.ts'
import { liesIn } from './paths.ts'
import { command, nothing, own, subcommands } from './row.ts'
import type { Call, Meaning } from './row.ts'
import { adds, isOverwritten, reads } from './touches.ts'

type Type = 'container' | 'volume' | 'image' | 'network' | 'service' | 'stack' | 'secret' | 'config'

const docker = (type: string, id: string | null): Resource => resource('docker', type, id)

/** Each operand names one; none: not known which. */
export function each(
  call: Call,
  effect: (on: Resource) => Effect,
  type: string,
): readonly Effect[] {
  const { operands } = call.args
  if (operands.length === 0) return [effect(docker(type, null))]
  return operands.map(({ text }) => effect(docker(type, text)))
}

const removes = (type: Type | 'node' | 'plugin' | 'context'): Meaning =>
  own({}, (call) => each(call, (on) => destroy(on), type))

const prunes =
  (type: string): Meaning =>
  () => [destroy(docker(type, null), 'some')]

/** Its own file system goes with it, and with `-v` the volumes that have no name. */
const removesContainers: Meaning = (call) => {
  const volumes = call.args.has('-v', '--volumes') ? [destroy(docker('volume', null), 'some')] : []
  const all = call.args.has('-a', '--all')
  const gone = all
    ? [destroy(docker('container', null))]
    : each(call, (on) => destroy(on), 'container')
  return [...gone, ...volumes]
}

/** It can be pulled or built again, if its source is still there. */
const removesImages: Meaning = (call) =>
  each(call, (on) => destroy(on, 'whole', 'from-safeguard'), 'image')

/** It is down until somebody starts it again. */
const stops: Meaning = (call) => each(call, (on) => destroy(on, 'some', 'trivial'), 'container')

const prunesSystem: Meaning = own({ valued: ['--filter'] }, ({ args }) => [
  destroy(docker('container', null), 'some'),
  destroy(docker('image', null), 'some', 'from-safeguard'),
  ...(args.has('--volumes') ? [destroy(docker('volume', null), 'some')] : []),
])

const writes = (type: string): Meaning => own({}, (call) => each(call, (on) => write(on), type))

const hostNamespaces = ['--pid', '--ipc', '--uts', '--userns', '--cgroupns'] as const

/** Ways out of the container onto the machine that runs it. */
function waysOut(words: readonly Word[], call: Call): readonly Effect[] {
  const args = readArgs(words, runOptions)
  const machine = resource('local', 'machine', null)
  const host = hostNamespaces.some((name) => args.values(name).some(({ text }) => text === 'host'))
  const capable = args
    .values('--cap-add')
    .some(({ text }) => text === null || /^(cap_)?(all|sys_\w+|dac_\w+|net_admin)$/i.test(text))
  const opened = args
    .values('--security-opt')
    .some(({ text }) => /(unconfined|disable|no-new-privileges[:=]false)/.test(text ?? ''))
  const out = args.has('--privileged') || host || capable || opened || args.has('--device')
  const files = args.values('--env-file').flatMap((word) => reads(word, call))
  return [
    ...(out ? [escalate(machine, 'some', 'trivial')] : []),
    ...files,
    ...mountsOf(words, call).flatMap((mount) => shown(mount.from, mount.readOnly, call)),
  ]
}

/** What the container is shown of this machine, it may do anything with. */
function shown(from: Resource, readOnly: boolean, call: Call): readonly Effect[] {
  if (from.provider === 'docker') return [readOnly ? read(from) : write(from)]
  if (/\.sock$|^\/var\/run$|^\/run$/.test(from.id ?? '')) return [escalate(from, 'some', 'trivial')]
  const place = liesIn(from, call.surroundings)
  if (place === 'temporary') return []
  if (place === 'work-tree') return readOnly ? [] : [isOverwritten(from, call)].filter(isWrite)
  return readOnly ? [disclose(from, 'some')] : [escalate(from, 'some', 'trivial')]
}

/** Mounting the work tree changes nothing by itself. */
function isWrite(effect: Effect): boolean {
  return effect.kind !== 'write'
}

const runs: Meaning = (call) => waysOut(call.rest, call)

const copies: Meaning = (call) => {
  const [from, to] = call.args.operands
  if (from === undefined || to === undefined) return []
  const container = /^([\w.-]+):/.exec(to.text ?? '')?.[1]
  if (container === undefined) return adds(to, call)
  return [...reads(from, call), write(docker('container', container), 'some', 'never')]
}

/** What its containers kept in volumes goes with `-v`. */
const takesDown: Meaning = ({ args }) => {
  const volumes = args.has('-v', '--volumes')
  const images = args.value('--rmi') !== null
  return [
    destroy(docker('project', null), 'some', 'trivial'),
    ...(volumes ? [destroy(docker('volume', null))] : []),
    ...(images ? [destroy(docker('image', null), 'some', 'from-safeguard')] : []),
  ]
}

const bringsUp: Meaning = ({ args }) =>
  args.has('-V', '--renew-anon-volumes')
    ? [destroy(docker('volume', null), 'some')]
    : [write(docker('project', null))]

const dry =
  (meaning: Meaning): Meaning =>
  (call) =>
    call.invocation.args.some(({ text }) => text === '--dry-run') && saysDryRun(call)
      ? []
      : meaning(call)

/** An option of compose itself: it stands before the subcommand. */
function saysDryRun(call: Call): boolean {
  const before = call.invocation.args.slice(0, call.invocation.args.length - call.rest.length)
  return readArgs([...before], { valued: composeValued }).says('--dry-run')
}

/** Its environment is where its tokens are. */
const inspects: Meaning = own({ valued: ['-f', '--format', '--type'] }, (call) => {
  const shown = call.args.value('-f', '--format')?.text ?? ''
  return /\.Env\b|\bjson \.\s*}}|\.Config\s*}}/.test(shown)
    ? each(call, (on) => disclose(on, 'some'), 'container')
    : []
})

const composeValued = ['-f', '--file', '-p', '--project-name', '--profile', '--env-file']
  .concat(['--project-directory', '--ansi', '--parallel', '--progress', '-H', '--host'])
  .concat(['-c', '--context', '--config', '-l', '--log-level'])

const composeLooks =
  'ps|logs|config|images|top|ls|port|version|events|stats|convert|volumes|wait|attach|help'

const composeDoes = {
  down: dry(own({ valued: ['-t', '--timeout', '--rmi'] }, takesDown)),
  rm: dry(own({}, removesContainers)),
  'kill|stop|pause': dry(
    own({ valued: ['-t', '-s'] }, () => [destroy(docker('project', null), 'some', 'trivial')]),
  ),
  up: dry(own({ valued: ['-t', '--scale', '--timeout', '--pull'] }, bringsUp)),
  'start|restart|unpause|create|build|pull|push|watch|scale|commit|publish|export': dry(() => [
    write(docker('project', null)),
  ]),
  'exec|run': nothing,
  cp: own({}, copies),
  [composeLooks]: nothing,
} as const

const underCompose = Object.fromEntries(
  Object.entries(composeDoes).map(([key, meaning]) => [`compose ${key}`, meaning]),
)

const looks =
  'ps|images|logs|stats|top|port|diff|history|events|info|version|search|wait|attach|help|' +
  'volumes|healthcheck'

const dockerDoes: Readonly<Record<string, Meaning>> = {
  'volume rm|remove': removes('volume'),
  'volume prune': prunes('volume'),
  'system prune': prunesSystem,
  'system reset': () => [destroy(docker('container', null)), destroy(docker('volume', null))],
  'rm|remove': own({}, removesContainers),
  'container rm|remove': own({}, removesContainers),
  'container prune': prunes('container'),
  'rmi, image rm|remove': own({}, removesImages),
  'image|builder|buildx prune, buildx rm': prunes('image'),
  'network rm|remove': removes('network'),
  'network prune|disconnect': prunes('network'),
  'kill|stop|pause': own({ valued: ['-s', '--signal', '-t', '--time', '--timeout'] }, stops),
  'container kill|stop|pause': own({ valued: ['-s', '--signal', '-t', '--time'] }, stops),
  'swarm leave|ca|update': () => [destroy(docker('swarm', null), 'some')],
  'stack rm|remove|down': removes('stack'),
  'service rm|remove': removes('service'),
  'service scale|rollback': writes('service'),
  'secret rm|remove': removes('secret'),
  'config rm|remove': removes('config'),
  'node rm|remove|demote|update': removes('node'),
  'context rm|remove': removes('context'),
  'plugin rm|remove|disable': removes('plugin'),
  'plugin install|enable': () => [escalate(resource('local', 'machine', null), 'some', 'trivial')],
  'manifest rm': removesImages,
  'pod rm|stop|kill|prune': own({}, removesContainers),
  'machine rm|stop|reset': () => [destroy(docker('machine', null))],
  'run, container run': runs,
  'create, container create': runs,
  'exec, container exec': nothing,
  'cp, container cp': own({}, copies),
  'inspect, container inspect': inspects,
  push: writes('image'),
  'image push': writes('image'),
  login: nothing,
  'start|restart|unpause|rename|update|commit|build|pull|tag|load|import|save|export|logout':
    nothing,
  'container start|restart|unpause|rename|update|commit|export': nothing,
  'image build|pull|tag|load|import|save|ls|list|inspect|history': nothing,
  'buildx build|bake|create|use|inspect|ls|du|imagetools|version|stop|history': nothing,
  'builder build|du': nothing,
  'container ls|list|ps|logs|stats|top|port|diff|wait|attach': nothing,
  'volume create|ls|list|inspect|exists|mount|unmount|export|import': nothing,
  'network create|connect|ls|list|inspect': nothing,
  'system df|info|events|connection|migrate|renumber|service': nothing,
  'context ls|list|use|show|inspect|create|export|import|update': nothing,
  'stack ls|ps|services|config': nothing,
  'stack deploy, service update|create, swarm init|join': writes('service'),
  'service ls|ps|logs|inspect, node ls|ps|inspect, secret ls|inspect|create': nothing,
  'config ls|inspect|create, plugin ls|inspect, manifest inspect': nothing,
  'pod ls|ps|create|start|inspect|logs, machine ls|list|info|inspect|start|init|ssh': nothing,
  'scout|sbom|trust|init|debug|model|mcp|ai|desktop|extension|generate|kube': nothing,
  [looks]: nothing,
}

const globals = ['-H', '--host', '-c', '--context', '--config', '-l', '--log-level', '--tlscacert']
  .concat(['--tlscert', '--tlskey', '-n', '--namespace', '--url', '--connection', '--identity'])
  .concat(['-f', '--file', '-p', '--project-name', '--profile', '--env-file'])
  .concat(['--project-directory', '--ansi', '--parallel', '--progress'])

export const containers: readonly CommandRow[] = [
  subcommands(
    ['docker', 'podman', 'nerdctl'],
    { valued: globals, stops: false },
    {
      ...dockerDoes,
      ...underCompose,
    },
  ),
  subcommands(['docker-compose', 'podman-compose'], { valued: composeValued }, composeDoes),
  subcommands(
    ['colima', 'lima', 'limactl', 'minikube', 'kind', 'k3d'],
    {},
    {
      'delete|prune|factory-reset|stop': (call) => [
        destroy(docker('machine', call.args.operands[0]?.text ?? null)),
      ],
      'cluster delete|stop, delete cluster|clusters, node delete': (call) => [
        destroy(resource('kubernetes', 'cluster', call.args.operands[0]?.text ?? null)),
      ],
    },
    nothing,
  ),
  subcommands(
    ['ctr', 'crictl'],
    { valued: ['-n', '--namespace', '-a', '--address', '-r'] },
    {
      'containers|container|c rm|delete|del|remove': removes('container'),
      'images|image|i rm|delete|del|remove|prune': removesImages,
      'tasks|task|t kill|rm|delete': stops,
      'snapshots|snapshot|content rm|delete': removes('volume'),
      'namespaces|namespace|ns rm|delete|remove': prunes('container'),
      'rm|rmp|stop|stopp': own({}, removesContainers),
      rmi: own({}, removesImages),
    },
    nothing,
  ),
  command(['buildah', 'skopeo'], {}, ({ args }) =>
    /^(rm|rmi|prune|delete)$/.test(args.operands[0]?.text ?? '')
      ? [destroy(docker('image', args.operands[1]?.text ?? null))]
      : [],
  ),
  command(['lxc', 'incus', 'lxc-destroy'], {}, ({ args, verb }) =>
    verb === 'lxc-destroy' ||
    /^(delete|stop|rebuild|restore|move)$/.test(args.operands[0]?.text ?? '')
      ? [destroy(docker('container', args.operands[1]?.text ?? null))]
      : [],
  ),
]
