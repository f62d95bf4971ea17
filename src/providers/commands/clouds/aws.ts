// aws: a service, then a verb. The verb says what is done, unless a row knows better.
import type { Effect } from '../../../domain/effect.ts'
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, disclose, read, resource, unknown, write } from '../effects.ts'
import { valueOf } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'
import { effectOf, kindOfVerb, singular } from '../verbs.ts'

type Kind = 'read' | 'disclose' | 'write' | 'destroy' | 'stop' | 'disarm' | 'escalate'

const naming = /-(name|id|ids|identifier|identifiers|arn|arns|names|url|key)$|^--(name|bucket|id)$/

/** `aws:ec2-instance/i-1`, from `ec2 terminate-instances --instance-ids i-1`. */
function subject(service: string, verb: string, { args }: Call): ReturnType<typeof resource> {
  const noun = singular(verb.split('-').slice(1).join('-'))
  const names = args.flags.map(({ name }) => name).filter((name) => naming.test(name))
  const best =
    names.find((name) => noun !== '' && name.startsWith(`--${noun}-`)) ??
    names.find((name) => name === '--bucket' || name === '--name') ??
    names[0]
  const id = best === undefined ? null : (valueOf(args, best)?.text ?? null)
  return resource('aws', noun === '' ? service : `${service}-${noun}`, id)
}

function split(call: Call): { service: string; verb: string } {
  const [, service = '', verb = ''] = call.verb.split(' ')
  return { service, verb }
}

function is(kind: Kind): Meaning {
  return (call) => {
    const { service, verb } = split(call)
    return [effectOf(kind, subject(service, verb, call))]
  }
}

/** One way of using it is graver than the others. */
function isWhen(kind: Kind, test: (call: Call) => boolean, otherwise: Kind = 'write'): Meaning {
  return (call) => is(test(call) ? kind : otherwise)(call)
}

function says(option: string, pattern: RegExp): (call: Call) => boolean {
  return ({ args }) => {
    const value = valueOf(args, option)
    return value !== null && (value.text === null || pattern.test(value.text))
  }
}

function textOf({ args }: Call): string {
  return args.operands.map(({ text, raw }) => text ?? raw).join(' ')
}

/** A list of changes in JSON, or in a file that is not read here. */
function changes(option: string, destroying: RegExp): Meaning {
  return (call) => {
    const value = valueOf(call.args, option)
    if (value?.text === null || value?.text.startsWith('file:') === true) {
      return [unknown(`what \`${option}\` holds is not known here`)]
    }
    return is(destroying.test(textOf(call)) ? 'destroy' : 'write')(call)
  }
}

function sql(...options: readonly string[]): Meaning {
  return ({ args }): Meant => {
    const [value = null] = options.map((option) => valueOf(args, option))
    if (value?.text === undefined || value.text === null || value.text.startsWith('file:')) {
      return { effects: [unknown('the statement is not known here')], carried: [] }
    }
    const carried = { kind: 'sql', engine: 'other', text: value.text, target: null } as const
    return { effects: [], carried: [carried] }
  }
}

function stored(index: number) {
  return ({ args }: Call) => {
    const text = args.operands[index]?.text ?? null
    return resource('aws', 's3-object', text?.startsWith('s3://') === true ? text.slice(5) : null)
  }
}

const s3: Readonly<Record<string, Meaning>> = {
  's3 ls|presign|website': (call) =>
    call.verb.endsWith('presign')
      ? [disclose(stored(0)(call))]
      : [call.verb.endsWith('ls') ? read(stored(0)(call)) : write(stored(0)(call))],
  's3 cp': (call) => [write(stored(1)(call))],
  's3 mb': (call) => [write(stored(0)(call))],
  's3 mv': (call) => [destroy(stored(0)(call), 'some'), write(stored(1)(call))],
  's3 rm': (call) => [destroy(stored(0)(call), call.args.has('--recursive') ? 'some' : 'whole')],
  's3 rb': (call) => [destroy(resource('aws', 's3-bucket', stored(0)(call).id))],
  's3 sync': (call) => {
    const on = stored(1)(call)
    return call.args.has('--delete') ? [destroy(on, 'some')] : [write(on)]
  },
}

const data: Readonly<Record<string, Meaning>> = {
  'rds-data|redshift-data execute-statement|batch-execute-statement': sql('--sql', '--sqls'),
  'athena start-query-execution': sql('--query-string'),
  'dynamodb execute-statement|execute-transaction': sql('--statement'),
  'timestream-query query': sql('--query-string'),
  'dynamodb batch-write-item': changes('--request-items', /DeleteRequest/),
  'dynamodb transact-write-items': changes('--transact-items', /"?Delete"?\s*[:=]/),
  'route53 change-resource-record-sets': changes('--change-batch', /DELETE/),
  's3api put-bucket-lifecycle-configuration|put-bucket-lifecycle': is('destroy'),
  's3api put-bucket-versioning': isWhen('disarm', (call) => !/Enabled/.test(textOf(call))),
  's3api put-bucket-policy|put-bucket-acl|put-object-acl': is('escalate'),
  's3api put-public-access-block': isWhen('disarm', (call) => /false/i.test(textOf(call))),
  's3api delete-public-access-block|delete-bucket-policy|delete-bucket-encryption': is('disarm'),
  's3api delete-bucket-replication|delete-bucket-lifecycle': is('disarm'),
  's3api create-multipart-upload|upload-part|complete-multipart-upload': is('write'),
  'rds modify-db-instance|modify-db-cluster': isWhen('disarm', (call) =>
    protectionFalls(call, ['--no-deletion-protection'], '--backup-retention-period'),
  ),
  'rds restore-db-cluster-to-point-in-time|restore-db-instance-to-point-in-time': is('write'),
  'rds restore-db-instance-from-db-snapshot|restore-db-cluster-from-snapshot': is('write'),
  'rds failover-db-cluster|promote-read-replica': is('write'),
  'rds generate-db-auth-token': is('disclose'),
  'dynamodb update-table': isWhen('disarm', ({ args }) =>
    args.has('--no-deletion-protection-enabled'),
  ),
  'dynamodb update-continuous-backups': isWhen('disarm', (call) => /false/i.test(textOf(call))),
  'dynamodb restore-table-from-backup|restore-table-to-point-in-time': is('write'),
  'dynamodb update-time-to-live': is('destroy'),
  'ec2 modify-instance-attribute': isWhen('disarm', (call) =>
    protectionFalls(call, ['--no-disable-api-termination'], '--disable-api-termination'),
  ),
  'ec2 attach-volume|restore-address-to-classic|modify-volume': is('write'),
  'ec2 get-password-data|get-console-output': is('disclose'),
  'ec2 reset-instance-attribute|reset-image-attribute': is('write'),
  'logs put-retention-policy|delete-retention-policy': (call) =>
    is(call.verb.includes('put') ? 'disarm' : 'write')(call),
  'logs start-query|start-live-tail|stop-query': is('read'),
  'kms schedule-key-deletion|disable-key': is('destroy'),
  'kms cancel-key-deletion|enable-key': is('write'),
  'kms create-grant|put-key-policy': is('escalate'),
  'kms decrypt|generate-data-key': is('disclose'),
  'ecs update-service': isWhen('stop', says('--desired-count', /^0+$/)),
  'autoscaling update-auto-scaling-group|set-desired-capacity': isWhen('stop', ({ args }) =>
    ['--max-size', '--desired-capacity', '--min-size'].some(
      (option) => valueOf(args, option)?.text === '0',
    ),
  ),
  'application-autoscaling register-scalable-target': is('write'),
  'cloudformation execute-change-set|update-stack|deploy': is('write'),
  'cloudformation cancel-update-stack|continue-update-rollback|rollback-stack': is('write'),
}

function protectionFalls({ args }: Call, flags: readonly string[], valued: string): boolean {
  if (args.has(...flags)) return true
  const value = valueOf(args, valued)
  return value !== null && (value.text === null || /^0+$|false/i.test(value.text))
}

const guarding: Readonly<Record<string, Meaning>> = {
  'cloudtrail stop-logging|delete-trail|update-trail|put-event-selectors': is('disarm'),
  'cloudtrail delete-event-data-store|stop-event-data-store-ingestion': is('disarm'),
  'config|configservice stop-configuration-recorder|delete-configuration-recorder': is('disarm'),
  'config|configservice delete-config-rule|delete-delivery-channel': is('disarm'),
  'guardduty delete-detector|update-detector|stop-monitoring-members': is('disarm'),
  'securityhub disable-security-hub|batch-disable-standards': is('disarm'),
  'backup delete-backup-plan|delete-backup-selection|stop-backup-job': is('disarm'),
  'backup delete-backup-vault-lock-configuration|put-backup-vault-access-policy': is('disarm'),
  'wafv2 delete-web-acl|disassociate-web-acl|delete-logging-configuration': is('disarm'),
  'cloudwatch delete-alarms|disable-alarm-actions': is('disarm'),
  'elbv2 modify-load-balancer-attributes': isWhen('disarm', (call) =>
    /deletion_protection\S*Value=false/i.test(textOf(call)),
  ),
  'iam deactivate-mfa-device|delete-virtual-mfa-device': is('disarm'),
  'iam delete-role-permissions-boundary|delete-user-permissions-boundary': is('disarm'),
  'iam delete-account-password-policy|update-account-password-policy': is('disarm'),
}

const power: Readonly<Record<string, Meaning>> = {
  'iam create-access-key|create-user|create-login-profile|update-login-profile': is('escalate'),
  'iam attach-user-policy|attach-role-policy|attach-group-policy': is('escalate'),
  'iam put-user-policy|put-role-policy|put-group-policy|create-policy-version': is('escalate'),
  'iam set-default-policy-version|add-user-to-group|update-assume-role-policy': is('escalate'),
  'iam create-role|create-service-specific-credential|update-access-key': is('escalate'),
  'iam add-role-to-instance-profile|create-open-id-connect-provider': is('escalate'),
  'iam create-saml-provider|upload-ssh-public-key|pass-role': is('escalate'),
  'sts assume-role|assume-role-with-saml|assume-role-with-web-identity': is('escalate'),
  'sts get-session-token|get-federation-token': is('escalate'),
  'ec2 create-key-pair|import-key-pair|associate-iam-instance-profile': is('escalate'),
  'ec2 modify-image-attribute|modify-snapshot-attribute': is('escalate'),
  'rds modify-db-snapshot-attribute|modify-db-cluster-snapshot-attribute': is('escalate'),
  'ec2-instance-connect send-ssh-public-key|ssh|open-tunnel': is('escalate'),
  'ssm send-command|start-session|start-automation-execution': is('escalate'),
  'ecs execute-command|run-task|start-task': is('escalate'),
  'lambda add-permission|create-function-url-config': is('escalate'),
  'eks create-access-entry|associate-access-policy': is('escalate'),
  'organizations leave-organization': is('destroy'),
  'identitystore create-group-membership|create-user': is('escalate'),
  'secretsmanager put-resource-policy': is('escalate'),
  'secretsmanager rotate-secret': is('destroy'),
  'redshift get-cluster-credentials': is('escalate'),
}

const secrets: Readonly<Record<string, Meaning>> = {
  'secretsmanager get-secret-value|batch-get-secret-value': is('disclose'),
  'ssm get-parameter|get-parameters|get-parameters-by-path|get-parameter-history': isWhen(
    'disclose',
    ({ args }) => args.has('--with-decryption'),
    'read',
  ),
  'ecr|ecr-public get-login-password|get-authorization-token|get-login': is('disclose'),
  'codeartifact get-authorization-token': is('disclose'),
  'eks get-token': is('disclose'),
  'configure export-credentials': is('disclose'),
  'configure get': ({ args }) =>
    /secret|token/.test(args.operands[0]?.text ?? 'secret')
      ? [disclose(resource('aws', 'credential', null))]
      : [],
  'lightsail get-relational-database-master-user-password|download-default-key-pair':
    is('disclose'),
  'lambda get-function|get-function-configuration': is('read'),
  'apigateway get-api-keys|get-api-key': isWhen(
    'disclose',
    ({ args }) => args.has('--include-values', '--include-value'),
    'read',
  ),
}

const local: Readonly<Record<string, Meaning>> = {
  'configure list|list-profiles': nothing,
  'configure set|sso|sso-session|import|add-model': () => [
    write(resource('aws', 'configuration', null)),
  ],
  configure: () => [write(resource('aws', 'configuration', null))],
  'sso login|logout': () => [write(resource('aws', 'session', null))],
  'sso get-role-credentials': is('disclose'),
  'eks update-kubeconfig': () => [write(resource('aws', 'configuration', null))],
  'cloudformation package|validate-template': nothing,
  'history list|show': nothing,
  'ec2 run-instances': is('write'),
  'lambda update-function-code|publish-version': is('write'),
}

/** What no row knows, by its verb. */
function byVerb(call: Call): readonly Effect[] | null {
  const [service, verb] = call.args.operands.map(({ text }) => text)
  if (typeof service !== 'string' || typeof verb !== 'string') return null
  if (verb === 'help' || service === 'help') return []
  const kind = kindOfAwsVerb(verb)
  if (kind === null) return null
  return [effectOf(kind, subject(service, verb, call))]
}

/** Restoring makes something new there; `reset` and `cancel` are as anywhere. */
function kindOfAwsVerb(verb: string): Kind | null {
  const first = verb.split('-')[0] ?? ''
  if (['restore', 'run', 'execute', 'call'].includes(first)) return 'write'
  if (/^(list|describe)-|^batch-(get|describe|read|check)/.test(verb)) return 'read'
  if (/^admin-(get|list)/.test(verb)) return 'read'
  if (/^admin-(delete|disable|forget|reset)/.test(verb)) return 'destroy'
  if (/^admin-/.test(verb)) return 'escalate'
  if (verb === 'wait') return 'read'
  return kindOfVerb(verb)
}

/** `help` may stand after the verb. */
function helpLast(meaning: Meaning): Meaning {
  return (call) => (call.args.operands[0]?.text === 'help' ? [] : meaning(call))
}

const rows = Object.fromEntries(
  Object.entries({ ...s3, ...data, ...guarding, ...power, ...secrets, ...local }).map(
    ([key, meaning]) => [key, helpLast(meaning)],
  ),
)

export const aws: CommandRow = cli({
  programs: ['aws', 'awslocal'],
  valued: `--profile --region --output --endpoint-url --query --ca-bundle --cli-read-timeout
    --cli-connect-timeout --color --cli-binary-format --exclude --include --acl`,
  bare: `--no-verify-ssl --no-paginate --no-sign-request --no-cli-pager --cli-auto-prompt --delete
    --no-cli-auto-prompt --quiet --only-show-errors --with-decryption`,
  help: '--version',
  rows,
  otherwise: (call) => (call.args.operands[2]?.text === 'help' ? [] : byVerb(call)),
})
