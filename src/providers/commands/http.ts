// A request to a host that no provider here answers for: by its method, by what overrides it, and
// by words in its path and its GraphQL that say that something goes. Nothing more is known of it.
import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import type { Effect } from '../../domain/effect.ts'
import { destroy, read, resource, unknown, write } from './effects.ts'

type CarriedHttp = Extract<Carried, { kind: 'http' }>

const excerptCharactersMax = 200

export function readHttpPlainly(request: CarriedHttp): readonly Action[] {
  const { method, url } = request
  const on = resource('egress', 'host', hostOf(url))
  const excerpt = `${method} ${url}`.slice(0, excerptCharactersMax).toWellFormed()
  const evidence = { reader: 'http', excerpt, span: null }
  return [{ verb: method, effects: [effectOf(request, on)], evidence }]
}

const safe = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

function effectOf(request: CarriedHttp, on: ReturnType<typeof resource>): Effect {
  const { url, body } = request
  const method = overridden(request)
  if (method === 'DELETE') return destroy(on, 'some')
  if (!/^[A-Z]+$/.test(method)) return unknown('the method of the request is not known here')
  if (safe.includes(method)) return read(on, 'some')
  if (on.id === null) return unknown('where the request goes is not known here')
  if (removingPath.test(pathOf(url))) return destroy(on, 'some')
  if (typeof body === 'object' && body !== null && /graphql/i.test(url)) {
    return unknown('what it asks is not known here')
  }
  if (typeof body === 'string' && removingMutation.test(body)) return destroy(on, 'some')
  return write(on)
}

/** Servers that take a method from elsewhere take it from one of these. */
function overridden({ method, url, headers, body }: CarriedHttp): string {
  const header = headers.find(([name]) => /^x-(http-)?method(-override)?$/i.test(name))?.[1]
  const parameter = /[?&]_method=(\w+)/i.exec(url)?.[1]
  const field =
    typeof body === 'string' ? /(?:^|[&"])_method"?[=:]\s*"?(\w+)/i.exec(body)?.[1] : null
  return (header ?? parameter ?? field ?? method).toUpperCase()
}

const removingPath =
  /(^|[/_:.-])(delete|destroy|purge|drop|wipe|truncate|flush|terminate|erase|_delete_by_query)(?=$|[/_:.-]|[A-Z])/

/** `mutation { volumeDelete(…) }`, `deleteRef(input: …)` */
const removingMutation =
  /\bmutation\b[^]*?\b(\w*(Delete|Destroy|Remove|Purge|Drop|Wipe|Terminate|Reset)(?=[A-Z(\s{]|\b)\w*|(delete|destroy|remove|purge|drop|wipe|terminate|reset)(?=[A-Z(\s{])\w*)/

function pathOf(url: string): string {
  return url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '')
}

function hostOf(url: string): string | null {
  const found = /^(?:[a-z][a-z+.-]*:\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^/:?#]+)/i.exec(url)
  const host = found?.[1]?.toLowerCase() ?? null
  return host === null || host.includes('…') ? null : host
}
