// What shows files: of those that hold credentials, it discloses what is in them.
import type { Effect } from '../../domain/effect.ts'
import type { CommandRow } from './commands.ts'
import { disclose, resource } from './effects.ts'
import type { Spec } from './match.ts'
import { command } from './row.ts'
import type { Call } from './row.ts'
import { overwrites, reads } from './touches.ts'

function showsOperands(call: Call): readonly Effect[] {
  return call.args.operands.flatMap((word) => reads(word, call))
}

/** The first operand is what is looked for, unless an option gave it. */
function searches(call: Call): readonly Effect[] {
  const { args } = call
  const given = args.has('-e', '-f', '--regexp', '--file', '--files', '--type-list')
  const files = given ? args.operands : args.operands.slice(1)
  return files.flatMap((word) => reads(word, call))
}

const searching: Spec = {
  valued: ['-e', '-f', '-A', '-B', '-C', '-m', '-d', '-g', '-t', '-T', '--regexp', '--file']
    .concat(['--include', '--exclude', '--exclude-dir', '--type', '--glob', '--max-count'])
    .concat(['--context', '--after-context', '--before-context']),
}

const counted: Spec = { valued: ['-n', '-c', '-k', '-t', '-d', '-f', '-F', '-s', '-w', '-N'] }

/** All there is of one program's environment: tokens are in it. */
const tokenNames = /(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIAL)/i

function showsVariables({ args }: Call): readonly Effect[] {
  return args.operands
    .filter(({ text }) => tokenNames.test(text ?? ''))
    .map(({ text }) => disclose(resource('local', 'variable', text)))
}

/** `sort -o`, `yq -i`: the same file is written. */
function sorts(call: Call): readonly Effect[] {
  const to = call.args.value('-o', '--output')
  return [...showsOperands(call), ...(to === null ? [] : overwrites(to, call))]
}

function queries(call: Call): readonly Effect[] {
  const files = call.args.operands.slice(1)
  const inPlace = call.args.has('-i', '--in-place', '--inplace')
  return files.flatMap((word) => (inPlace ? overwrites(word, call) : reads(word, call)))
}

const readers = `cat tac head tail less more bat batcat nl od xxd hexdump strings base64 base32 cut
  paste fold fmt column rev wc diff cmp comm sdiff vimdiff md5sum sha1sum sha256sum sha512sum
  shasum cksum b2sum view zcat bzcat xzcat zless type get-content gc certutil iconv csvcut
  pbcopy xclip`

export const reading: readonly CommandRow[] = [
  command(readers.split(/\s+/), counted, showsOperands),
  command(['sort', 'uniq', 'gsort'], { valued: ['-o', '--output', '-k', '-t', '-S', '-T'] }, sorts),
  command(['grep', 'egrep', 'fgrep', 'zgrep', 'rg', 'ag', 'ack', 'ugrep'], searching, searches),
  command(['jq', 'yq', 'xq', 'gojq', 'tomlq'], { valued: ['--indent', '--tab'] }, queries),
  command(['printenv'], {}, showsVariables),
  command(['security'], { dash: 'word' }, ({ args }) =>
    /^(find|dump|export)/.test(args.operands[0]?.text ?? '')
      ? [disclose(resource('local', 'keychain', null))]
      : [],
  ),
]
