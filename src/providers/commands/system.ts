// The machine itself: its firewall, its users, its kernel, its records.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, disclose, escalate, resource, write } from './effects.ts'
import { command } from './row.ts'
import type { Call } from './row.ts'
import { adds } from './touches.ts'

const local = (type: string, id: string | null = null): Resource => resource('local', type, id)
const machine = local('machine')
const firewall = disarm(local('firewall'), 'some', 'trivial')

function words({ rest }: Call): readonly string[] {
  return rest.map(({ text }) => text ?? '')
}

/** Rules that are taken away, or a policy that lets everything in. */
function tables(call: Call): readonly Effect[] {
  const all = words(call)
  const looks = all.some((word) => /^(-L|-S|-C|--list|--list-rules|--check|-V|-h)$/.test(word))
  if (looks && !call.args.has('-Z')) return []
  const opens = all.some((word) =>
    /^(-F|--flush|-X|--delete-chain|-D|--delete|-R|--replace|-P|--policy|-Z)$/.test(word),
  )
  return opens ? [firewall] : [write(local('firewall'))]
}

function netfilter(call: Call): readonly Effect[] {
  if (call.args.says('-c', '--check')) return []
  const all = words(call)
  if (all.some((word) => /^(flush|delete|destroy|reset|replace)$/.test(word))) return [firewall]
  return all.some((word) => /^(list|monitor|describe)$/.test(word))
    ? []
    : [write(local('firewall'))]
}

function simpleFirewall(call: Call): readonly Effect[] {
  if (call.args.says('--dry-run')) return []
  const [verb] = call.args.operands.map(({ text }) => text ?? '')
  if (/^(disable|reset|delete|allow|default|route|insert)$/.test(verb ?? '')) return [firewall]
  return /^(enable|deny|reject|limit|reload|logging)$/.test(verb ?? '')
    ? [write(local('firewall'))]
    : []
}

function zones(call: Call): readonly Effect[] {
  const flags = call.args.flags.map(({ name }) => name)
  if (
    flags.some((name) =>
      /^--(remove|panic-off|set-default|add-(service|port|source|rich-rule|masquerade)|set-target|delete)/.test(
        name,
      ),
    )
  ) {
    return [firewall]
  }
  return flags.some((name) => /^--(list|get|query|state|info|version)/.test(name))
    ? []
    : [write(local('firewall'))]
}

const user = (id: string | null): Resource => local('user', id)

const lastWord = ({ args }: Call): string | null => args.operands.at(-1)?.text ?? null

const removesUser = (call: Call): readonly Effect[] => [destroy(user(lastWord(call)))]
const changesUser = (call: Call): readonly Effect[] => [escalate(user(lastWord(call)), 'some')]

function journals(call: Call): readonly Effect[] {
  const shrinks = call.args.flags.some(({ name }) =>
    /^--(vacuum-.*|rotate|relinquish-var|flush)$/.test(name),
  )
  return shrinks ? [destroy(local('log'), 'some')] : []
}

function kernelSettings(call: Call): readonly Effect[] {
  const { args } = call
  const sets =
    args.has('-w', '--write', '-p', '--load', '--system') ||
    args.operands.some(({ text }) => (text ?? '=').includes('='))
  return sets ? [disarm(machine, 'some', 'trivial')] : []
}

function network(pattern: RegExp): (call: Call) => readonly Effect[] {
  return (call) =>
    words(call).some((word) => pattern.test(word))
      ? [disarm(local('network'), 'some', 'trivial')]
      : []
}

const verbIs =
  (pattern: RegExp, effect: (call: Call) => Effect) =>
  (call: Call): readonly Effect[] =>
    pattern.test(call.args.operands[0]?.text ?? '') ? [effect(call)] : []

const disarmsMachine = (): Effect => disarm(machine, 'some', 'trivial')

const guarding: readonly CommandRow[] = [
  command(['iptables', 'ip6tables', 'ebtables', 'arptables'], { dash: 'word' }, tables),
  command(['iptables-restore', 'ip6tables-restore'], {}, () => [firewall]),
  command(['nft'], { valued: ['-f', '--file'] }, netfilter),
  command(['ufw'], {}, simpleFirewall),
  command(['firewall-cmd'], { dash: 'word' }, zones),
  command(['pfctl'], {}, ({ args }) => (args.has('-d', '-F') ? [firewall] : [])),
  command(['netsh'], {}, network(/^(delete|reset|off|disable)$/)),
  command(['setenforce', 'aa-teardown', 'aa-disable', 'aa-complain'], {}, (call) =>
    call.verb === 'setenforce' && /^(1|enforcing)$/i.test(call.args.operands[0]?.text ?? '')
      ? []
      : [disarmsMachine()],
  ),
  command(['auditctl'], { dash: 'word' }, (call) =>
    words(call).some((word) => /^(-D|-d|-e|-W|--reset-lost)$/.test(word))
      ? [disarm(local('log'), 'some')]
      : [],
  ),
  command(['csrutil', 'spctl'], {}, (call) =>
    words(call).some((word) => /disable/.test(word)) ? [disarmsMachine()] : [],
  ),
  command(
    ['tmutil'],
    {},
    verbIs(
      /^(delete.*|disable.*|thinlocalsnapshots|removedestination|inheritbackup)$/,
      ({ args }) =>
        /^dis/.test(args.operands[0]?.text ?? '')
          ? disarm(local('backup'), 'some', 'trivial')
          : destroy(local('backup'), 'some'),
    ),
  ),
  command(
    ['defaults'],
    {},
    verbIs(/^(delete|delete-all|import|rename)$/, ({ args }) =>
      destroy(local('setting', args.operands[1]?.text ?? null)),
    ),
  ),
  command(['modprobe'], {}, ({ args }) => (args.has('-r', '--remove') ? [disarmsMachine()] : [])),
  command(['rmmod', 'insmod', 'kexec'], {}, () => [disarmsMachine()]),
  command(['sysctl'], { valued: ['-p'] }, kernelSettings),
  command(['journalctl'], { valued: ['-u', '-n', '-p', '-o', '-t', '-S', '-U'] }, journals),
  command(['logrotate'], {}, ({ args }) =>
    args.has('-f', '--force') && !args.has('-d', '--debug') ? [destroy(local('log'), 'some')] : [],
  ),
  command(['dmesg'], {}, ({ args }) =>
    args.has('-C', '--clear', '-c', '--read-clear') ? [destroy(local('log'), 'some')] : [],
  ),
  command(['history'], {}, ({ args }) =>
    args.has('-c', '-d') ? [disarm(local('log'), 'some')] : [],
  ),
  command(['unset'], {}, (call) =>
    words(call).includes('HISTFILE') ? [disarm(local('log'), 'some', 'trivial')] : [],
  ),
]

const people: readonly CommandRow[] = [
  command(['userdel', 'deluser', 'groupdel', 'delgroup'], {}, removesUser),
  command(
    ['usermod', 'useradd', 'adduser', 'groupadd', 'groupmod', 'addgroup'],
    { valued: ['-G', '-g', '-u', '-s', '-d', '-c', '-p', '-e'] },
    changesUser,
  ),
  command(
    ['passwd', 'chpasswd', 'gpasswd', 'chage', 'vipw', 'newusers'],
    { valued: ['-a', '-M', '-A'] },
    changesUser,
  ),
  command(['visudo'], {}, ({ args }) =>
    args.has('-c', '--check') ? [] : [escalate(machine, 'some')],
  ),
  command(['ssh-add'], {}, ({ args }) =>
    args.has('-D', '-d') ? [destroy(local('key'), 'some', 'trivial')] : [],
  ),
]

const connected: readonly CommandRow[] = [
  command(['ip'], {}, network(/^(down|flush|delete|del|change|replace)$/)),
  command(['ifconfig', 'ifdown'], {}, (call) =>
    call.verb === 'ifdown' ? network(/./)(call) : network(/^(down|delete)$/)(call),
  ),
  command(['nmcli'], {}, network(/^(delete|down|off|disconnect)$/)),
  command(['route'], {}, network(/^(del|delete|flush)$/)),
  command(['hostnamectl', 'timedatectl', 'localectl'], {}, ({ args, verb }) =>
    /^(set-|hostname$)/.test(args.operands[0]?.text ?? '') &&
    (args.operands.length > 1 || verb === 'timedatectl')
      ? [disarmsMachine()]
      : [],
  ),
  command(
    ['date', 'hwclock'],
    { valued: ['-d', '--date', '-r', '-s', '--set', '-f'] },
    ({ args }) =>
      args.value('-s', '--set') !== null || args.has('--hctosys', '--systohc')
        ? [disarmsMachine()]
        : [],
  ),
  command(['nsenter'], {}, () => [escalate(machine, 'some', 'trivial')]),
  command(['tcpdump', 'wireshark', 'tshark'], { valued: ['-w', '-i', '-r'] }, (call) => {
    const to = call.args.value('-w')
    return to === null ? [] : adds(to, call)
  }),
  command(['gcore', 'gdb'], { valued: ['-o', '-p', '--pid', '-ex'] }, ({ args, verb }) =>
    verb === 'gcore' || args.has('-p', '--pid') ? [disclose(local('process'))] : [],
  ),
]

export const system: readonly CommandRow[] = [...guarding, ...people, ...connected]
