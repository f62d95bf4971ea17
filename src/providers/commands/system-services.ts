// Services, processes and schedules of a machine.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { CommandRow } from './commands.ts'
import { destroy, disarm, escalate, resource, unknown, write } from './effects.ts'
import { programName } from './match.ts'
import { command, nothing, own, subcommands } from './row.ts'
import type { Call, Meaning } from './row.ts'

const service = (id: string | null): Resource =>
  resource('local', 'service', id?.replace(/\.service$/, '') ?? null)
const machine = resource('local', 'machine', null)

/** It does not run until somebody starts it again. */
const stops = (on: Resource): Effect => destroy(on, 'some', 'trivial')

/** What keeps watch: stopped, it is a guard less. */
const guards =
  /^(auditd|firewalld|ufw|nftables|iptables|fail2ban|apparmor|clamav.*|falco|osquery.*|crowdsec|sshguard|wazuh.*|holdpoint.*|backup.*|restic.*|borg.*|.*backup)$/

function serviceEffect(id: string | null): Effect {
  const name = id?.replace(/\.(service|timer|socket)$/, '') ?? ''
  return guards.test(name) ? disarm(service(id), 'some', 'trivial') : stops(service(id))
}

const units = (effect: (id: string | null) => Effect): Meaning =>
  own({ valued: ['-s', '--signal', '-H', '-M', '-t', '-p'] }, ({ args }) =>
    (args.operands.length === 0 ? [null] : args.operands.map(({ text }) => text)).map(effect),
  )

const looks =
  'status|list-units|list-unit-files|is-active|is-enabled|is-failed|show|cat|list-timers|list-sockets|' +
  'list-dependencies|list-jobs|get-default|show-environment|help|list-machines|is-system-running|log-level'

const systemctl: Readonly<Record<string, Meaning>> = {
  'stop|kill|disable|mask|freeze|clean|revert': units(serviceEffect),
  'restart|try-restart|reload|reload-or-restart|start|enable|unmask|reenable|reset-failed|thaw|preset':
    units((id) => write(service(id))),
  'daemon-reload|daemon-reexec|set-environment|import-environment|unset-environment': () => [
    write(machine),
  ],
  'edit|link|set-property|set-default|add-wants|add-requires': () => [
    escalate(machine, 'some', 'trivial'),
  ],
  'poweroff|reboot|halt|kexec|suspend|hibernate|soft-reboot|emergency|rescue|default|isolate|exit|switch-root':
    () => [stops(machine)],
  [looks]: nothing,
}

/** `service postgresql stop`, `rc-service nginx stop`. */
function serviceWord(call: Call): readonly Effect[] {
  const [name, verb] = call.args.operands
  return byVerb(verb?.text ?? null, name?.text ?? null)
}

function byVerb(verb: string | null, name: string | null): readonly Effect[] {
  if (verb === null) return []
  if (/^(stop|force-stop|kill|zap|disable|delete|remove)$/.test(verb)) return [serviceEffect(name)]
  return /^(restart|start|reload|force-reload|enable)$/.test(verb) ? [write(service(name))] : []
}

const process = (id: string | null): Resource => resource('local', 'process', id)

function signals(call: Call): readonly Effect[] {
  const { args, rest } = call
  const quiet = rest.some(({ text }) => /^-(0|l|L|-list|-table)$/.test(text ?? ''))
  const none = args.value('-s', '--signal')?.text === '0'
  if (quiet || none) return []
  const group = rest.find(({ text }, i) => i > 0 && /^-\d+$/.test(text ?? ''))
  const targets = [...args.operands, ...(group === undefined ? [] : [group])]
  return targets
    .filter(({ text }) => !/^%/.test(text ?? ''))
    .map(({ text }) => stops(process(text)))
}

const signalled = {
  valued: ['-s', '--signal', '-u', '--user', '-g', '-P', '-t', '-G', '-o', '-y', '-n', '-U'],
} as const

function signalsByName(call: Call): readonly Effect[] {
  if (call.args.has('-l', '--list', '-V')) return []
  const names = call.args.operands.map(({ text }) => stops(process(text)))
  const all = names.length === 0 && call.args.flags.length > 0 ? [stops(process(null))] : []
  return [...names, ...all]
}

function crontabs(call: Call): readonly Effect[] {
  const { args } = call
  const on = resource('local', 'schedule', args.value('-u')?.text ?? null)
  if (args.has('-l')) return []
  if (args.has('-r')) return [destroy(on)]
  return args.operands.length > 0 || args.has('-e') ? [escalate(on, 'whole')] : []
}

const supervised =
  (verbs: RegExp): ((call: Call) => readonly Effect[]) =>
  ({ args }) => {
    const [verb, ...names] = args.operands
    if (!verbs.test(verb?.text ?? '')) return []
    return (names.length === 0 ? [null] : names.map(({ text }) => text)).map((id) =>
      stops(service(id)),
    )
  }

export const services: readonly CommandRow[] = [
  subcommands(
    ['systemctl'],
    { valued: ['-H', '--host', '-M', '--machine', '-t', '-p', '-n', '-o'] },
    systemctl,
  ),
  command(['service', 'rc-service', 'invoke-rc.d'], {}, serviceWord),
  command(['initctl', 'sv', 'rc-update', 'update-rc.d', 'chkconfig'], {}, ({ args, verb }) => {
    const [first, second] = args.operands.map(({ text }) => text)
    const swapped = verb === 'update-rc.d' || verb === 'chkconfig'
    return byVerb(
      (swapped ? second : first)?.replace(/^(down|exit|off|del)$/, 'stop') ?? null,
      (swapped ? first : second) ?? null,
    )
  }),
  command(
    ['supervisorctl'],
    { valued: ['-c', '-s', '-u', '-p'] },
    supervised(/^(stop|shutdown|remove|signal|clear)$/),
  ),
  command(
    ['pm2', 'forever'],
    {},
    supervised(/^(stop|delete|del|kill|stopall|cleardump|unstartup|flush)$/),
  ),
  command(['kill'], { valued: ['-s', '--signal', '-n'] }, signals),
  command(['pkill', 'killall', 'killall5', 'skill'], signalled, signalsByName),
  command(['fuser'], { valued: ['-n'] }, ({ args }) =>
    args.has('-k', '--kill') ? args.operands.map(({ text }) => stops(process(text))) : [],
  ),
  command(
    ['taskkill'],
    { dash: 'slash', valued: ['/IM', '/PID', '/FI', '/im', '/pid', '/fi'] },
    ({ args }) =>
      args
        .values('/IM', '/PID', '/FI', '/im', '/pid', '/fi')
        .map(({ text }) => stops(process(text))),
  ),
  command(
    ['stop-process', 'spps', 'stop-service', 'restart-computer', 'stop-computer'],
    { dash: 'word', valued: ['-Name', '-Id'] },
    ({ args, verb }) =>
      verb.endsWith('computer')
        ? [stops(machine)]
        : [stops(process(args.value('-Name', '-Id')?.text ?? null))],
  ),
  command(['crontab'], { valued: ['-u'] }, crontabs),
  command(
    ['at', 'batch', 'systemd-run'],
    { valued: ['-f', '-q', '-t', '--on-calendar', '--unit'] },
    ({ args, verb }) =>
      args.has('-l', '-c')
        ? []
        : verb === 'at' || verb === 'batch'
          ? [escalate(resource('local', 'schedule', null), 'some')]
          : [],
  ),
  command(['atrm'], {}, () => [destroy(resource('local', 'schedule', null), 'some')]),
  command(
    ['shutdown', 'reboot', 'halt', 'poweroff', 'telinit', 'init'],
    { valued: ['-t'], dash: 'slash' },
    ({ args, verb }) => {
      if (args.has('-c', '/a', '--show', '-w', '--wtmp-only')) return []
      const level = args.operands[0]?.text ?? ''
      return /init$/.test(verb) && !/^[016sS]$/.test(level) ? [] : [stops(machine)]
    },
  ),
  command(['launchctl'], { dash: 'word' }, ({ args }) => {
    const [verb, ...names] = args.operands.map(({ text }) => text ?? '')
    if (/^(unload|bootout|remove|disable|stop|kill)$/.test(verb ?? ''))
      return [disarm(service(names.at(-1) ?? null), 'some', 'trivial')]
    return /^(load|bootstrap|submit|enable|setenv)$/.test(verb ?? '')
      ? [escalate(service(names.at(-1) ?? null), 'some', 'trivial')]
      : []
  }),
  command(
    ['sc', 'net', 'schtasks', 'wevtutil', 'bcdedit', 'reg', 'wmic'],
    { dash: 'slash' },
    windows,
  ),
  command(['loginctl', 'tmux', 'screen'], { valued: ['-t', '-S', '-L', '-f'] }, ({ args }) => {
    const [verb, name] = args.operands.map(({ text }) => text ?? '')
    return /^(terminate-.*|kill-.*|kill)$/.test(verb ?? '') ? [stops(process(name ?? null))] : []
  }),
]

/** Of Windows' own programs: the verbs that take something away, or let somebody in. */
function windows(call: Call): readonly Effect[] {
  const name = programName(call.invocation.program) ?? ''
  const words = call.rest.map(({ text }) => (text ?? '').toLowerCase())
  const has = (pattern: RegExp): boolean => words.some((word) => pattern.test(word))
  const [verb = '', target = null] = call.args.operands.map(({ text }) => text)
  switch (name) {
    case 'sc':
      return has(/^(delete|stop|config)$/) ? [serviceEffect(target)] : []
    case 'net':
      if (has(/^user$/) && has(/^\/(add|active)/))
        return [escalate(resource('local', 'user', target), 'whole')]
      if (has(/^localgroup$/) && has(/^\/add$/))
        return [escalate(resource('local', 'user', null), 'some')]
      return has(/^(stop|\/delete)$/) ? [serviceEffect(target)] : []
    case 'schtasks':
      if (has(/^\/(delete|end)$/)) return [destroy(resource('local', 'schedule', null), 'some')]
      return has(/^\/(create|change)$/)
        ? [escalate(resource('local', 'schedule', null), 'some')]
        : []
    case 'reg':
      if (/^(delete|unload|restore|import)$/i.test(verb ?? ''))
        return [destroy(resource('local', 'registry', target))]
      return /^(add|copy|load)$/i.test(verb ?? '')
        ? [write(resource('local', 'registry', target))]
        : []
    case 'wevtutil':
      return has(/^(cl|clear-log|sl|set-log)$/) ? [disarm(resource('local', 'log', target))] : []
    case 'bcdedit':
      return has(/^\/(set|delete|default)/) ? [disarm(machine, 'some', 'trivial')] : []
    default:
      return has(/^(delete|call)$/) ? [unknown('`wmic` calls something')] : []
  }
}
