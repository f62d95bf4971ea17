// What is put into clusters by other programs: charts, GitOps, backups.
import type { Resource } from '../../domain/resource.ts'
import type { Effect } from '../../domain/effect.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, disclose, escalate, resource, write } from './effects.ts'
import { isDry } from './kubernetes.ts'
import { command, nothing, own, subcommands, unless } from './row.ts'
import type { Call, Meaning } from './row.ts'

function each(call: Call, type: string, effect: (on: Resource) => Effect): readonly Effect[] {
  const { operands } = call.args
  if (operands.length === 0) return [effect(resource('kubernetes', type, null))]
  return operands.map(({ text }) => effect(resource('kubernetes', type, text)))
}

const first =
  (type: string, effect: (on: Resource) => Effect): Meaning =>
  (call) => [effect(resource('kubernetes', type, call.args.operands[0]?.text ?? null))]

const helmValued = [
  '-n',
  '--namespace',
  '--kube-context',
  '--kubeconfig',
  '-f',
  '--values',
  '--set',
]
  .concat([
    '--set-string',
    '--set-file',
    '--version',
    '--timeout',
    '-o',
    '--output',
    '--description',
  ])
  .concat(['--history-max', '--post-renderer', '--repo', '--kube-token', '--kube-apiserver'])

const helm = (meaning: Meaning): Meaning =>
  own({ valued: helmValued }, (call) => (isDry(call) ? [] : meaning(call)))

const upgrades: Meaning = helm((call) => {
  const [name] = call.args.operands
  const on = resource('kubernetes', 'release', name?.text ?? null)
  const runs = call.args.has('--post-renderer')
    ? [escalate(resource('local', 'machine', null), 'some')]
    : []
  const gone = call.args.has('--force', '--reset-values', '--cleanup-on-fail')
  return [
    ...runs,
    gone ? destroy(on, 'some', 'from-safeguard') : write(on, 'some', 'from-safeguard'),
  ]
})

const helmRows: Readonly<Record<string, Meaning>> = {
  'uninstall|delete|del|un': helm((call) => each(call, 'release', (on) => destroy(on))),
  rollback: helm(first('release', (on) => destroy(on, 'some', 'from-safeguard'))),
  upgrade: upgrades,
  install: helm(first('release', (on) => write(on, 'whole'))),
  'get values|all|hooks|notes|metadata': helm((call) =>
    /all$|values$/.test(call.verb) ? each(call, 'release', (on) => disclose(on, 'some')) : [],
  ),
  'plugin install|update': () => [escalate(resource('local', 'machine', null), 'some', 'trivial')],
  'plugin uninstall|list|ls, get manifest': nothing,
  'repo|search|show|inspect|list|ls|status|history|hist|template|lint|dependency|dep|package':
    nothing,
  'pull|fetch|create|test|verify|version|env|diff|completion|registry|push|help|secrets|docs':
    nothing,
}

const argocd: Readonly<Record<string, Meaning>> = {
  'app delete|delete-resource|terminate-op': (call) =>
    each(call, 'application', (on) => destroy(on)),
  'app sync': (call) =>
    call.args.says('--dry-run')
      ? []
      : first('application', (on) =>
          call.args.has('--prune', '--force', '--replace') ? destroy(on, 'some') : write(on),
        )(call),
  'app rollback': first('application', (on) => destroy(on, 'some', 'from-safeguard')),
  'app create|set|unset|patch|edit|add-source|remove-source|patch-resource': first(
    'application',
    (on) => write(on),
  ),
  'app list|get|history|diff|manifests|logs|resources|wait|actions': nothing,
  'proj|appset|repo|repocreds|cluster|cert|gpg delete|rm|remove': (call) =>
    each(call, 'argocd', (on) => destroy(on)),
  'proj|appset|repo|cluster|cert|gpg list|get|create|add|set|edit': nothing,
  'account generate-token|update-password': () => [
    escalate(resource('kubernetes', 'account', null), 'some'),
  ],
  'account|admin|context|login|logout|relogin|version|completion|help': nothing,
}

const flux: Readonly<Record<string, Meaning>> = {
  delete: (call) =>
    each(
      { ...call, args: { ...call.args, operands: call.args.operands.slice(-1) } },
      'flux',
      (on) => destroy(on),
    ),
  uninstall: unless(['--dry-run'], () => [destroy(resource('kubernetes', 'flux', null))]),
  suspend: () => [disarm(resource('kubernetes', 'flux', null), 'some', 'trivial')],
  'resume|reconcile|create|install|bootstrap|push|tag': () => [
    write(resource('kubernetes', 'flux', null)),
  ],
  'get|logs|events|check|version|diff|tree|trace|stats|export|build|list|pull|completion|help|debug':
    nothing,
}

const backups: Meaning = (call) => each(call, 'backup', (on) => destroy(on))

export const kubernetesTools: readonly CommandRow[] = [
  subcommands(['helm', 'helm3'], { valued: helmValued }, helmRows),
  subcommands(
    ['helmfile'],
    { valued: ['-f', '--file', '-e', '--environment', '-l', '-n'] },
    {
      'destroy|delete': () => [destroy(resource('kubernetes', 'release', null))],
      'apply|sync|charts': () => [
        write(resource('kubernetes', 'release', null), 'some', 'from-safeguard'),
      ],
    },
    nothing,
  ),
  subcommands(['argocd'], { valued: ['--server', '--auth-token', '--grpc-web-root-path'] }, argocd),
  subcommands(['flux'], { valued: ['-n', '--namespace', '--context', '--kubeconfig'] }, flux),
  subcommands(
    ['velero'],
    { valued: ['-n', '--namespace'] },
    {
      'backup|restore|schedule|backup-location|snapshot-location delete': backups,
      'delete backup|backups|restore|schedule|schedules': backups,
      uninstall: backups,
      'schedule pause': () => [disarm(resource('kubernetes', 'backup', null), 'some', 'trivial')],
      'restore create, create restore': () => [
        destroy(resource('kubernetes', 'namespace', null), 'some'),
      ],
    },
    nothing,
  ),
  subcommands(
    ['kops', 'clusterctl', 'gardenctl', 'rke', 'k0sctl', 'talosctl'],
    {},
    {
      'delete|reset|remove|drain|upgrade': (call) =>
        call.args.operands.length === 0 && call.verb.startsWith('kops')
          ? []
          : [
              destroy(
                resource(
                  'kubernetes',
                  'cluster',
                  call.args.operands[1]?.text ?? call.args.value('--name')?.text ?? null,
                ),
              ),
            ],
      'replace|rolling-update': () => [destroy(resource('kubernetes', 'cluster', null), 'some')],
    },
    nothing,
  ),
  subcommands(
    ['kubeadm'],
    {},
    {
      reset: unless(['--dry-run'], () => [
        destroy(resource('kubernetes', 'cluster', null), 'some'),
      ]),
      'token|certs|kubeconfig create|generate|user': () => [
        escalate(resource('kubernetes', 'cluster', null), 'some'),
      ],
    },
    nothing,
  ),
  command(['kustomize'], {}, () => []),
]
