// az: groups, then a verb.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { meaningsOf, nounThenVerb, valueOf, when } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const azure = meaningsOf('azure')
const named = '--name -n --ids --id'

const secrets: Readonly<Record<string, Meaning>> = {
  'account get-access-token': azure.discloses('token', { at: null }),
  'keyvault secret show|download|backup': azure.discloses('secret', { from: named, at: null }),
  'keyvault key backup|download': azure.discloses('key', { from: named, at: null }),
  'storage account keys list': azure.discloses('storage-account', { from: '-n --account-name' }),
  'storage account show-connection-string': azure.discloses('storage-account', { from: named }),
  'storage account generate-sas': azure.escalates('storage-account', { from: '--account-name' }),
  'storage container|blob generate-sas': azure.escalates('storage-container', { from: named }),
  'storage account keys renew': azure.destroys('storage-account', { from: named, extent: 'some' }),
  'cosmosdb keys list': azure.discloses('cosmosdb', { from: named, at: null }),
  'redis list-keys': azure.discloses('redis', { from: named, at: null }),
  'acr credential show|renew': azure.discloses('registry', { from: named, at: null }),
  'acr login': when('--expose-token', azure.discloses('registry'), nothing),
  'webapp|functionapp config appsettings list': azure.discloses('app', { from: named }),
  'webapp|functionapp deployment list-publishing-profiles': azure.discloses('app', { from: named }),
  'webapp|functionapp keys list': azure.discloses('app', { from: named }),
  'aks get-credentials': when(
    '--admin -a',
    azure.discloses('cluster', { from: named }),
    azure.writes('kubeconfig', { from: named }),
  ),
}

const power: Readonly<Record<string, Meaning>> = {
  'ad sp create-for-rbac|create': azure.escalates('service-principal', { from: named }),
  'ad sp credential reset': azure.escalates('service-principal', { from: named }),
  'ad app create|update': azure.escalates('application', { from: named }),
  'ad app credential reset': azure.escalates('application', { from: named }),
  'ad user create|update': azure.escalates('user', { from: named }),
  'ad group member add': azure.escalates('group', { from: '-g --group' }),
  'role assignment create': azure.escalates('role-assignment', { from: '--assignee', at: null }),
  'role definition create|update': azure.escalates('role-definition', { at: null }),
  'keyvault set-policy': azure.escalates('keyvault', { from: named }),
  'vm run-command invoke|create': azure.escalates('vm', { from: named }),
  'vmss run-command invoke|create': azure.escalates('vm-set', { from: named }),
  'vm extension set': azure.escalates('vm', { from: '--vm-name' }),
  'vm user update|reset-ssh': azure.escalates('vm', { from: named }),
  'aks command invoke': azure.escalates('cluster', { from: named }),
  'network nsg rule create|update': azure.escalates('network-rule', { from: named }),
  'container exec|attach': azure.escalates('container', { from: named }),
  'containerapp exec': azure.escalates('container-app', { from: named }),
  'webapp ssh|create-remote-connection': azure.escalates('app', { from: named }),
  'network bastion ssh|tunnel|rdp': azure.escalates('bastion', { from: named }),
  ssh: azure.escalates('vm', { at: null }),
  'sql server firewall-rule create|update': azure.escalates('sql-server', { at: null }),
  'postgres|mysql flexible-server firewall-rule create': azure.escalates('server', { at: null }),
  'postgres|mysql flexible-server execute': sqlOf('--querytext', '-q'),
  'postgres|mysql flexible-server connect': azure.escalates('server', { from: named }),
}

const guarding: Readonly<Record<string, Meaning>> = {
  'lock delete': azure.disarms('lock', { from: named, at: null }),
  'monitor diagnostic-settings delete': azure.disarms('diagnostic-settings', { from: named }),
  'monitor activity-log alert delete': azure.disarms('alert', { from: named }),
  'monitor log-profiles delete': azure.disarms('log-profile', { from: named }),
  'policy assignment delete': azure.disarms('policy', { from: named }),
  'backup protection disable': when(
    '--delete-backup-data',
    azure.destroys('backup', { from: '--item-name -i' }),
    azure.disarms('backup', { from: '--item-name -i' }),
  ),
  'storage blob service-properties delete-policy update': azure.disarms('storage', { at: null }),
}

const others: Readonly<Record<string, Meaning>> = {
  'deployment group|sub|mg|tenant what-if|validate': nothing,
  'deployment group|sub|mg|tenant create': (call) =>
    valueOf(call.args, '--mode')?.text?.toLowerCase() === 'complete'
      ? azure.destroys('resource-group', { from: '--resource-group -g', extent: 'some' })(call)
      : azure.writes('resource-group', { from: '--resource-group -g', at: null })(call),
  'storage blob sync': azure.destroys('storage-container', { from: '-c', extent: 'some' }),
  'storage blob delete-batch|delete': azure.destroys('storage-container', {
    from: '-s --source -c --container-name',
  }),
  'redis flush': azure.destroys('redis', { from: named }),
  'sql db restore': azure.writes('sql-db', { from: '--dest-name' }),
  'postgres|mysql flexible-server restore': azure.writes('server', { from: named }),
  'sql mi failover|stop': azure.stops('sql-instance', { from: named }),
  'webapp|functionapp deployment slot swap': azure.writes('app', { from: named }),
  'webapp log tail|download|show|config': nothing,
  'account set|clear': azure.writes('configuration', { at: null }),
  'login|logout|version|find|interactive|feedback|self-test|upgrade|configure|init|survey': nothing,
  'config set|unset|get': nothing,
  'extension add|update|remove|list': azure.writes('configuration', { at: null }),
  'bicep build|install|upgrade|version|lint|format|decompile': nothing,
  'vm restart|start|redeploy': azure.writes('vm', { from: named }),
  'vmss scale': azure.writes('vm-set', { from: named }),
  rest: carriedRequest,
}

function sqlOf(...options: readonly string[]): Meaning {
  return ({ args }): Meant => {
    const text = options.map((one) => valueOf(args, one)?.text ?? null).find((one) => one !== null)
    if (text === undefined) {
      return { effects: [unknown('the statement is not known here')], carried: [] }
    }
    return { effects: [], carried: [{ kind: 'sql', engine: 'other', text, target: null }] }
  }
}

function carriedRequest({ args }: Call): Meant {
  const given = (...names: readonly string[]) =>
    names.map((one) => valueOf(args, one)).find((word) => word !== null) ?? null
  const url = given('--url', '--uri', '-u')?.text ?? null
  const method = given('--method', '-m')
  if (url === null || (method !== null && method.text === null)) {
    return { effects: [unknown('the request is not known here')], carried: [] }
  }
  const body = given('--body', '-b')
  const text = body === null ? null : (body.text ?? { unknown: 'its body' })
  const carried = {
    kind: 'http',
    method: method?.text?.toUpperCase() ?? 'GET',
    url: /^https?:/i.test(url) ? url : `https://management.azure.com/${url.replace(/^\/+/, '')}`,
    headers: [],
    body: text,
  } as const
  return { effects: [], carried: [carried] }
}

export const az: CommandRow = cli({
  programs: ['az'],
  valued: `--subscription --output -o --query --resource-group -g --name -n --ids --location -l
    --account-name --vault-name --server -s --mode --template-file --parameters -p --tags
    --method -m --url --uri -u --body -b --headers`,
  bare: '--no-wait --only-show-errors --yes -y --force-deletion',
  rows: { ...secrets, ...power, ...guarding, ...others },
  otherwise: nounThenVerb('azure', { from: named }),
})
