// Requests inside of commands and of tools' arguments, read by the readers of the providers that
// they are addressed to.
import { createWrittenHttpReader } from '../api/written-request.ts'
import type { Action } from '../domain/action.ts'
import type { UpstreamName } from '../domain/names.ts'
import { createInterpreter } from '../interpret.ts'
import { providers } from '../providers/table.ts'
import type { CarriedHttp } from '../reading/commands.ts'

/** null: addressed to no provider that is understood */
export function createCarriedHttp(): (request: CarriedHttp) => readonly Action[] | null {
  const readers = new Map(providers.map(({ name, reader }) => [name as UpstreamName, reader]))
  const upstreams = providers.map(({ name, hosts, credentialHeaders }) => ({
    ...{ name: name as UpstreamName, hosts },
    credentialHeaders: credentialHeaders.map((header) => header.name),
  }))
  const read = createWrittenHttpReader({ upstreams, interpret: createInterpreter({ readers }) })
  return ({ method, url, headers, body }) => {
    const hidden = typeof body === 'object' && body !== null ? body.unknown : null
    const text = typeof body === 'string' ? body : null
    const found = read({ method, url, headers: gathered(headers), body: text })
    if (found === null) return null
    if (typeof found === 'string') return [unread(method, url, found)]
    return hidden === null ? found : [unread(method, url, hidden)]
  }
}

function gathered(headers: CarriedHttp['headers']): Record<string, string[]> {
  const all: Record<string, string[]> = {}
  for (const [name, value] of headers) (all[name] ??= []).push(value)
  return all
}

function unread(method: string, url: string, why: string): Action {
  const excerpt = `${method} ${url}`.slice(0, 200).toWellFormed()
  return {
    verb: method,
    effects: [{ kind: 'unknown', why, legible: true }],
    evidence: { reader: 'http', excerpt, span: null },
  }
}
