// wget, HTTPie and xh: requests; what wget writes.
import type { Carried } from '../../../domain/carried.ts'
import type { Effect } from '../../../domain/effect.ts'
import type { Word } from '../../../languages/shell/syntax.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { wordOf } from '../match.ts'
import { command } from '../row.ts'
import type { Call, Meant } from '../row.ts'
import { adds, overwrites } from '../touches.ts'
import { bodyOf, headerOf, joined } from './request.ts'

type Http = Extract<Carried, { kind: 'http' }>

const wgetValued =
  `-O --output-document -o --output-file -a --append-output -P --directory-prefix --method
  --body-data --body-file --post-data --post-file --header -U --user-agent -e --execute
  --user --password -t --tries -T --timeout -w --wait -l --level -A --accept -R --reject -D
  --domains -Q --quota --load-cookies --save-cookies --referer -i --input-file
  --ca-certificate --certificate --config -B`.split(/\s+/)

function wget(call: Call): Meant {
  const { args, invocation } = call
  const given = args.values('--body-data', '--post-data').at(-1) ?? null
  const file = args.has('--body-file', '--post-file')
  const method = args.value('--method')
  if (args.has('-i', '--input-file', '-e', '--execute', '--config')) {
    return { effects: [unknown('what it is told in a file is not known here')], carried: [] }
  }
  const body = file ? { unknown: 'what is in a file' } : bodyOf(given, 'plain', invocation.input)
  const implied = args.has('--spider') ? 'HEAD' : body === null ? 'GET' : 'POST'
  const headers = args.values('--header').flatMap(headerOf)
  const carried = args.operands.map((url): Http => ({
    kind: 'http',
    method: method === null ? implied : (method.text?.toUpperCase() ?? '?'),
    url: withScheme(joined(url), 'http'),
    headers,
    body,
  }))
  return { effects: written(call), carried }
}

function written(call: Call): readonly Effect[] {
  const { args } = call
  if (args.has('--spider', '-V')) return []
  const named = args.value('-O', '--output-document')
  if (named !== null) return named.text === '-' ? [] : overwrites(named, call)
  const folder = args.value('-P', '--directory-prefix')?.text ?? '.'
  // It numbers a file whose name is taken, instead of writing over it.
  return args.operands.length === 0 ? [] : adds(wordOf(folder), call)
}

function withScheme(url: string, scheme: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url
  return `${scheme}://${url.startsWith(':') ? `localhost${url}` : url}`
}

const pieValued =
  `-a --auth -A --auth-type --session --session-read-only -o --output -p --print --pretty -s
  --style --timeout --proxy --verify --cert --cert-key --raw --ssl --max-redirects
  --boundary --default-scheme --format-options --response-charset --response-mime`.split(/\s+/)

/** `http DELETE host/path name=value name:=json Header:value` */
function pie(call: Call): Meant {
  const { args, invocation, verb } = call
  if (args.says('--offline')) return { effects: [], carried: [] }
  const words = args.operands
  const first = words[0]
  const isMethod =
    first !== undefined && /^[a-z]{3,10}$/i.test(first.text ?? '') && words.length > 1
  const [url, ...items] = isMethod ? words.slice(1) : words
  if (url === undefined) return { effects: [], carried: [] }
  if (first?.text === null && words.length > 1 && !/^[\w"'$]*:?\/\//.test(first.raw)) {
    return { effects: [unknown('which request it sends is not known here')], carried: [] }
  }
  const raw = args.value('--raw')
  const fields = items.map((item) => item.text ?? joined(item))
  const data = fields.filter((field) => !/^[\w-]+:(?!=)/.test(field) && !field.includes('=='))
  const input = invocation.input
  const body =
    raw !== null
      ? bodyOf(raw, 'plain', input)
      : data.length > 0
        ? itemsOf(data, items)
        : inputBody(call)
  const method = isMethod ? (first.text ?? '') : body === null ? 'GET' : 'POST'
  const headers = fields.flatMap((field) =>
    /^[\w-]+:(?!=)/.test(field) ? headerOf(wordOf(field)) : [],
  )
  const file = args.value('-o', '--output')
  const request: Http = {
    kind: 'http',
    method: method.toUpperCase(),
    url: withScheme(joined(url), /^(https|xhs)/.test(verb) ? 'https' : 'http'),
    headers: [
      ...(body === null ? [] : ([['content-type', 'application/json']] as const)),
      ...headers,
    ],
    body,
  }
  return { effects: file === null ? [] : overwrites(file, call), carried: [request] }
}

function inputBody({ invocation: { input } }: Call): Http['body'] {
  if (input.kind === 'text') return input.text
  return input.kind === 'file' || input.kind === 'pipe' ? { unknown: 'what it reads' } : null
}

function itemsOf(data: readonly string[], items: readonly Word[]): Http['body'] {
  if (items.some(({ text }) => text === null)) return { unknown: 'a part of what it sends' }
  const pairs: [string, unknown][] = []
  for (const field of data) {
    const [, name = '', sign, value = ''] = /^([^:=@]+)(:=|=)(?!@)([^]*)$/.exec(field) ?? []
    if (sign === undefined) return { unknown: 'what is in a file' }
    pairs.push([name, sign === '=' ? value : parsed(value)])
  }
  return JSON.stringify(Object.fromEntries(pairs))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

export const clientRows: readonly CommandRow[] = [
  command(['wget', 'wget2'], { valued: wgetValued }, wget),
  command(['http', 'https', 'xh', 'xhs', 'httpie'], { valued: pieValued }, pie),
  command(
    ['aria2c', 'axel'],
    { valued: ['-d', '--dir', '-o', '--out', '-x', '-s', '-i'] },
    (call) => ({
      effects: adds(call.args.value('-d', '--dir') ?? wordOf('.'), call),
      carried: call.args.operands.map((url): Http => ({
        kind: 'http',
        method: 'GET',
        url: joined(url),
        headers: [],
        body: null,
      })),
    }),
  ),
]
