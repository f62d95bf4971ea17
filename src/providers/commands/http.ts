// A request to a host that no provider here answers for: by its method, and no more.
import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import type { Effect } from '../../domain/effect.ts'
import { destroy, read, resource, write } from './effects.ts'

type CarriedHttp = Extract<Carried, { kind: 'http' }>

const excerptCharactersMax = 200

export function readHttpPlainly({ method, url }: CarriedHttp): readonly Action[] {
  const host = hostOf(url)
  const on = resource('egress', 'host', host)
  const excerpt = `${method} ${url}`.slice(0, excerptCharactersMax).toWellFormed()
  const evidence = { reader: 'http', excerpt, span: null }
  return [{ verb: method, effects: [effectOf(method.toUpperCase(), on)], evidence }]
}

function effectOf(method: string, on: ReturnType<typeof resource>): Effect {
  if (method === 'DELETE') return destroy(on, 'some')
  return ['GET', 'HEAD', 'OPTIONS'].includes(method) ? read(on, 'some') : write(on)
}

function hostOf(url: string): string | null {
  const found = /^(?:[a-z][a-z+.-]*:\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^/:?#]+)/i.exec(url)
  return found?.[1]?.toLowerCase() ?? null
}
