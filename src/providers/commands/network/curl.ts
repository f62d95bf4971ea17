// curl: a request for each URL, with what it carries, and the files it writes.
// https://curl.se/docs/manpage.html
import type { Carried } from '../../../domain/carried.ts'
import type { Effect } from '../../../domain/effect.ts'
import type { Word } from '../../../languages/shell/syntax.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { readArgs, wordOf } from '../match.ts'
import type { Args, Flag } from '../match.ts'
import { command } from '../row.ts'
import type { Call, Meant } from '../row.ts'
import { overwrites, reads } from '../touches.ts'
import { bodyOf, headerOf, joined } from './request.ts'
import type { Body } from './request.ts'

type Http = Extract<Carried, { kind: 'http' }>

const short = 'AbcCdDeEFhHKmoPQrtTuUwxXyYz'.split('').map((letter) => `-${letter}`)
const long =
  `--url --request --header --data --data-raw --data-binary --data-ascii --data-urlencode --json
  --form --form-string --upload-file --output --output-dir --config --user --proxy
  --user-agent --referer --cookie --cookie-jar --max-time --connect-timeout --retry
  --retry-delay --retry-max-time --cacert --cert --key --cert-type --key-type --resolve
  --connect-to --interface --range --limit-rate --write-out --dump-header --oauth2-bearer
  --aws-sigv4 --variable --url-query --quote --noproxy --proxy-header --proxy-user
  --unix-socket --abstract-unix-socket --stderr --trace --trace-ascii --ciphers --tls-max
  --max-redirs --max-filesize --netrc-file --proto --proto-default --doh-url --time-cond
  --speed-limit --speed-time --keepalive-time --local-port --expand-url --expand-data
  --expand-header --request-target --etag-save --etag-compare --capath --crlfile
  --pinnedpubkey --socks5 --socks5-hostname --socks4 --pass --login-options --mail-from
  --mail-rcpt --parallel-max --create-file-mode --dns-servers --haproxy-clientip`.split(/\s+/)
const valued = [...short, ...long]

const dataNames = [
  '-d',
  '--data',
  '--data-ascii',
  '--data-binary',
  '--data-raw',
  '--data-urlencode',
  '--json',
]

/** What curl takes an unambiguous beginning of a long name for. */
function fullName(name: string): string {
  if (!name.startsWith('--') || long.includes(name)) return name
  const fitting = long.filter((one) => one.startsWith(name))
  return fitting.length === 1 ? (fitting[0] ?? name) : name
}

/** `-X` may stand shortened; `--next` begins another request. */
function transfersOf(words: readonly Word[]): readonly (readonly Word[])[] {
  const transfers: Word[][] = [[]]
  for (const word of words) {
    if (word.text === '--next' || word.text === '-:') transfers.push([])
    else transfers.at(-1)?.push(spelled(word))
  }
  return transfers
}

function spelled(word: Word): Word {
  const text = word.text ?? ''
  const name = /^--[\w-]+/.exec(text)?.[0]
  return name === undefined || fullName(name) === name
    ? word
    : { ...wordOf(fullName(name) + text.slice(name.length)), raw: word.raw }
}

function curl(call: Call): Meant {
  const all = transfersOf(call.rest).map((words) => transfer(words, call))
  return {
    effects: all.flatMap(({ effects }) => effects),
    carried: all.flatMap(({ carried }) => carried),
  }
}

function transfer(words: readonly Word[], call: Call): Meant {
  const args = readArgs(words, { valued })
  const only = (effect: Effect): Meant => ({ effects: [effect], carried: [] })
  if (
    args.flags.some(({ name }) => ['--help', '--manual', '--version', '-V', '-M'].includes(name))
  ) {
    return { effects: [], carried: [] }
  }
  if (args.has('-K', '--config'))
    return only(unknown('what its configuration file asks is not known here'))
  if (args.obscured) return only(unknown('not all that curl is told is known here'))
  const urls = [...args.operands, ...args.values('--url')].filter(({ raw }) => raw !== '')
  const files = filesOf(args, call)
  if (args.flags.some(({ name }) => name.startsWith('--expand-') || name === '--variable')) {
    return only(unknown('its variables are not read here'))
  }
  return {
    effects: [...files, ...sentFiles(args, call)],
    carried: urls.map((url) => request(url, args, call)),
  }
}

function last(args: Args, names: readonly string[]): Flag | undefined {
  return args.flags.filter(({ name }) => names.includes(name)).at(-1)
}

function request(url: Word, args: Args, call: Call): Http {
  const data = args.flags.filter(({ name, value }) => dataNames.includes(name) && value !== null)
  const forms = args.flags.some(({ name }) => ['-F', '--form', '--form-string'].includes(name))
  const upload = last(args, ['-T', '--upload-file'])
  const asGet = args.has('-G', '--get')
  const body = asGet
    ? null
    : forms || upload !== undefined
      ? { unknown: 'what it sends' }
      : dataOf(data, call)
  const given = last(args, ['-X', '--request'])
  const method = given === undefined ? implied() : (given.value?.text ?? '?')
  const json = args.values('--json').length > 0
  const headers = args.values('-H', '--header', '--proxy-header').flatMap(headerOf)
  const form = body !== null && !forms && upload === undefined && !json
  return {
    kind: 'http',
    method: method.toUpperCase(),
    url: withScheme(url.text ?? joined(url)),
    headers: [
      ...(json ? ([['content-type', 'application/json']] as const) : []),
      ...(form && !headers.some(([name]) => name.toLowerCase() === 'content-type')
        ? ([['content-type', 'application/x-www-form-urlencoded']] as const)
        : []),
      ...headers,
    ],
    body,
  }

  function implied(): string {
    if (args.has('-I', '--head')) return 'HEAD'
    if (upload !== undefined) return 'PUT'
    return body === null ? 'GET' : 'POST'
  }
}

function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`
}

function dataOf(data: readonly Flag[], { invocation }: Call): Body {
  if (data.length === 0) return null
  const parts = data.map(({ name, value }) =>
    bodyOf(value, name === '--data-raw' ? 'plain' : 'file', invocation.input),
  )
  const texts: string[] = []
  for (const part of parts) {
    if (typeof part === 'object' && part !== null) return part
    texts.push(part ?? '')
  }
  return texts.join(data.some(({ name }) => name === '--json') ? '' : '&')
}

/** What it writes on this machine. `-O` takes the name of the URL, in the folder where it runs. */
function filesOf(args: Args, call: Call): readonly Effect[] {
  const named = [
    '-o',
    '--output',
    '-D',
    '--dump-header',
    '-c',
    '--cookie-jar',
    '--stderr',
    '--trace',
  ]
  const words = args.flags.flatMap(({ name, value }) =>
    named.includes(name) && value !== null && value.text !== '-' ? [value] : [],
  )
  const remote = args.flags.some(({ name }) => name === '-O' || /^--remote-name/.test(name))
  const urls = remote ? args.operands.map(({ text }) => wordOf(nameIn(text))) : []
  return [...words, ...urls].flatMap((word) => overwrites(word, call))
}

function nameIn(url: string | null): string {
  const path = (url ?? '').replace(/[?#].*$/, '').replace(/^[a-z+]+:\/\/[^/]*/i, '')
  return path.split('/').at(-1) || 'index.html'
}

/** Files that leave with the request. */
function sentFiles(args: Args, call: Call): readonly Effect[] {
  const uploads = args
    .values('-T', '--upload-file')
    .filter(({ text }) => text !== '-' && text !== '.')
  const data = args.flags
    .filter(({ name }) => [...dataNames, '-F', '--form', '-b', '--cookie'].includes(name))
    .filter(({ name }) => name !== '--data-raw')
    .flatMap(({ value }) => /(?:^|=)[@<]([^;]+)/.exec(value?.text ?? '')?.[1] ?? [])
    .filter((path) => path !== '-')
    .map((path) => wordOf(path))
  return [...uploads, ...data].flatMap((word) => reads(word, call))
}

export const curlRow: CommandRow = command(['curl', 'curlie'], { valued }, curl)
