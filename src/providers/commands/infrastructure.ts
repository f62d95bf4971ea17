// Infrastructure as code: what its programs do to what they have made.
import type { Effect } from '../../domain/effect.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, disclose, escalate, resource, unknown, write } from './effects.ts'
import { command, nothing, own, subcommands, unless } from './row.ts'
import type { Call, Meaning } from './row.ts'

const on = (provider: string, type: string) => (id: string | null) => resource(provider, type, id)

const state = on('terraform', 'state')
const stack = on('pulumi', 'stack')

const terraformValued = [
  '-target',
  '-var',
  '-var-file',
  '-out',
  '-state',
  '-replace',
  '-lock-timeout',
]
  .concat(['-backend-config', '-parallelism', '-exclude', '-config', '-from-module', '-plugin-dir'])
  .flatMap((one) => [one, `-${one}`])

const apart = (meaning: Meaning): Meaning => own({ valued: [], dash: 'word' }, meaning)

function says(call: Call, name: string): boolean {
  return call.args.flags.some(
    (flag) => flag.name.replace(/^--/, '-') === `-${name}` && flag.value?.text !== 'false',
  )
}

/** `-target=aws_db_instance.main` */
function targets(call: Call): readonly (string | null)[] {
  const named = call.args.flags.filter(({ name }) => /^--?(target|replace)$/.test(name))
  return named.length === 0 ? [null] : named.map(({ value }) => value?.text ?? null)
}

const destroysAll: Meaning = apart((call) => {
  const narrowed = call.args.flags.some(({ name }) => /^--?target$/.test(name))
  return targets(call).map((id) =>
    destroy(resource('terraform', 'resource', id), narrowed ? 'whole' : 'some'),
  )
})

/** A plan may create or destroy: what is in it is not in the command. */
const appliesPlan: Meaning = apart((call) => {
  if (says(call, 'destroy'))
    return targets(call).map((id) => destroy(resource('terraform', 'resource', id)))
  const replaced = call.args.flags.filter(({ name }) => /^--?replace$/.test(name))
  const gone = replaced.map(({ value }) =>
    destroy(resource('terraform', 'resource', value?.text ?? null)),
  )
  const unseen = says(call, 'auto-approve') || call.args.operands.length > 0
  return [
    ...gone,
    write(resource('terraform', 'resource', null), 'some', 'never'),
    ...(unseen ? [unknown('what the plan would destroy is not in the command')] : []),
  ]
})

const named = (effect: (id: string | null) => Effect): Meaning =>
  apart(({ args }) =>
    args.operands.length === 0 ? [effect(null)] : args.operands.map(({ text }) => effect(text)),
  )

const asJson = (effect: Effect): Meaning =>
  apart((call) => (says(call, 'json') || says(call, 'raw') ? [effect] : []))

const looksAtCode =
  'plan|validate|fmt|version|providers|graph|get|test|metadata|login|logout|refresh|untaint|help|modules|hclfmt|' +
  'graph-dependencies|output-module-groups|render-json|validate-inputs|find|list|dag|hcl|info|catalog|query'

const terraformRows: Readonly<Record<string, Meaning>> = {
  destroy: destroysAll,
  apply: appliesPlan,
  init: apart((call) =>
    says(call, 'force-copy') || (says(call, 'migrate-state') && says(call, 'force-copy'))
      ? [destroy(state(null), 'some')]
      : [write(state(null))],
  ),
  'state rm': apart((call) =>
    says(call, 'dry-run') ? [] : call.args.operands.map(({ text }) => destroy(state(text), 'some')),
  ),
  'state push': named(() => destroy(state(null))),
  'state mv|replace-provider': apart((call) =>
    says(call, 'dry-run') ? [] : [destroy(state(null), 'some', 'trivial')],
  ),
  'state pull': () => [disclose(state(null))],
  'state list|show': nothing,
  show: asJson(disclose(state(null))),
  output: asJson(disclose(state(null))),
  console: () => [disclose(state(null))],
  taint: named((id) => destroy(resource('terraform', 'resource', id), 'whole', 'trivial')),
  import: apart(() => [write(state(null))]),
  'workspace delete': named((id) => destroy(resource('terraform', 'workspace', id))),
  'workspace list|show|new|select': nothing,
  'force-unlock': named(() => disarm(state(null), 'some')),
  [looksAtCode]: nothing,
}

const terragruntRuns = 'run-all|run'

/** `terragrunt run-all destroy` is `destroy` in every folder. */
const runsAll: Meaning = (call) => {
  const words = call.rest.filter(({ text }) => !/^-/.test(text ?? ''))
  const [first] = words
  if (first?.text === undefined || first.text === null)
    return [unknown('what `terragrunt` would run everywhere')]
  if (first.text === 'destroy') return [destroy(resource('terraform', 'resource', null))]
  return first.text === 'apply'
    ? [
        write(resource('terraform', 'resource', null), 'some', 'never'),
        unknown('what the plans would destroy'),
      ]
    : []
}

const pulumiPreview = ['--preview-only', '--dry-run'] as const
const pulumi = (meaning: Meaning): Meaning =>
  own({ valued: ['-s', '--stack', '-C', '--cwd', '-t', '--target', '-m'] }, meaning)

function stackOf(call: Call): string | null {
  return call.args.value('-s', '--stack')?.text ?? null
}

const pulumiRows: Readonly<Record<string, Meaning>> = {
  'destroy|down|dn': pulumi(unless(pulumiPreview, (call) => [destroy(stack(stackOf(call)))])),
  'up|update': pulumi(
    unless(pulumiPreview, (call) => [
      write(stack(stackOf(call)), 'some', 'never'),
      ...(call.args.has('-y', '--yes', '-f', '--skip-preview')
        ? [unknown('what the update would destroy')]
        : []),
    ]),
  ),
  refresh: pulumi(
    unless(pulumiPreview, (call) => [
      call.args.has('-y', '--yes')
        ? destroy(resource('pulumi', 'state', stackOf(call)), 'some')
        : write(stack(stackOf(call))),
    ]),
  ),
  'stack rm': pulumi(({ args }) => [
    destroy(stack(args.operands[0]?.text ?? args.value('-s', '--stack')?.text ?? null)),
  ]),
  'stack import': pulumi((call) => [destroy(resource('pulumi', 'state', stackOf(call)))]),
  'stack export': pulumi((call) =>
    call.args.has('--show-secrets') ? [disclose(stack(stackOf(call)))] : [],
  ),
  'state delete|rename|unprotect|edit': pulumi((call) => [
    call.verb.endsWith('unprotect')
      ? disarm(stack(null), 'some')
      : destroy(resource('pulumi', 'state', call.args.operands[0]?.text ?? null), 'some'),
  ]),
  cancel: () => [destroy(stack(null), 'some', 'trivial')],
  'config get': pulumi((call) => [disclose(stack(stackOf(call)), 'some')]),
  'config rm|rm-all': pulumi((call) => [destroy(stack(stackOf(call)), 'some')]),
  config: pulumi((call) =>
    call.args.has('--show-secrets') ? [disclose(stack(stackOf(call)))] : [],
  ),
  'config set|set-all|cp|refresh|env': nothing,
  'preview|pre|stack|logs|whoami|about|version|new|login|logout|import|plugin|org|schema|convert|console|package|watch|policy|install|gen-completion|help|state':
    nothing,
  'env|environment open|get': () => [disclose(resource('pulumi', 'environment', null))],
  'env|environment rm': () => [destroy(resource('pulumi', 'environment', null))],
}

const cdkRows: Readonly<Record<string, Meaning>> = {
  destroy: own({ valued: ['-c', '--context', '--profile', '-a', '--app', '-o'] }, ({ args }) =>
    (args.operands.length === 0 ? [null] : args.operands.map(({ text }) => text)).map((id) =>
      destroy(resource('aws', 'stack', id)),
    ),
  ),
  'deploy|watch': own({ valued: ['--require-approval', '-c', '--profile', '-a'] }, ({ args }) => [
    write(resource('aws', 'stack', args.operands[0]?.text ?? null), 'some', 'never'),
    ...(args.value('--require-approval')?.text === 'never' || args.has('--yes', '--force')
      ? [unknown('what the deployment would destroy is not in the command')]
      : []),
  ]),
  'rollback|import|migrate|refactor|gc': ({ verb }) => [
    verb.endsWith('gc')
      ? destroy(resource('aws', 'stack', null), 'some')
      : write(resource('aws', 'stack', null)),
  ],
  bootstrap: () => [escalate(resource('aws', 'role', null), 'some')],
  'diff|synth|synthesize|list|ls|doctor|docs|metadata|init|notices|context|acknowledge|ack|version|help':
    nothing,
}

/** Of programs that are alike in this: one word takes everything down. */
function takesDown(
  programs: readonly string[],
  verbs: RegExp,
  provider: string,
  type: string,
): CommandRow {
  return command(programs, {}, (call) => {
    if (call.args.says('--dry-run', '--dryrun')) return []
    const words = call.args.operands.map(({ text }) => text ?? '')
    const at = words.slice(0, 2).findIndex((word) => verbs.test(word))
    return at < 0 ? [] : [destroy(resource(provider, type, words[at + 1] ?? null))]
  })
}

export const infrastructure: readonly CommandRow[] = [
  subcommands(
    ['terraform', 'tofu', 'tf'],
    { valued: terraformValued, dash: 'word' },
    terraformRows,
  ),
  subcommands(
    ['terragrunt'],
    { valued: terraformValued, dash: 'word' },
    { ...terraformRows, [terragruntRuns]: runsAll },
  ),
  subcommands(
    ['cdktf'],
    {},
    {
      destroy: () => [destroy(resource('terraform', 'resource', null))],
      'deploy|apply': ({ args }) => [
        write(resource('terraform', 'resource', null), 'some', 'never'),
        ...(args.has('--auto-approve') ? [unknown('what the deployment would destroy')] : []),
      ],
    },
    nothing,
  ),
  subcommands(['pulumi'], { valued: ['-C', '--cwd', '-s', '--stack'] }, pulumiRows),
  subcommands(
    ['cdk', 'aws-cdk'],
    { valued: ['-c', '--context', '--profile', '-a', '--app', '-o'] },
    cdkRows,
  ),
  takesDown(['sam'], /^delete$/, 'aws', 'stack'),
  takesDown(
    ['serverless', 'sls', 'sst', 'ampx', 'chalice', 'zappa'],
    /^(remove|delete|undeploy)$/,
    'aws',
    'stack',
  ),
  takesDown(['copilot', 'eb'], /^(delete|terminate)$/, 'aws', 'application'),
  takesDown(['amplify'], /^(delete|remove)$/, 'aws', 'application'),
  takesDown(['crossplane', 'up', 'kind-get'], /^(uninstall|delete)$/, 'kubernetes', 'package'),
  takesDown(['vagrant'], /^(destroy|remove|prune|suspend|halt)$/, 'local', 'virtual-machine'),
  takesDown(
    ['multipass', 'orb', 'orbctl'],
    /^(delete|purge|stop|reset)$/,
    'local',
    'virtual-machine',
  ),
  takesDown(['openstack', 'nova'], /^(delete|purge|rebuild)$/, 'openstack', 'resource'),
  command(['packer'], {}, ({ args }) =>
    args.operands[0]?.text === 'build' && args.flags.some(({ name }) => /^--?(force|f)$/.test(name))
      ? [destroy(resource('packer', 'image', null))]
      : [],
  ),
]
