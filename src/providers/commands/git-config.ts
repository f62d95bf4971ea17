// Settings of git: some of them are commands, and run whenever git does.
import type { Effect } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import { disarm, disclose, escalate, write } from './effects.ts'
import { repository, runsText } from './git-tree.ts'
import { own } from './row.ts'
import type { Call, Meaning, Meant } from './row.ts'

const commandKeys =
  /^(core\.(pager|editor|sshcommand|fsmonitor|hookspath|gitproxy|askpass|alternaterefscommand)|sequence\.editor|pager\..*|diff\.(external|.*\.(command|textconv))|(diff|merge)tool\..*\.(cmd|path)|merge\..*\.driver|filter\..*|credential(\..*)?\.helper|protocol\.(.*\.)?allow|gpg(\..*)?\.program|uploadpack\.packobjectshook|interactive\.difffilter|include(if\..*)?\.path|trailer\..*\.(cmd|command)|browser\..*\.cmd|man\..*\.cmd|remote\..*\.(uploadpack|receivepack|vcs)|url\..*\.(insteadof|pushinsteadof)|submodule\..*\.update|init\.templatedir)$/
const protectionKeys =
  /^(receive\.deny.*|receive\.fsckobjects|transfer\.fsckobjects|fetch\.fsckobjects|http(\..*)?\.sslverify|safe\..*|commit\.gpgsign|clean\.requireforce|branch\..*\.protect)$/
const secretKeys = /(password|token|secret|extraheader)/

/** Programs that only show, or ask for words. */
const tame =
  /^(|true|:|cat|less( -\w+)*|more|delta|bat|vim?|nvim|nano|emacs|code --wait|git-lfs .*|input)$/

function setting(key: string, value: string | null, call: Call): readonly Effect[] {
  const name = key.toLowerCase()
  const on = repository(call)
  if (name === 'core.hookspath' && value === '/dev/null') return [disarm(on, 'some', 'trivial')]
  if (commandKeys.test(name)) {
    return value !== null && tame.test(value) ? [write(on)] : [escalate(on, 'some', 'trivial')]
  }
  if (/^alias\./.test(name)) {
    return value === null || value.startsWith('!') ? [escalate(on, 'some', 'trivial')] : [write(on)]
  }
  return protectionKeys.test(name) ? [disarm(on, 'some', 'trivial')] : [write(on)]
}

/** `-c key=value`: for this one command, and so no more than what it lets run. */
export function settingsForOnce(words: readonly Word[], call: Call): readonly Effect[] {
  return words.flatMap((word) => {
    const text = word.text ?? word.pieces[0] ?? ''
    const equals = text.indexOf('=')
    const key = equals < 0 ? text : text.slice(0, equals)
    const value = word.text === null ? null : equals < 0 ? 'true' : text.slice(equals + 1)
    if (/^alias\./i.test(key)) return []
    return setting(key, value, call).filter(({ kind }) => kind !== 'write')
  })
}

const environment =
  /^GIT_(CONFIG_(COUNT|KEY_.*|PARAMETERS|GLOBAL|SYSTEM)|SSH(_COMMAND)?|PROXY_COMMAND|EXTERNAL_DIFF|PAGER|EDITOR|SEQUENCE_EDITOR|ASKPASS|EXEC_PATH|TEMPLATE_DIR)$/

/** `GIT_SSH_COMMAND=… git fetch`. */
export function settingsOfEnvironment(call: Call): readonly Effect[] {
  return call.invocation.assignments.flatMap(({ name, value }) => {
    if (!environment.test(name)) return []
    const known = value.text !== null && (tame.test(value.text) || value.text === '/dev/null')
    if (known || /^ssh(?! .*(ProxyCommand|LocalCommand))/i.test(value.text ?? '')) return []
    return [escalate(repository(call), 'some', 'trivial')]
  })
}

const valued = ['-f', '--file', '--blob', '--type', '--default', '--value', '--comment']

export const configures: Meaning = own({ valued }, (call) => {
  const { args } = call
  const words = args.operands.map(({ text }) => text)
  const verb = ['get', 'set', 'unset', 'list', 'edit', 'remove-section', 'rename-section'].find(
    (one) => one === words[0],
  )
  const [key = null, value] = verb === undefined ? words : words.slice(1)
  const looks =
    verb === 'get' ||
    verb === 'list' ||
    args.flags.some(({ name }) => /^(-l|--list|--get.*)$/.test(name))
  if (looks || (verb === undefined && value === undefined && !changes(call))) {
    return key !== null && secretKeys.test(key.toLowerCase()) ? [disclose(repository(call))] : []
  }
  if (key === null) return [write(repository(call))]
  if (verb === 'unset' || args.has('--unset', '--unset-all')) return unset(key, call)
  return setting(key, value ?? null, call)
})

function changes({ args }: Call): boolean {
  return args.has('--unset', '--unset-all', '--add', '--replace-all', '-e', '--edit')
}

function unset(key: string, call: Call): readonly Effect[] {
  return protectionKeys.test(key.toLowerCase())
    ? [disarm(repository(call), 'some', 'trivial')]
    : [write(repository(call))]
}

/** What an alias given by `-c` stands for; null: none of that name was given. */
export function aliasOf(name: string, settings: readonly Word[]): Word | null {
  const given = settings.findLast(({ text, pieces }) =>
    (text ?? pieces[0] ?? '').toLowerCase().startsWith(`alias.${name.toLowerCase()}=`),
  )
  if (given === undefined) return null
  const cut = `alias.${name}=`.length
  const text = given.text === null ? null : given.text.slice(cut)
  return { raw: given.raw, text, pieces: [text], glob: false }
}

/** `!cmd` is a shell's text, and what follows the alias are its arguments. */
export function runsAlias(text: string, rest: readonly Word[], call: Call): Meant {
  const more = rest.map(({ raw }) => raw).join(' ')
  const whole = `${text.slice(1)} ${more}`.trim()
  const word = { raw: whole, text: whole, pieces: [whole], glob: false }
  return { effects: [], carried: [runsText(word, call)] }
}
