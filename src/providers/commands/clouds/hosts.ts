// Smaller clouds: nouns, then a verb.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { meaningsOf, nounThenVerb, when } from '../meanings.ts'
import { nothing } from '../row.ts'

const digitalOcean = meaningsOf('digitalocean')
const hetzner = meaningsOf('hetzner')
const linode = meaningsOf('linode')
const oracle = meaningsOf('oci')
const kubernetes = meaningsOf('aws')

const doctl = cli({
  programs: ['doctl'],
  valued: '-t --access-token -u --api-url -c --config --context -o --output --format --region',
  bare: '-f --no-header --trace -v --interactive',
  rows: {
    'auth init|list|switch|remove': digitalOcean.writes('configuration', { at: null }),
    'auth token': digitalOcean.discloses('token', { at: null }),
    'account get|ratelimit': nothing,
    'compute ssh': digitalOcean.escalates('droplet'),
    'compute ssh-key create|import': digitalOcean.escalates('ssh-key'),
    'compute droplet-action power-off|shutdown|power-cycle': digitalOcean.stops('droplet'),
    'compute droplet-action rebuild|restore|password-reset': digitalOcean.destroys('droplet'),
    'compute droplet-action disable-backups': digitalOcean.disarms('droplet'),
    'compute droplet-action': digitalOcean.writes('droplet', { at: 1 }),
    'compute volume-action detach': digitalOcean.stops('volume'),
    'databases backups|options|configuration': nothing,
    'databases connection': digitalOcean.discloses('database'),
    'databases user reset': digitalOcean.escalates('database-user', { at: 1 }),
    'databases user create': digitalOcean.escalates('database-user', { at: 1 }),
    'databases firewalls append|replace|remove': digitalOcean.escalates('database-firewall'),
    'databases db delete': digitalOcean.destroys('database', { at: 1 }),
    'compute domain records delete': digitalOcean.destroys('domain-record', { at: 1 }),
    'kubernetes cluster kubeconfig save': digitalOcean.writes('kubeconfig', { at: null }),
    'kubernetes cluster kubeconfig show': digitalOcean.discloses('cluster'),
    'apps console': digitalOcean.escalates('app'),
    'apps create-deployment': digitalOcean.writes('app'),
    'registry garbage-collection start': digitalOcean.destroys('registry', { extent: 'some' }),
    'registry login|logout|docker-config': digitalOcean.writes('configuration', { at: null }),
    'serverless functions invoke': digitalOcean.escalates('function'),
    'version|completion': nothing,
  },
  otherwise: nounThenVerb('digitalocean'),
})

const hcloud = cli({
  programs: ['hcloud'],
  valued: '--context --config --endpoint -o --output --poll-interval --name --image --type -l',
  rows: {
    'version|completion': nothing,
    'context create|use|delete|active|list|rename': hetzner.writes('configuration', { at: null }),
    'server ssh': hetzner.escalates('server'),
    'server rebuild': hetzner.destroys('server'),
    'server reset|shutdown|poweroff': hetzner.stops('server'),
    'server reset-password|enable-rescue|request-console': hetzner.escalates('server'),
    'server disable-backup': hetzner.disarms('server'),
    'server change-type|reboot|poweron|create-image|attach-to-network': hetzner.writes('server'),
    'server|volume|network|image|primary-ip|floating-ip|load-balancer disable-protection':
      hetzner.disarms('server'),
    'server|volume|network|image|primary-ip|floating-ip|load-balancer enable-protection':
      hetzner.writes('server'),
    'volume detach': hetzner.stops('volume'),
    'ssh-key create': hetzner.escalates('ssh-key'),
    'firewall add-rule|replace-rules|apply-to-resource': hetzner.escalates('firewall'),
    'firewall delete-rule|remove-from-resource': hetzner.disarms('firewall'),
  },
  otherwise: nounThenVerb('hetzner'),
})

const linodeCli = cli({
  programs: ['linode-cli', 'linode'],
  valued: '--as-user --format --page --page-size --image --label --region --type --root_pass',
  bare: '--text --no-defaults --pretty --no-headers',
  rows: {
    'configure|completion|set-user|show-users|plugins': nothing,
    'obj ls|la|du|info|signurl': nothing,
    'obj rb|rm|del': linode.destroys('object-storage', { each: true }),
    'obj mb|put|get': linode.writes('object-storage'),
    'linodes rebuild|disk-reset-password|linode-reset-password': linode.destroys('linode'),
    'linodes backups-cancel': linode.disarms('linode'),
    'linodes backup-restore': linode.destroys('linode', { extent: 'some' }),
    'profile token-create': linode.escalates('token', { at: null }),
    'databases mysql-creds-view|postgresql-creds-view': linode.discloses('database'),
    'lke kubeconfig-view': linode.discloses('cluster'),
    ssh: linode.escalates('linode'),
  },
  otherwise: nounThenVerb('linode'),
})

const oci = cli({
  programs: ['oci'],
  valued: `--profile --config-file --region --auth --output --query --compartment-id -c
    --bucket-name -bn --namespace -ns`,
  rows: {
    'compute instance action': oracle.stops('instance', { from: '--instance-id', at: null }),
    'os object sync': when(
      '--delete',
      oracle.destroys('bucket', { from: '--bucket-name -bn', extent: 'some' }),
      oracle.writes('bucket', { from: '--bucket-name -bn' }),
    ),
    'os object put|get|head|list|bulk-upload|bulk-download|copy': oracle.writes('bucket', {
      from: '--bucket-name -bn',
    }),
    'os preauth-request create': oracle.escalates('bucket', { from: '--bucket-name -bn' }),
    'iam api-key upload': oracle.escalates('api-key', { at: null }),
    'iam auth-token|customer-secret-key create': oracle.escalates('token', { at: null }),
    'iam policy create|update': oracle.escalates('policy', { at: null }),
    'kms management key schedule-deletion': oracle.destroys('key', { from: '--key-id' }),
    'secrets secret-bundle get|get-secret-bundle-by-name': oracle.discloses('secret'),
    'ce cluster create-kubeconfig': oracle.writes('kubeconfig', { at: null }),
    'setup config|keys|repair-file-permissions': nothing,
  },
  otherwise: nounThenVerb('oci'),
})

const eksctl = cli({
  programs: ['eksctl'],
  valued: '--region -r --profile -p --cluster --name -n -f --config-file --verbose -v',
  rows: {
    'get|version|info|completion': nothing,
    'utils write-kubeconfig|describe-stacks|schema|describe-addon-versions': nothing,
    delete: kubernetes.destroys('eks', { from: '--name -n --cluster', at: 0 }),
    drain: kubernetes.stops('eks', { from: '--name -n --cluster' }),
    'create iamidentitymapping|accessentry': kubernetes.escalates('eks', { from: '--cluster' }),
    'create|upgrade|update|scale|set|enable|associate|register': kubernetes.writes('eks', {
      from: '--name -n --cluster',
    }),
    'deregister|disassociate': kubernetes.destroys('eks', { from: '--name -n --cluster' }),
  },
})

export const hosts: readonly CommandRow[] = [doctl, hcloud, linodeCli, oci, eksctl]
