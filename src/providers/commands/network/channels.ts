// Channels: what opens one reaches where no request is read.
import type { Effect } from '../../../domain/effect.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, escalate, read, resource, unknown, write } from '../effects.ts'
import { joined } from './request.ts'
import { command, nothing } from '../row.ts'
import type { Call, Meaning } from '../row.ts'

function opened(host: string | null): Effect {
  return escalate(resource('network', 'channel', host), 'some')
}

const channel: Meaning = ({ args }) => {
  const words = args.operands.map(joined).slice(0, 2)
  return words.length === 0 ? [] : [opened(words.join(':'))]
}

/** `-z` only looks whether a port answers. */
const netcat: Meaning = (call) => {
  const { args } = call
  if (args.has('-h')) return []
  const runs = args.has('-e', '-c', '--exec', '--sh-exec', '--lua-exec')
  if (args.says('-z') && !runs) return []
  if (args.has('-l', '--listen')) {
    return [escalate(resource('network', 'port', args.operands.at(-1)?.text ?? null), 'some')]
  }
  return channel(call)
}

const sshValued = 'bBcDeEFiIJlLmoOpPQRSwW'.split('').map((letter) => `-${letter}`)

/** Commands for the other machine are taken off before this is read: a shell, or a forwarding. */
const ssh: Meaning = ({ args, invocation }) => {
  if (args.has('-V', '-G', '-Q')) return []
  const [host, ...words] = args.operands
  const on = resource('ssh', 'host', host === undefined ? null : joined(host))
  if (
    args.has('-R', '-L', '-D', '-W', '-w', '-J') &&
    (args.has('-N', '-f') || words.length === 0)
  ) {
    return [escalate(on, 'some')]
  }
  if (args.has('-R', '-L', '-D', '-w')) return [escalate(on, 'some')]
  if (host === undefined || words.length > 0) return []
  // Code hosts answer with a greeting, and close.
  const greeting =
    /^(git@)?(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|ssh\.github\.com)$/
  if (greeting.test(host.text ?? '')) return []
  if (invocation.input.kind === 'text') return []
  return [escalate(on, 'some')]
}

/** A script of its own: `rm` removes there, `put` writes there, `!` runs here. */
const sftp: Meaning = ({ args, invocation }) => {
  const [host] = args.operands
  const on = resource('ssh', 'host', host === undefined ? null : joined(host))
  if (args.has('-b') && args.value('-b')?.text !== '-') {
    return [unknown('what is in its batch file is not known here')]
  }
  const { input } = invocation
  if (input.kind === 'text') return transferred(input.text, on)
  return host === undefined ? [] : [escalate(on, 'some')]
}

function transferred(text: string, on: ReturnType<typeof resource>): readonly Effect[] {
  return text.split(/[\n;]/).flatMap((line): readonly Effect[] => {
    const verb = line.trim().split(/\s+/)[0]?.replace(/^-/, '').toLowerCase() ?? ''
    if (/^(rm|rmdir|del|delete|mdelete|mrm|rename|mv)$/.test(verb)) return [destroy(on, 'some')]
    if (/^(put|mput|mirror|mkdir|reput|chmod|chown|ln|symlink|append)$/.test(verb))
      return [write(on)]
    if (
      /^(|ls|dir|cd|pwd|lcd|lpwd|get|mget|reget|bye|exit|quit|help|cls|binary|ascii|passive|user|open|set|prompt|df|version|progress|lls|nlist|close|debug)$/.test(
        verb,
      )
    ) {
      return []
    }
    return [unknown(`what \`${verb.slice(0, 40)}\` does there is not known here`)]
  })
}

const ftp: Meaning = ({ args, invocation }) => {
  const host = args.operands[0]
  const on = resource('ftp', 'host', host === undefined ? null : joined(host))
  const script = args.value('-e', '-c')
  if (script !== null) {
    return script.text === null
      ? [unknown('what it is told is not known here')]
      : [read(on, 'some'), ...transferred(script.text, on)]
  }
  if (args.has('-f')) return [unknown('what is in its file is not known here')]
  const { input } = invocation
  if (input.kind === 'text') return transferred(input.text, on)
  return host === undefined ? [] : [escalate(on, 'some')]
}

const mail: Meaning = ({ args }) => {
  const to = args.operands[0] ?? args.value('--to', '-t')
  if (to === null) return []
  return [escalate(resource('mail', 'address', joined(to)), 'some')]
}

/** A look at a certificate, with nothing to say, closes at once. */
const openssl: Meaning = ({ args, invocation }) => {
  const [first] = args.operands
  const server = first?.text === 's_server'
  if (first?.text !== 's_client' && !server) return []
  const { input } = invocation
  const quiet =
    input.kind === 'nothing' ||
    (input.kind === 'file' && input.path.text === '/dev/null') ||
    (input.kind === 'text' && /^\s*Q?\s*$/.test(input.text))
  if (quiet && !server) return []
  return [opened(args.value('-connect')?.text ?? args.value('-accept')?.text ?? null)]
}

const socat: Meaning = ({ args }) => {
  const [first, second] = args.operands
  if (first === undefined || second === undefined) return []
  return [opened(`${joined(first)} ${joined(second)}`.slice(0, 200))]
}

const chisel = (call: Call): readonly Effect[] => {
  const [verb] = call.args.operands
  return verb?.text === 'version' ? [] : [opened(call.args.operands[1]?.text ?? null)]
}

export const channelRows: readonly CommandRow[] = [
  command(
    ['nc', 'ncat', 'netcat', 'nc.openbsd', 'nc.traditional'],
    { valued: ['-w', '-p', '-s', '-x', '-X', '-i', '-q', '-e', '-c', '--exec', '--sh-exec'] },
    netcat,
  ),
  command(['socat'], { valued: ['-t', '-T', '-b', '-W'] }, socat),
  command(['telnet', 'rlogin', 'rsh'], { valued: ['-l', '-e', '-n', '-b'] }, channel),
  command(['ssh'], { valued: sshValued, stops: true }, ssh),
  command(['autossh'], { valued: [...sshValued, '-M'], stops: true }, ssh),
  command(
    ['mosh', 'ssh-copy-id', 'sshuttle', 'et'],
    { valued: ['-i', '-p', '-r', '--remote', '-e'] },
    ({ args }) => {
      const host = args.value('-r', '--remote') ?? args.operands[0]
      return host === undefined ? [] : [escalate(resource('ssh', 'host', joined(host)), 'some')]
    },
  ),
  command(['sftp'], { valued: 'BbcDFiJloPRSsX'.split('').map((letter) => `-${letter}`) }, sftp),
  command(['ftp', 'lftp', 'ncftp'], { valued: ['-e', '-c', '-u', '-p', '-f', '-P'] }, ftp),
  command(
    ['mail', 'mailx', 'mutt', 'sendmail', 'msmtp', 'ssmtp', 'swaks'],
    { valued: ['-s', '-a', '-r', '-c', '-b', '-f', '--to', '--from', '--server', '-S', '--body'] },
    mail,
  ),
  command(
    ['openssl'],
    {
      dash: 'word',
      valued: ['-connect', '-accept', '-in', '-out', '-servername', '-cert', '-key'],
    },
    openssl,
  ),
  command(['chisel', 'frpc', 'frps', 'gost', 'rathole', 'iodine', 'dnscat', 'dnscat2'], {}, chisel),
  command(
    ['nmap', 'masscan', 'rustscan', 'zmap', 'nikto', 'sqlmap', 'hydra'],
    { valued: ['-p', '-o', '-u'] },
    ({ args }) => [escalate(resource('network', 'scan', args.operands[0]?.text ?? null), 'some')],
  ),
  command(['dig', 'nslookup', 'host', 'ping', 'traceroute', 'whois'], {}, nothing),
]
