import { unknownEffect, valueAt } from './call.ts'
import type { Path, Reading } from './call.ts'

const ownerPattern = /^(project|workspace):([^:]+)$/

/**
 * Feature flags belong to `project:…` or `workspace:…`, in one text. An owner that is left out is
 * the token's own, which the request does not tell.
 */
export function ofOwner(path: Path, make: (type: string, id: Path | null) => Reading): Reading {
  return (call) => {
    const owner = valueAt(call, path)
    if (owner === undefined || owner === null) return make('account', null)(call)
    const [, type, id] = (typeof owner === 'string' ? ownerPattern.exec(owner) : null) ?? []
    if (type === undefined || id === undefined) {
      return [unknownEffect(`\`${path}\` of \`${call.verb}\` is no owner that is known`)]
    }
    return make(type, 'id')({ verb: call.verb, arguments: { id } })
  }
}
