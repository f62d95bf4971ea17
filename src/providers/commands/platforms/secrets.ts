// Where secrets are kept: reading one of them discloses it, also to an agent.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { meaningsOf, nounThenVerb, runs, when } from '../meanings.ts'
import { nothing } from '../row.ts'
import type { Word } from '../../../languages/shell/syntax.ts'

const vaultOf = meaningsOf('vault')
const onePassword = meaningsOf('1password')
const awsVaultOf = meaningsOf('aws-vault')
const dopplerOf = meaningsOf('doppler')
const infisicalOf = meaningsOf('infisical')
const store = meaningsOf('secrets')

const vault = cli({
  programs: ['vault', 'bao'],
  dash: 'word',
  valued: '-address -namespace -ns -mount -ca-cert -header -field -versions -policy -format',
  bare: '-force -f -prefix -non-interactive -output-curl-string',
  help: '-help --help -h -version --version',
  rows: {
    'status|version|version-history|list|print|path-help|login|agent|proxy|monitor|events': nothing,
    server: nothing,
    'read|unwrap': vaultOf.discloses('secret'),
    write: vaultOf.escalates('path'),
    patch: vaultOf.writes('path'),
    delete: vaultOf.destroys('path'),
    'kv list': nothing,
    'kv get': vaultOf.discloses('secret'),
    'kv put|patch|rollback|undelete|enable-versioning': vaultOf.writes('secret'),
    'kv delete|destroy': vaultOf.destroys('secret'),
    'kv metadata get|put|patch': vaultOf.writes('secret'),
    'kv metadata delete': vaultOf.destroys('secret'),
    'secrets|auth list|tune|help': nothing,
    'secrets|auth enable|move': vaultOf.escalates('mount'),
    'secrets|auth disable': vaultOf.destroys('mount'),
    'audit list': nothing,
    'audit enable': vaultOf.writes('audit'),
    'audit disable': vaultOf.disarms('audit'),
    'token lookup|capabilities|renew': nothing,
    'token create': vaultOf.escalates('token', { at: null }),
    'token revoke': vaultOf.destroys('token'),
    'policy list|read|fmt': nothing,
    'policy write': vaultOf.escalates('policy'),
    'policy delete': vaultOf.destroys('policy'),
    'lease lookup|renew': nothing,
    'lease revoke': vaultOf.destroys('lease'),
    'operator members|key-status|diagnose|usage|raft': nothing,
    'operator raft remove-peer|snapshot': vaultOf.destroys('cluster', { at: null }),
    'operator raft list-peers|autopilot': nothing,
    'operator raft snapshot save|inspect': vaultOf.discloses('cluster', { at: null }),
    'operator seal|step-down': vaultOf.stops('cluster', { at: null }),
    'operator unseal|init|rekey|rotate|generate-root|migrate': vaultOf.escalates('cluster', {
      at: null,
    }),
    'ssh|debug|transit|transform|pki|plugin|namespace': vaultOf.escalates('cluster'),
    'namespace list|lookup': nothing,
    'namespace delete': vaultOf.destroys('namespace'),
    'plugin list|info': nothing,
  },
})

const op = cli({
  programs: ['op'],
  valued: `--account --vault --cache --config --encoding --format --session --fields --env-file --file
    --out-file -o --tags --title --category`,
  bare: '--reveal --no-masking --no-newline -n --iso-timestamps --archive --favorite',
  help: '--help -h --version -v',
  rows: {
    'whoami|signin|signout|account|update|completion|events-api|connect|plugin': nothing,
    'read|inject': onePassword.discloses('secret'),
    'item list|template': nothing,
    'item get|share': onePassword.discloses('item'),
    'item create|edit|move': onePassword.writes('item'),
    'item delete': onePassword.destroys('item'),
    'document list': nothing,
    'document get': onePassword.discloses('document'),
    'ssh|service-account|connect': onePassword.escalates('account', { at: null }),
    'group|user|vault group|user|grant|provision|confirm|create': onePassword.escalates('vault'),
    'vault create|edit': onePassword.writes('vault'),
    'environment read': onePassword.discloses('environment'),
    run: runs,
  },
  otherwise: nounThenVerb('1password'),
})

const awsVault = cli({
  programs: ['aws-vault', 'aws-vault-proxy', 'saml2aws', 'aws-okta', 'granted', 'assume'],
  valued: '--backend --keychain -d --duration --region --mfa-token -t --prompt --profile --config',
  bare: '-n --no-session -s --server --ecs-server --ec2-server -j --json --debug',
  rows: {
    'list|ls|login|configure|version|help|console|list-roles': nothing,
    export: awsVaultOf.discloses('credential'),
    script: awsVaultOf.discloses('credential', { at: null }),
    'add|rotate': awsVaultOf.writes('credential'),
    'remove|rm|clear': awsVaultOf.writes('credential'),
    exec: (call) => {
      const command = call.args.operands.slice(1)
      if (command.length === 0) return awsVaultOf.escalates('shell')(call)
      return runs({ ...call, rest: afterProfile(call.rest) })
    },
  },
})

const doppler = cli({
  programs: ['doppler'],
  valued: `-p --project -c --config -t --token --scope --api-host --config-dir --format --fallback
    --command --name-transformer --mount -e --environment`,
  bare: '--plain --no-file --raw --preserve-env --copy --no-fallback --only-names --silent',
  help: '--help -h --version -v',
  rows: {
    'configure|login|logout|setup|me|open|completion|update|activity|changelog|feedback': nothing,
    'projects|environments|configs|flags|run-clean': nothing,
    'projects|environments|configs get|logs|list': nothing,
    'projects|environments|configs create|update|rename|clone': dopplerOf.writes('project'),
    'projects|environments|configs delete': dopplerOf.destroys('project'),
    'configs lock|unlock': dopplerOf.writes('config'),
    'configs tokens create': dopplerOf.escalates('token'),
    'configs tokens revoke': dopplerOf.destroys('token'),
    'configs logs rollback': dopplerOf.destroys('config', { extent: 'some' }),
    secrets: when('--only-names', nothing, dopplerOf.discloses('secret', { at: null })),
    'secrets get|download|substitute': dopplerOf.discloses('secret'),
    'secrets set|upload|notes': dopplerOf.writes('secret', { at: null }),
    'secrets delete': dopplerOf.destroys('secret', { each: true }),
    run: (call) => {
      const given = call.args.value('--command')
      if (given === null) return runs(call)
      const { directory } = call.invocation
      const text = given.text ?? given.raw
      return { effects: [], carried: [{ kind: 'shell', text, directory }] }
    },
  },
})

const infisical = cli({
  programs: ['infisical'],
  valued: `--domain --token --env -e --path --projectId --project-id --log-level -l --format -f
    --command -c --tags --folder --template --plain`,
  bare: '--silent --recursive --secret-overriding --watch',
  help: '--help -h --version -v',
  rows: {
    'login|init|reset|user|vault|scan|completion|static|bootstrap|agent': nothing,
    'secrets set': infisicalOf.writes('secret', { at: null }),
    'secrets delete': infisicalOf.destroys('secret', { each: true }),
    'secrets folders get|list|create': nothing,
    'secrets folders delete': infisicalOf.destroys('folder', { at: null }),
    'secrets generate-example-env': nothing,
    secrets: infisicalOf.discloses('secret', { at: null }),
    export: infisicalOf.discloses('secret', { at: null }),
    'service-token|dynamic-secrets|ssh|gateway|relay|kmip|pam': infisicalOf.escalates('token', {
      at: null,
    }),
    run: (call) => {
      const given = call.args.value('--command')
      if (given === null) return runs(call)
      const { directory } = call.invocation
      const text = given.text ?? given.raw
      return { effects: [], carried: [{ kind: 'shell', text, directory }] }
    },
  },
})

/** Password stores of this machine. */
const stores = cli({
  programs: ['pass', 'gopass', 'bw', 'rbw', 'lpass', 'secret-tool', 'keyring'],
  valued: '--session --organizationid -c --clip',
  rows: {
    'ls|list|find|search|status|login|unlock|lock|sync|help|version|git|init|config|logout':
      nothing,
    'insert|generate|edit|mv|cp|create|add|set|store|import|encode|template':
      store.writes('secret'),
    'rm|remove|delete|del|clear|purge': store.destroys('secret'),
    'show|get|lookup|export|otp|code|grep|cat|send': store.discloses('secret'),
  },
  /** `pass work/db` shows that one. */
  otherwise: (call) => {
    const meant = store.discloses('secret')(call)
    return 'effects' in meant ? null : meant
  },
})

/** `aws-vault exec PROFILE -- words` */
function afterProfile(rest: readonly Word[]): readonly Word[] {
  const dashes = rest.findIndex(({ raw }) => raw === '--')
  return rest.slice(dashes < 0 ? 1 : dashes)
}

export const secretStores: readonly CommandRow[] = [vault, op, awsVault, doppler, infisical, stores]
