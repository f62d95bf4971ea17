// Where a command's input comes from and what its output is put over.
import { hole, known, fieldOf, textOf } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { emit } from './emit.ts'
import { followName } from './hidden.ts'
import { LimitReached } from './limits.ts'
import type { Run, Span } from './run.ts'
import type { CommandNode } from './state.ts'
import type { Input, Redirect } from './syntax.ts'
import { expandQuoted, expandValue, expandWord } from './words.ts'

type Redirection = Extract<CommandNode, { type: 'Redirected' }>['redirects'][number]

export interface Redirected {
  readonly redirects: readonly Redirect[]
  /** null: as it was */
  readonly input: Input | null
  /** what it writes to standard output goes elsewhere */
  readonly silent: boolean
  /** the input, where it is a process substitution */
  readonly written: Pieces | null
}

const kinds = {
  '>': 'truncate',
  '>|': 'truncate',
  '&>': 'truncate',
  '>&': 'truncate',
  '>>': 'append',
  '&>>': 'append',
  '<': 'read',
  '<>': 'both',
} as const

export function redirectsOf(run: Run, nodes: readonly Redirection[]): Redirected {
  const redirects: Redirect[] = []
  let input: Input | null = null
  let silent = false
  let written: Pieces | null = null
  for (const node of nodes) {
    const number = node.descriptor?.type === 'FileDescriptor' ? node.descriptor.value : null
    // bash takes so great a number for a word.
    if (number !== null && number > 65_535) throw new LimitReached('a descriptor that is none')
    const usual = node.descriptor === undefined
    if (node.descriptor?.type === 'FileDescriptorVariable') {
      followName(run, known(node.descriptor.name))
    }
    if (node.type === 'HereDoc') {
      const { body, delimiter } = node
      const quoted = delimiter?.quoted === true
      const pieces = quoted ? known(body.text) : expandQuoted(run, body.parts, body.text)
      if (usual || number === 0) input = inputOf(pieces)
      continue
    }
    if (node.type === 'HereString') {
      const pieces = node.target === undefined ? hole : expandValue(run, node.target)
      if (usual || number === 0) input = inputOf([...pieces, '\n'])
      continue
    }
    const target: Field = node.target === undefined ? fieldOf('', hole) : targetOf(run, node.target)
    if (
      node.operator === '<&' ||
      (node.operator === '>&' && /^(\d+-?|-)$/.test(target.text ?? ''))
    ) {
      if (node.operator === '<&' && (usual || number === 0)) {
        input = target.text === '-' ? { kind: 'nothing' } : { kind: 'pipe', from: -1 }
      }
      if (node.operator === '>&' && (usual || number === 1)) silent = true
      continue
    }
    const kind = kinds[node.operator]
    redirects.push({ kind, path: target })
    const reads = kind === 'read' || (kind === 'both' && usual)
    if (reads && (usual || number === 0)) {
      input = target.text === '/dev/null' ? { kind: 'nothing' } : { kind: 'file', path: target }
      written = target.written ?? null
      if (written !== null) input = inputOf(written)
    }
    if (kind !== 'read' && (usual || number === 1)) silent = true
  }
  return { redirects, input, silent, written }
}

/** It is one word, or the shell refuses it. */
function targetOf(run: Run, node: Parameters<typeof expandWord>[1]): Field {
  const [only, ...others] = expandWord(run, node)
  return only === undefined || others.length > 0 ? fieldOf(node.text, hole) : only
}

/** A text of which not all is known is a pipe from nobody in the list. */
export function inputOf(pieces: Pieces): Input {
  const text = textOf(pieces)
  return text === null ? { kind: 'pipe', from: -1 } : { kind: 'text', text }
}

/** Of a compound command: the shell itself opens the files. */
export function standingRedirects(run: Run, nodes: readonly Redirection[], span: Span): Redirected {
  const made = redirectsOf(run, nodes)
  if (made.redirects.some((one) => one.kind !== 'read')) {
    emit(run, { argv: [fieldOf(':', [':'])], redirects: made.redirects, span })
  }
  return made
}
