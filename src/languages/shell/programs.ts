// One-liners and here-documents in python, node, perl, ruby and php: the calls in them that matter
// outside. A light reading, of words and not of grammars: literals are evaluated, names given once
// are followed, and whatever may call something unseen is said to be unread.
import { LimitReached } from './limits.ts'
import { joined, textOf } from './pieces.ts'
import { evaluateProgram } from './programs/evaluate.ts'
import type { Calls } from './programs/evaluate.ts'
import { unknown, wordOf } from './programs/program.ts'
import type { ProgramCall, ProgramReading, Value } from './programs/program.ts'
import type { Row, Table } from './programs/rows.ts'
import { home } from './programs/shared.ts'
import { tables } from './programs/tables.ts'
import { programLimits } from './programs/tokens.ts'
import type { Program, Word } from './syntax.ts'

const callsMax = 500

/** Where the home folder is not known, neither is the path. */
function atHome(call: ProgramCall, folder: string | null): ProgramCall {
  const settle = (word: Word): Word => {
    if (!word.pieces.some((piece) => piece?.includes(home) === true)) return word
    const pieces = joined(
      word.pieces.flatMap((piece) =>
        piece === null
          ? [null]
          : piece.split(home).flatMap((part, i) => (i === 0 ? [part] : [folder, part])),
      ),
    )
    return { ...word, pieces, text: textOf(pieces), raw: textOf(pieces) ?? '…' }
  }
  switch (call.kind) {
    case 'delete':
    case 'truncate':
    case 'append':
    case 'read':
      return { ...call, path: settle(call.path) }
    case 'move':
    case 'copy':
      return { ...call, from: settle(call.from), to: settle(call.to) }
    case 'run':
      return { ...call, text: settle(call.text) }
    case 'argv':
      return { ...call, words: call.words.map(settle) }
    case 'carried':
    case 'unread':
      return call
  }
}

/** Total: it never throws, and what it costs is bounded. */
export function readProgram(program: Program, homeFolder: string | null = null): ProgramReading {
  const calls: ProgramCall[] = []
  const put = (call: ProgramCall): void => {
    if (calls.length >= callsMax) throw new LimitReached('a program does too many things')
    calls.push(atHome(call, homeFolder))
  }
  if (program.text.length > programLimits.textMax) {
    return { calls: [{ kind: 'unread', why: 'a program is too long' }] }
  }
  try {
    evaluateProgram(program.text, program.language, callsOf(tables[program.language], put))
  } catch (fault) {
    if (fault instanceof LimitReached) calls.push({ kind: 'unread', why: fault.why })
    else if (fault instanceof RangeError)
      calls.push({ kind: 'unread', why: 'a program is nested too deeply' })
    else throw fault
  }
  return { calls }
}

function callsOf(table: Table, put: (call: ProgramCall) => void): Calls {
  return {
    bare: new Set(table.bare),
    call(callee, given) {
      if (callee.kind === 'unknown') {
        put({ kind: 'unread', why: 'a call of something that is not known' })
        return unknown
      }
      if (callee.kind !== 'name') return unknown
      doubt(table, callee, put)
      const row = rowOf(table, callee)
      return row === null ? fresh(callee) : (row(given, put, receiverOf(callee)) ?? unknown)
    },
    mention(value) {
      if (value.kind !== 'name') return
      doubt(table, value, put)
      // Handed on, it may be called with anything.
      const row = Object.hasOwn(table.functions, value.name)
        ? table.functions[value.name]
        : undefined
      if (row !== undefined && value.name.includes('.'))
        row({ values: [unknown], named: new Map() }, put, null)
    },
    command(pieces) {
      put({ kind: 'run', text: wordOf({ kind: 'text', pieces }), directory: null })
    },
  }
}

function doubt(
  table: Table,
  { name }: Extract<Value, { kind: 'name' }>,
  put: (call: ProgramCall) => void,
): void {
  if (table.doubtful.test(name))
    put({ kind: 'unread', why: `\`${name.slice(0, 80)}\` reaches what is not seen` })
}

/** What an unknown call gives: an object of which the methods are still seen. */
function fresh(callee: Extract<Value, { kind: 'name' }>): Value {
  return { kind: 'name', name: `${callee.name}()`, receiver: null }
}

function rowOf(table: Table, { name }: Extract<Value, { kind: 'name' }>): Row | null {
  const plain = name.replace(/^(?:require\()?node:/, '')
  if (Object.hasOwn(table.functions, plain)) return table.functions[plain] ?? null
  if (!name.includes('.')) return null
  const last = name.slice(name.lastIndexOf('.') + 1)
  return Object.hasOwn(table.methods, last) ? (table.methods[last] ?? null) : null
}

function receiverOf({ name, receiver }: Extract<Value, { kind: 'name' }>): Value | null {
  if (receiver !== null) return receiver
  const at = name.lastIndexOf('.')
  return at < 0 ? null : { kind: 'name', name: name.slice(0, at), receiver: null }
}

export type { ProgramCall, ProgramReading }
