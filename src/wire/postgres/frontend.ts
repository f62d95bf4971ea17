// Frontend messages of protocol 3.0 and 3.2: Q P B D E C S H X d c f p, and F so that it can be
// refused. Any other tag ends the session. Taken whole, header included; canonical or not at all.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
import { MessageReader, broken, cString, check, concatenate, encodeText } from './bytes.ts'
import { headerBytes, int16, int32, message } from './bytes.ts'

export const frontendTags = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  /** SASLInitialResponse, SASLResponse, PasswordMessage */
  password: 0x70,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const

/** those that may be as long as the protocol allows; the others are at most 10,000 bytes */
const longTags: ReadonlySet<number> = new Set([
  frontendTags.bind,
  frontendTags.copyData,
  frontendTags.functionCall,
  frontendTags.parse,
  frontendTags.query,
])
const knownTags: ReadonlySet<number> = new Set(Object.values(frontendTags))
const shortBytesMax = 10_000

/** Whether there is such a message, and of such a length, by PostgreSQL's own limits. */
export function isFrontendFrame(tag: number, length: number): boolean {
  return longTags.has(tag) || (knownTags.has(tag) && length <= shortBytesMax)
}

export interface Parse {
  readonly name: string
  readonly text: string
  /** type OIDs; 0: the server infers it */
  readonly types: readonly number[]
}

export interface Bind {
  readonly portal: string
  readonly statement: string
  readonly parameters: readonly BoundValue[]
  readonly resultFormats: readonly Format[]
}

export type Format = 'text' | 'binary'

/** value null is NULL */
export interface BoundValue {
  readonly format: Format
  readonly value: Uint8Array | null
}

/** Of Describe and Close: a statement or a portal, by name. */
export interface Named {
  readonly what: 'statement' | 'portal'
  readonly name: string
}

export interface Execute {
  readonly portal: string
  /** 0: all of them */
  readonly rowsMax: number
}

export function readQuery(bytes: Uint8Array): string {
  const reader = new MessageReader(bytes)
  const text = reader.text()
  reader.end()
  return text
}

export function readParse(bytes: Uint8Array): Parse {
  const reader = new MessageReader(bytes)
  const name = reader.text()
  const text = reader.text()
  const count = reader.unsigned16()
  check(reader.left() === count * 4, 'the types of a Parse are not as many as it says')
  const types: number[] = []
  for (let i = 0; i < count; i++) types.push(reader.unsigned32())
  return { name, text, types }
}

export function readBind(bytes: Uint8Array): Bind {
  const reader = new MessageReader(bytes)
  const portal = reader.text()
  const statement = reader.text()
  const formats = readFormats(reader)
  const count = reader.unsigned16()
  check(
    formats.length <= 1 || formats.length === count,
    'the formats of a Bind are not as many as its parameters',
  )
  const parameters: BoundValue[] = []
  for (let i = 0; i < count; i++) {
    const format = (formats.length === 1 ? formats[0] : formats[i]) ?? 'text'
    const length = reader.signed32()
    check(length >= -1, 'a parameter has a negative length')
    parameters.push({ format, value: length === -1 ? null : reader.bytes(length) })
  }
  const resultFormats = readFormats(reader)
  reader.end()
  return { portal, statement, parameters, resultFormats }
}

function readFormats(reader: MessageReader): readonly Format[] {
  const count = reader.unsigned16()
  const formats: Format[] = []
  for (let i = 0; i < count; i++) {
    const code = reader.unsigned16()
    check(code <= 1, 'a format is neither text nor binary')
    formats.push(code === 1 ? 'binary' : 'text')
  }
  return formats
}

/** What a Describe or a Close names. */
export function readNamed(bytes: Uint8Array): Named {
  const reader = new MessageReader(bytes)
  const kind = reader.byte()
  check(kind === 0x53 || kind === 0x50, 'it names neither a statement nor a portal')
  const name = reader.text()
  reader.end()
  return { what: kind === 0x53 ? 'statement' : 'portal', name }
}

export function readExecute(bytes: Uint8Array): Execute {
  const reader = new MessageReader(bytes)
  const portal = reader.text()
  const rowsMax = reader.signed32()
  reader.end()
  // PostgreSQL takes a negative count as all rows.
  return { portal, rowsMax: Math.max(0, rowsMax) }
}

/** Sync, Flush, CopyDone and Terminate have no body. */
export function readEmpty(bytes: Uint8Array): void {
  check(bytes.length === headerBytes, 'a message has a body, and should have none')
}

export interface SaslInitial {
  readonly mechanism: string
  /** null when the client waits for the server to begin */
  readonly data: Uint8Array | null
}

export function readSaslInitial(bytes: Uint8Array): SaslInitial {
  const reader = new MessageReader(bytes)
  const mechanism = reader.text()
  const length = reader.signed32()
  if (length < -1) throw broken('a SASL response has a negative length')
  const data = length === -1 ? null : reader.bytes(length)
  reader.end()
  return { mechanism, data }
}

export function readSaslResponse(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(headerBytes)
}

export function queryMessage(text: string): Uint8Array {
  return message('Q', cString(text))
}

export function parseMessage({ name, text, types }: Parse): Uint8Array {
  const oids = types.map((oid) => int32(oid))
  return message('P', cString(name), cString(text), int16(types.length), ...oids)
}

/** The same Parse, whatever it held, under another name. */
export function renameParse(bytes: Uint8Array, name: string): Uint8Array {
  const from = bytes.indexOf(0, headerBytes) + 1
  check(from > 0, 'a string has no end')
  return message('P', cString(name), bytes.subarray(from))
}

/** The same Bind for a statement of another name. */
export function renameBind(bytes: Uint8Array, statement: string): Uint8Array {
  const from = bytes.indexOf(0, headerBytes) + 1
  const to = bytes.indexOf(0, from) + 1
  check(from > 0 && to > 0, 'a string has no end')
  return message('B', bytes.subarray(headerBytes, from), cString(statement), bytes.subarray(to))
}

export function bindMessage(bind: Bind): Uint8Array {
  const { portal, statement, parameters, resultFormats } = bind
  const values = parameters.flatMap(({ value }) =>
    value === null ? [int32(-1)] : [int32(value.length), value],
  )
  return message(
    'B',
    ...[cString(portal), cString(statement)],
    ...[int16(parameters.length), ...parameters.map(({ format }) => formatCode(format))],
    ...[int16(parameters.length), ...values],
    ...[int16(resultFormats.length), ...resultFormats.map(formatCode)],
  )
}

function formatCode(format: Format): Uint8Array {
  return int16(format === 'binary' ? 1 : 0)
}

export function describeMessage({ what, name }: Named): Uint8Array {
  return message('D', kindOf(what), cString(name))
}

export function closeMessage({ what, name }: Named): Uint8Array {
  return message('C', kindOf(what), cString(name))
}

function kindOf(what: Named['what']): Uint8Array {
  return Uint8Array.of(what === 'statement' ? 0x53 : 0x50)
}

export function executeMessage({ portal, rowsMax }: Execute): Uint8Array {
  return message('E', cString(portal), int32(rowsMax))
}

export const syncMessage: Uint8Array = message('S')
export const flushMessage: Uint8Array = message('H')
export const terminateMessage: Uint8Array = message('X')
export const copyDoneMessage: Uint8Array = message('c')

export function copyDataMessage(data: Uint8Array): Uint8Array {
  return message('d', data)
}

export function copyFailMessage(why: string): Uint8Array {
  return message('f', cString(why))
}

export function saslInitialMessage(mechanism: string, data: Uint8Array): Uint8Array {
  return message('p', cString(mechanism), int32(data.length), data)
}

export function saslResponseMessage(data: Uint8Array): Uint8Array {
  return message('p', data)
}

/** For servers that still ask for the password itself, or for MD5 of it. */
export function passwordMessage(password: string): Uint8Array {
  return message('p', concatenate([encodeText(password), Uint8Array.of(0)]))
}
