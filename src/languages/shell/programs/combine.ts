// Two values put together by a sign.
import { concat, hole } from '../pieces.ts'
import type { Pieces } from '../pieces.ts'
import { piecesOf, text, unknown } from './program.ts'
import type { Value } from './program.ts'

export function combine(left: Value, sign: string, right: Value): Value {
  if (sign === '+' && left.kind === 'number' && right.kind === 'number') {
    return { kind: 'number', number: left.number + right.number }
  }
  if (sign === '+' && left.kind === 'list' && right.kind === 'list') {
    return { kind: 'list', items: [...left.items, ...right.items] }
  }
  const isPath = left.kind === 'path'
  if (sign === '/' && (isPath || right.kind === 'path')) {
    return { kind: 'path', pieces: joinPaths([piecesOf(left), piecesOf(right)]) }
  }
  if ((sign === '+' && isPath) || (sign === '<<' && isPath)) {
    return { kind: 'path', pieces: joinPaths([left.pieces, piecesOf(right)]) }
  }
  if (
    (sign === '+' || sign === '.' || sign === '<<') &&
    (left.kind === 'text' || right.kind === 'text')
  ) {
    return text(concat(piecesOf(left), piecesOf(right)))
  }
  if (sign === '%' && left.kind === 'text') {
    return text(
      formatted(left.pieces, right.kind === 'list' ? right.items.map(piecesOf) : [piecesOf(right)]),
    )
  }
  return unknown
}

/** `'rm %s' % x` */
function formatted(format: Pieces, values: readonly Pieces[]): Pieces {
  let at = 0
  const made = format.flatMap((piece) => {
    if (piece === null) return [null]
    return piece.split(/(%[-+ #0]*\d*(?:\.\d+)?(?:\(\w+\))?[a-zA-Z%])/).flatMap((part, i) => {
      if (i % 2 === 0) return [part]
      if (part === '%%') return ['%']
      return part === '%s' || part === '%d' ? [...(values[at++] ?? hole)] : [null]
    })
  })
  return concat(made)
}

/** As `os.path.join` does: an absolute one begins anew. */
export function joinPaths(parts: readonly Pieces[]): Pieces {
  let made: Pieces = []
  for (const part of parts) {
    const [first] = part
    if (first === null && made.length > 0) {
      // It may be absolute.
      made = hole
    } else if (typeof first === 'string' && first.startsWith('/')) made = part
    else {
      const last = made.at(-1)
      const sits = made.length === 0 || (typeof last === 'string' && last.endsWith('/'))
      made = concat(made, sits ? [] : ['/'], part)
    }
  }
  return made
}
