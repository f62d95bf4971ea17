// Kubernetes: what goes by name, what goes with it, and what opens a way in.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, disclose, escalate, read, resource, unknown, write } from './effects.ts'
import { kind } from './kubernetes-kinds.ts'
import { nothing, own, subcommands } from './row.ts'
import type { Call, Meaning } from './row.ts'
import { adds, reads } from './touches.ts'

const globals = [
  '-n',
  '--namespace',
  '--context',
  '--kubeconfig',
  '--cluster',
  '--user',
  '-s',
].concat(['--server', '--token', '--as', '--as-group', '--request-timeout', '-v', '--cache-dir'])

const valued = globals.concat(
  ['-l', '--selector', '-f', '--filename', '-k', '--kustomize', '-o', '--output', '-p', '--patch'],
  ['--type', '--patch-file', '--replicas', '--grace-period', '--timeout', '-c', '--container'],
  ['--field-selector', '--image', '--clusterrole', '--role', '--serviceaccount', '--group', '-L'],
  [
    '--from-literal',
    '--from-file',
    '--port',
    '--min',
    '--max',
    '--for',
    '--to-revision',
    '--sort-by',
  ],
)

/** `deploy,svc`, `deploy api`, `deploy/api svc/api`. */
export function named({ args: { operands } }: Call): readonly Resource[] {
  const slashed = operands.filter(({ text }) => (text ?? '').includes('/'))
  if (slashed.length > 0 && slashed.length === operands.length) {
    return slashed.map(({ text }) => {
      const [type = '', name = null] = (text ?? '').split('/')
      return resource('kubernetes', kind(type), name)
    })
  }
  const [types, ...names] = operands
  if (types === undefined) return [resource('kubernetes', 'object', null)]
  if (types.text === null) return [resource('kubernetes', 'object', null)]
  return types.text
    .split(',')
    .flatMap((type) =>
      names.length === 0
        ? [resource('kubernetes', kind(type), null)]
        : names.map(({ text }) => resource('kubernetes', kind(type), text)),
    )
}

export function isDry({ args }: Call): boolean {
  return args.says('--dry-run')
}

const unlessDry = (meaning: Meaning): Meaning =>
  own({ valued }, (call) => (isDry(call) ? [] : meaning(call)))

/** What guards others: without it more may pass than before. */
const guards =
  /^(networkpolicy|poddisruptionbudget|resourcequota|limitrange|.*webhookconfiguration|podsecuritypolicy|clusterrole(binding)?|role(binding)?|validatingadmissionpolicy(binding)?)$/

const deletes: Meaning = unlessDry((call) => {
  const all = call.args.has('--all', '-A', '--all-namespaces', '-l', '--selector')
  return named(call).map((on) => {
    const effect = guards.test(on.type) ? disarm : destroy
    return effect(on, all ? 'some' : 'whole')
  })
})

/** Nothing runs there any more; what it kept stays. */
const drains: Meaning = unlessDry((call) => {
  const { operands } = call.args
  const [node] = operands
  const on = resource('kubernetes', 'node', node?.text ?? null)
  return [
    destroy(on, 'some', call.args.has('--delete-emptydir-data', '--force') ? 'never' : 'trivial'),
  ]
})

const scales: Meaning = unlessDry((call) => {
  const replicas = call.args.value('--replicas')?.text ?? null
  return named(call).map((on) => (replicas === '0' ? destroy(on, 'some', 'trivial') : write(on)))
})

const risky =
  /("?op"?:\s*"remove"|finalizers|persistentVolumeReclaimPolicy|:\s*null|deletionProtection|"replicas":\s*0\b)/

const patches: Meaning = unlessDry((call) => {
  const patch = call.args.value('-p', '--patch')
  const removes = patch !== null && (patch.text === null || risky.test(patch.text))
  return named(call).map((on) => (removes ? disarm(on, 'some') : write(on)))
})

/** What the files hold is not read here. */
const applies: Meaning = unlessDry((call) => {
  const on = resource('kubernetes', 'object', null)
  const gone = call.args.has('--prune', '--force', '--replace')
  return [gone ? destroy(on, 'some') : write(on, 'some', 'from-safeguard')]
})

const replaces: Meaning = unlessDry((call) => {
  const on = resource('kubernetes', 'object', null)
  return [call.args.has('--force') ? destroy(on, 'some') : write(on, 'some', 'from-safeguard')]
})

const creates: Meaning = unlessDry((call) => {
  const [what, name] = call.args.operands
  const on = resource('kubernetes', kind(what?.text ?? 'object'), name?.text ?? null)
  return /^(clusterrole|role)(binding)?$|^token$/.test(on.type)
    ? [escalate(on, 'whole', 'trivial')]
    : [write(on, 'whole')]
})

const writesNamed: Meaning = unlessDry((call) => named(call).map((on) => write(on)))

/** Secrets are told in full by some formats, and by name only otherwise. */
const gets: Meaning = own({ valued }, (call) => {
  const format = call.args.value('-o', '--output')?.text ?? ''
  const full = /^(yaml|json|jsonpath|go-template|template|custom-columns)/.test(format)
  return named(call).map((on) => (on.type === 'secret' && full ? disclose(on) : read(on)))
})

const pod = (on: string | null): Resource => resource('kubernetes', 'pod', on)

/** A shell that a person would type into, or a program that worker's rows have read. */
const opens = (effect: (on: Resource) => Effect): Meaning =>
  own({ valued, stops: true }, (call) => {
    const [target] = call.args.operands
    const shell = call.args.operands.slice(1).length === 0
    return shell ? [effect(pod(target?.text ?? null))] : []
  })

const tunnels: Meaning = own({ valued }, (call) =>
  named(call)
    .slice(0, 1)
    .map((on) => escalate(on, 'some', 'trivial')),
)

const starts: Meaning = unlessDry((call) => [
  escalate(pod(call.args.operands[0]?.text ?? null), 'some', 'trivial'),
])

const copies: Meaning = own({ valued }, (call) => {
  const [from, to] = call.args.operands
  if (from === undefined || to === undefined) return []
  const target = /^([\w./-]+):/.exec(to.text ?? '')?.[1]
  if (target === undefined) return adds(to, call)
  return [...reads(from, call), write(pod(target.split('/').at(-1) ?? null), 'some', 'never')]
})

const showsConfig: Meaning = own({ valued }, (call) =>
  call.args.has('--raw', '--flatten') ? [disclose(resource('kubernetes', 'config', null))] : [],
)

const looks =
  'describe|logs|top|explain|api-resources|api-versions|cluster-info|version|diff|events|wait|' +
  'completion|options|kustomize|plugin|help|status|projects|whoami|observe|get-token|ctx'

const does: Readonly<Record<string, Meaning>> = {
  delete: deletes,
  drain: drains,
  cordon: unlessDry((call) => [
    disarm(resource('kubernetes', 'node', call.args.operands[0]?.text ?? null), 'some', 'trivial'),
  ]),
  taint: unlessDry((call) => [
    disarm(resource('kubernetes', 'node', call.args.operands[1]?.text ?? null), 'some', 'trivial'),
  ]),
  'uncordon|label|annotate|set|autoscale|expose|edit': writesNamed,
  scale: scales,
  patch: patches,
  apply: applies,
  replace: replaces,
  create: creates,
  run: starts,
  debug: starts,
  'exec|rsh|attach': opens((on) => escalate(on, 'some', 'trivial')),
  'port-forward|proxy': tunnels,
  cp: copies,
  get: gets,
  'rollout status|history': nothing,
  'rollout restart|pause|resume': writesNamed,
  'rollout undo': unlessDry((call) =>
    named(call).map((on) => destroy(on, 'some', 'from-safeguard')),
  ),
  'auth can-i|whoami': nothing,
  'auth reconcile': unlessDry(() => [
    escalate(resource('kubernetes', 'clusterrole', null), 'some'),
  ]),
  'certificate approve|deny': () => [escalate(resource('kubernetes', 'certificate', null), 'some')],
  'config view': showsConfig,
  'config get-contexts|current-context|get-clusters|get-users|use-context|set-context|set': nothing,
  'config delete-context|delete-cluster|delete-user|unset': (call) => [
    destroy(resource('kubernetes', 'context', call.args.operands[0]?.text ?? null)),
  ],
  [looks]: nothing,
  // OpenShift
  'adm policy': (call) =>
    /^add/.test(call.args.operands[0]?.text ?? '')
      ? [escalate(resource('kubernetes', 'clusterrole', null), 'some')]
      : [disarm(resource('kubernetes', 'clusterrole', null), 'some')],
  'adm drain': drains,
  'adm prune': unlessDry(() => [destroy(resource('kubernetes', 'object', null), 'some')]),
  'login|logout|project|new-project|new-app|start-build|process|import-image|tag': nothing,
}

const unlistedPlugin: Meaning = ({ verb, args }) => [
  unknown(`what \`${verb} ${args.operands[0]?.raw.slice(0, 40) ?? ''}\` does is not known here`),
]

export const kubernetes: readonly CommandRow[] = [
  subcommands(['kubectl', 'oc', 'k', 'kubecolor'], { valued: globals }, does, unlistedPlugin),
]
