// Fleets, stores and backups: programs that act on many machines, or on what others fall back on.
import type { Effect } from '../../domain/effect.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, disclose, resource, unknown, write } from './effects.ts'
import { shellOf } from './interpreters-text.ts'
import { command, nothing, own, subcommands, unless } from './row.ts'
import type { Call, Meaning, Meant } from './row.ts'
import { isGone, overwrites, pathAt, reads } from './touches.ts'

const fleet = (pattern: string | null): Effect =>
  destroy(resource('ansible', 'hosts', pattern), 'some')

const ansibleValued = ['-m', '--module-name', '-a', '--args', '-i', '--inventory', '-u', '--user']
  .concat(['-e', '--extra-vars', '-l', '--limit', '-f', '--forks', '-M', '-t', '--tags'])
  .concat(['--skip-tags', '--vault-password-file', '--private-key', '--become-user', '-c', '-T'])

const asking = [
  '--check',
  '-C',
  '--list-hosts',
  '--list-tasks',
  '--list-tags',
  '--syntax-check',
] as const
const quietModules =
  /^(ping|setup|debug|gather_facts|stat|service_facts|package_facts|find|assert|uri)$/

/** Its module, with its words; of a shell's text it is known what it does, but not where. */
function ansibles({ args }: Call): readonly Effect[] {
  if (args.says(...asking)) return []
  const pattern = args.operands[0]?.text ?? null
  const module = (args.value('-m', '--module-name')?.text ?? 'command').split('.').at(-1) ?? ''
  if (quietModules.test(module)) return []
  const words = args.value('-a', '--args')
  const text = words === null ? '' : words.text
  if (/^(command|shell|raw|script|win_shell|win_command)$/.test(module)) {
    return text !== null && looksOnly.test(text) ? [] : [fleet(pattern)]
  }
  const gone = text === null || /state=(absent|stopped|removed)/.test(text)
  return gone ? [fleet(pattern)] : [write(resource('ansible', 'hosts', pattern), 'some', 'never')]
}

const looksOnly =
  /^\s*(uptime|df|free|ls|cat|id|whoami|hostname|uname|date|ps|ss|systemctl status)\b[^;&|<>`$]*$/

/** A playbook is a file, and not read. */
function plays({ args }: Call): readonly Effect[] {
  if (args.says(...asking)) return []
  const absent = args
    .values('-e', '--extra-vars')
    .some(({ text }) => /absent|destroy/.test(text ?? ''))
  const on = resource('ansible', 'hosts', null)
  return absent
    ? [destroy(on, 'some')]
    : [write(on, 'some', 'never'), unknown('what the playbook does is in a file')]
}

const stopsNothing: Meaning = () => []

const machine =
  (verb: RegExp, type: string): ((call: Call) => readonly Effect[]) =>
  ({ args }) => {
    const words = args.operands.map(({ text }) => text ?? '')
    const at = words.findIndex((word) => verb.test(word))
    return at < 0 ? [] : [destroy(resource('local', type, words[at + 1] ?? null))]
  }

const backup = (id: string | null): Effect => destroy(resource('local', 'backup', id), 'some')

const resticValued = ['-r', '--repo', '-p', '--password-file', '--tag', '--host', '-o', '--cacert']
  .concat([
    '--keep-last',
    '-l',
    '--keep-daily',
    '-d',
    '--keep-weekly',
    '-w',
    '--keep-monthly',
    '-m',
  ])
  .concat(['--keep-hourly', '-H', '--keep-yearly', '-y', '--keep-within', '--target', '-t'])

const dry = ['-n', '--dry-run'] as const

const restic: Readonly<Record<string, Meaning>> = {
  'forget|prune|rewrite|unlock|migrate|rebuild-index|recover': own(
    { valued: resticValued },
    unless(dry, (call) => [backup(call.args.value('-r', '--repo')?.text ?? null)]),
  ),
  restore: own({ valued: resticValued }, unless(dry, restoresInto)),
  'key remove|passwd': () => [disarm(resource('local', 'backup', null), 'some')],
}

function restoresInto(call: Call): readonly Effect[] {
  const to = call.args.value('-t', '--target')
  return to === null ? [backup(null)] : [isGone({ ...pathAt(to, call), type: 'below' }, call)]
}

const vaultFiles: Readonly<Record<string, Meaning>> = {
  'decrypt|view': (call) => call.args.operands.map((word) => disclose(pathAt(word, call))),
  'encrypt|rekey': (call) => call.args.operands.flatMap((word) => overwrites(word, call)),
}

function salts(call: Call): Meant {
  const [target, what, ...rest] = call.args.operands
  if (
    what === undefined ||
    /^(test|grains|pillar|sys|status|network|disk)\./.test(what.text ?? '')
  ) {
    return { effects: [], carried: [] }
  }
  const [text] = rest
  const quiet = /^cmd\.run/.test(what.text ?? '') && looksOnly.test(text?.text ?? '')
  const on = resource('salt', 'minions', target?.text ?? null)
  return { effects: quiet ? [] : [destroy(on, 'some')], carried: [] }
}

/** `pdsh -w hosts command`: on all of them at once. */
function everywhere(call: Call): Meant {
  const text = call.args.operands.map(({ raw }) => raw).join(' ')
  const on = resource('ssh', 'host', call.args.value('-w', '-H', '-h', '--host')?.text ?? null)
  const quiet = text === '' || looksOnly.test(text)
  return {
    effects: quiet ? [] : [destroy(on, 'some')],
    carried: quiet ? [] : [shellOf(text, null, call)],
  }
}

export const infrastructureTools: readonly CommandRow[] = [
  command(['ansible'], { valued: ansibleValued }, ansibles),
  command(['ansible-playbook', 'ansible-pull'], { valued: ansibleValued }, plays),
  subcommands(
    ['ansible-vault'],
    { valued: ['--vault-password-file', '--vault-id'] },
    vaultFiles,
    nothing,
  ),
  subcommands(
    ['sops', 'age', 'gpg-decrypt'],
    {},
    {
      'decrypt|exec-env|exec-file|edit': (call) =>
        call.args.operands.slice(0, 1).map((word) => disclose(pathAt(word, call))),
    },
    (call) =>
      call.args.has('-d', '--decrypt')
        ? call.args.operands.map((word) => disclose(pathAt(word, call)))
        : [],
  ),
  command(['salt', 'salt-call', 'salt-ssh'], {}, salts),
  command(
    ['pdsh', 'clush', 'pssh', 'parallel-ssh'],
    { valued: ['-w', '-H', '-h', '--host', '-l', '-g'], stops: true },
    everywhere,
  ),
  subcommands(
    ['consul'],
    { valued: ['-http-addr', '-token'], dash: 'word' },
    {
      'kv delete': ({ args }) => [
        destroy(resource('consul', 'key', args.operands[0]?.text ?? null)),
      ],
      'snapshot restore, force-leave, leave, services deregister, config delete': () => [
        destroy(resource('consul', 'cluster', null), 'some'),
      ],
      'acl policy|role|token|binding-rule|auth-method delete': () => [
        disarm(resource('consul', 'acl', null), 'some'),
      ],
      'acl token create': () => [disclose(resource('consul', 'acl', null))],
    },
    nothing,
  ),
  subcommands(
    ['nomad'],
    { dash: 'word' },
    {
      'job stop|scale|revert|deployments, stop': ({ args, verb }) =>
        /stop$/.test(verb)
          ? [destroy(resource('nomad', 'job', args.operands[0]?.text ?? null))]
          : [write(resource('nomad', 'job', args.operands[0]?.text ?? null))],
      'system gc|reconcile': () => [destroy(resource('nomad', 'cluster', null), 'some')],
      'node drain|eligibility, volume delete|deregister|detach, namespace delete, var purge': ({
        args,
      }) => [destroy(resource('nomad', 'object', args.operands.at(-1)?.text ?? null))],
      'alloc exec, exec': stopsNothing,
    },
    nothing,
  ),
  command(
    ['virsh'],
    { valued: ['-c', '--connect'] },
    machine(
      /^(undefine|destroy|vol-delete|vol-wipe|pool-delete|pool-destroy|net-destroy|net-undefine|shutdown|snapshot-delete|snapshot-revert|reset)$/,
      'virtual-machine',
    ),
  ),
  command(
    ['vboxmanage', 'prlctl', 'qm', 'pct', 'xe', 'vmrun'],
    {},
    machine(
      /^(unregistervm|controlvm|closemedium|delete|deletevm|destroy|stop|rollback|vm-destroy|vm-uninstall|deletesnapshot)$/,
      'virtual-machine',
    ),
  ),
  command(['nixos-rebuild', 'darwin-rebuild'], {}, ({ args }) =>
    /^(switch|boot|test)$/.test(args.operands[0]?.text ?? '')
      ? [disarm(resource('local', 'machine', null), 'some', 'trivial')]
      : [],
  ),
  subcommands(['restic'], { valued: resticValued }, restic, nothing),
  subcommands(
    ['borg', 'borgmatic'],
    { valued: ['--repo', '-r', '--keep-daily', '--keep-weekly', '--keep-monthly', '-P', '-a'] },
    {
      'delete|prune|compact|recreate|extract-delete': unless(dry, ({ args }) => [
        backup(args.operands[0]?.text ?? null),
      ]),
    },
    nothing,
  ),
  subcommands(
    ['duplicity', 'duply', 'kopia', 'bup'],
    {},
    {
      'remove-all-but-n-full|remove-older-than|remove-all-inc-of-but-n-full|cleanup|purge': (
        call,
      ) => [backup(call.args.operands.at(-1)?.text ?? null)],
      'snapshot delete|expire, repository disconnect, maintenance run, blob delete': () => [
        backup(null),
      ],
    },
    nothing,
  ),
  subcommands(
    ['pgbackrest', 'barman', 'wal-g'],
    {},
    {
      'stanza-delete|expire|delete|restore|stop|recover|backup-fetch|stanza-create': (call) =>
        /stanza-create$/.test(call.verb)
          ? []
          : [backup(call.args.value('--stanza')?.text ?? call.args.operands[0]?.text ?? null)],
    },
    nothing,
  ),
  subcommands(['gpg', 'gpg2'], { dash: 'word' }, {}, ({ args }) => {
    const has = (pattern: RegExp): boolean => args.flags.some(({ name }) => pattern.test(name))
    if (has(/^--(delete-|delete-secret)/))
      return [destroy(resource('local', 'key', args.operands[0]?.text ?? null))]
    return has(/^--export-secret/)
      ? [disclose(resource('local', 'key', args.operands[0]?.text ?? null))]
      : []
  }),
  command(
    ['ssh-keygen'],
    { valued: ['-f', '-t', '-b', '-C', '-N', '-P', '-R', '-F', '-Y', '-s', '-I', '-V'] },
    (call) => {
      const { args } = call
      const file = args.value('-f')
      if (args.has('-R'))
        return [destroy(resource('local', 'path', null), 'some', 'trivial')].map((one) => ({
          ...one,
          resource: pathOfKnownHosts(call),
        }))
      if (args.has('-l', '-F', '-y', '-e', '-i', '-L', '-Y', '-B'))
        return args.has('-y') && file !== null ? reads(file, call) : []
      return file === null ? [] : [isGone(pathAt(file, call), call)]
    },
  ),
  command(['keytool'], { dash: 'word', valued: ['-keystore', '-alias', '-storepass'] }, (call) => {
    const store = call.args.value('-keystore')
    return call.args.has('-delete') && store !== null ? [isGone(pathAt(store, call), call)] : []
  }),
]

function pathOfKnownHosts({ surroundings: { home } }: Call): ReturnType<typeof resource> {
  return resource('local', 'path', home === null ? null : `${home}/.ssh/known_hosts`)
}
