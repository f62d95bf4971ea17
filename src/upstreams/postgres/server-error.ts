// What a server says went wrong. Read whatever encoding it is in: only the code is relied on.
import { headerBytes } from '../../wire/postgres/bytes.ts'

export interface ServerError {
  /** SQLSTATE, five digits or capital letters */
  readonly code: string
  readonly message: string
  /** where in the server, functions called from one another; empty when it does not say */
  readonly where: string
}

const codePattern = /^[0-9A-Z]{5}$/
const messageCharactersMax = 500

export function readServerError(bytes: Uint8Array): ServerError {
  let code = ''
  let message = ''
  let where = ''
  for (let at = headerBytes; at < bytes.length && bytes[at] !== 0;) {
    const field = bytes[at] ?? 0
    const end = bytes.indexOf(0, at)
    const value = Buffer.from(bytes.subarray(at + 1, end === -1 ? bytes.length : end))
    if (field === 0x43) code = value.toString('latin1')
    if (field === 0x4d) message = value.toString('utf8').slice(0, messageCharactersMax)
    if (field === 0x57) where = value.toString('utf8')
    if (end === -1) break
    at = end + 1
  }
  return { code: codePattern.test(code) ? code : 'XX000', message, where }
}

export function codeOfError(bytes: Uint8Array): string {
  return readServerError(bytes).code
}
