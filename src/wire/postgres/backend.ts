// Backend messages of protocol 3.0 and 3.2: those that the door writes, and those that must be
// understood on the way from a server. The rest passes by, known by its tag alone.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
// https://www.postgresql.org/docs/current/protocol-error-fields.html
import { MessageReader, cString, check, int16, int32, message } from './bytes.ts'
import { encodeText } from './bytes.ts'
import type { TransactionState } from '../../domain/request.ts'
import type { Format } from './frontend.ts'
import type { Parameter } from './startup.ts'

export const backendTags = {
  authentication: 0x52,
  backendKeyData: 0x4b,
  bindComplete: 0x32,
  closeComplete: 0x33,
  commandComplete: 0x43,
  copyBothResponse: 0x57,
  copyData: 0x64,
  copyDone: 0x63,
  copyInResponse: 0x47,
  copyOutResponse: 0x48,
  dataRow: 0x44,
  emptyQueryResponse: 0x49,
  errorResponse: 0x45,
  functionCallResponse: 0x56,
  negotiateProtocolVersion: 0x76,
  noData: 0x6e,
  noticeResponse: 0x4e,
  notificationResponse: 0x41,
  parameterDescription: 0x74,
  parameterStatus: 0x53,
  parseComplete: 0x31,
  portalSuspended: 0x73,
  readyForQuery: 0x5a,
  rowDescription: 0x54,
} as const

const knownTags: ReadonlySet<number> = new Set(Object.values(backendTags))

export function isBackendTag(tag: number): boolean {
  return knownTags.has(tag)
}

export type Authentication =
  | Readonly<{ kind: 'ok' | 'cleartext' }>
  | Readonly<{ kind: 'md5'; salt: Uint8Array }>
  | Readonly<{ kind: 'sasl'; mechanisms: readonly string[] }>
  | Readonly<{ kind: 'sasl-continue' | 'sasl-final'; data: Uint8Array }>
  /** Kerberos, GSSAPI, SSPI and what is not known */
  | Readonly<{ kind: 'other'; code: number }>

export function readAuthentication(bytes: Uint8Array): Authentication {
  const reader = new MessageReader(bytes)
  const code = reader.signed32()
  switch (code) {
    case 0:
    case 3:
      reader.end()
      return { kind: code === 0 ? 'ok' : 'cleartext' }
    case 5: {
      const salt = reader.bytes(4)
      reader.end()
      return { kind: 'md5', salt }
    }
    case 10: {
      const mechanisms: string[] = []
      for (let name = reader.text(); name !== ''; name = reader.text()) mechanisms.push(name)
      reader.end()
      return { kind: 'sasl', mechanisms }
    }
    case 11:
    case 12:
      return { kind: code === 11 ? 'sasl-continue' : 'sasl-final', data: reader.rest() }
    default:
      return { kind: 'other', code }
  }
}

/** An ErrorResponse or NoticeResponse by field: `S`, `V`, `C`, `M`, `D`, `H`, `P`, … */
export type Fields = ReadonlyMap<string, string>

export function readFields(bytes: Uint8Array): Fields {
  const reader = new MessageReader(bytes)
  const fields = new Map<string, string>()
  for (let code = reader.byte(); code !== 0; code = reader.byte()) {
    fields.set(String.fromCharCode(code), reader.text())
  }
  reader.end()
  return fields
}

export function readParameterStatus(bytes: Uint8Array): Parameter {
  const reader = new MessageReader(bytes)
  const status = [reader.text(), reader.text()] as const
  reader.end()
  return status
}

export interface CancelKey {
  readonly process: number
  /** 4 bytes in protocol 3.0, up to 256 in 3.2 */
  readonly secret: Uint8Array
}

export function readBackendKeyData(bytes: Uint8Array): CancelKey {
  const reader = new MessageReader(bytes)
  const process = reader.signed32()
  const secret = reader.rest()
  check(secret.length >= 4 && secret.length <= 256, 'a cancel key has no such length')
  return { process, secret }
}

export function readReadyForQuery(bytes: Uint8Array): TransactionState {
  const reader = new MessageReader(bytes)
  const state = String.fromCharCode(reader.byte())
  reader.end()
  check(state === 'I' || state === 'T' || state === 'E', 'a transaction has no such state')
  return state
}

export function readCommandTag(bytes: Uint8Array): string {
  const reader = new MessageReader(bytes)
  const tag = reader.text()
  reader.end()
  return tag
}

export interface Column {
  readonly name: string
  /** OID of the table it is a column of, 0 for none */
  readonly table: number
  readonly attribute: number
  readonly type: number
  readonly size: number
  readonly modifier: number
  readonly format: Format
}

export function readRowDescription(bytes: Uint8Array): readonly Column[] {
  const reader = new MessageReader(bytes)
  const columns: Column[] = []
  for (let left = reader.unsigned16(); left > 0; left--) {
    columns.push({
      name: reader.text(),
      table: reader.unsigned32(),
      attribute: reader.unsigned16(),
      type: reader.unsigned32(),
      size: reader.unsigned16(),
      modifier: reader.signed32(),
      format: reader.unsigned16() === 1 ? 'binary' : 'text',
    })
  }
  reader.end()
  return columns
}

/** The values of a DataRow as they are; null is NULL. */
export function readDataRow(bytes: Uint8Array): readonly (Uint8Array | null)[] {
  const reader = new MessageReader(bytes)
  const values: (Uint8Array | null)[] = []
  for (let left = reader.unsigned16(); left > 0; left--) {
    const length = reader.signed32()
    values.push(length === -1 ? null : reader.bytes(length))
  }
  reader.end()
  return values
}

export function authenticationSasl(mechanisms: readonly string[]): Uint8Array {
  return message('R', int32(10), ...mechanisms.map(cString), Uint8Array.of(0))
}

export function authenticationSaslContinue(data: string): Uint8Array {
  return message('R', int32(11), encodeText(data))
}

export function authenticationSaslFinal(data: string): Uint8Array {
  return message('R', int32(12), encodeText(data))
}

export const authenticationOk: Uint8Array = message('R', int32(0))

export function parameterStatus(name: string, value: string): Uint8Array {
  return message('S', cString(name), cString(value))
}

export function backendKeyData({ process, secret }: CancelKey): Uint8Array {
  return message('K', int32(process), secret)
}

const ready = {
  I: message('Z', encodeText('I')),
  T: message('Z', encodeText('T')),
  E: message('Z', encodeText('E')),
} as const

export function readyForQuery(state: TransactionState): Uint8Array {
  return ready[state]
}

/** The minor that is spoken instead, and the protocol options that are not known. */
export function negotiateProtocolVersion(minor: number, options: readonly string[]): Uint8Array {
  return message('v', int32((3 << 16) | minor), int32(options.length), ...options.map(cString))
}

export interface ErrorFields {
  readonly severity: 'ERROR' | 'FATAL'
  /** SQLSTATE */
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
}

export function errorResponse(fields: ErrorFields): Uint8Array {
  return message('E', ...errorBody(fields))
}

function errorBody({ severity, code, message: text, detail, hint }: ErrorFields): Uint8Array[] {
  const body = [cString(`S${severity}`), cString(`V${severity}`), cString(`C${code}`)]
  body.push(cString(`M${text}`))
  if (detail !== undefined && detail !== '') body.push(cString(`D${detail}`))
  if (hint !== undefined && hint !== '') body.push(cString(`H${hint}`))
  return [...body, Uint8Array.of(0)]
}

export function commandComplete(tag: string): Uint8Array {
  return message('C', cString(tag))
}

/** The whole answer to a SHOW: one row of one column of text. */
export function shownText(column: string, text: string): readonly Uint8Array[] {
  const value = encodeText(text)
  const type = [int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]
  return [
    message('T', int16(1), cString(column), ...type),
    message('D', int16(1), int32(value.length), value),
    commandComplete('SHOW'),
  ]
}

export const parseComplete: Uint8Array = message('1')
export const bindComplete: Uint8Array = message('2')
export const noData: Uint8Array = message('n')
export const closeComplete: Uint8Array = message('3')

/** A RowDescription as a portal with these formats has it; none: text, one: for all columns. */
export function withFormats(description: Uint8Array, formats: readonly Format[]): Uint8Array {
  const patched = description.slice()
  const count = new MessageReader(patched).unsigned16()
  let at = 7
  for (let i = 0; i < count; i++) {
    const end = patched.indexOf(0, at)
    check(end !== -1, 'a string has no end')
    const format = (formats.length === 1 ? formats[0] : formats[i]) ?? 'text'
    at = end + 1 + 18
    check(at <= patched.length, 'a length goes past the end of a message')
    patched.set(int16(format === 'binary' ? 1 : 0), at - 2)
  }
  check(at === patched.length, 'bytes follow the end of a message')
  return patched
}
