import assert from 'node:assert/strict'

import { Fault } from '../../src/domain/fault.ts'
import * as backend from '../../src/wire/postgres/backend.ts'
import { FrameScanner } from '../../src/wire/postgres/frames.ts'
import type { FramePlan } from '../../src/wire/postgres/frames.ts'
import * as frontend from '../../src/wire/postgres/frontend.ts'
import { readStartup, startupMessage, tlsRequest } from '../../src/wire/postgres/startup.ts'
import type { FuzzTarget } from './target.ts'

const bind = frontend.bindMessage({
  portal: '',
  statement: 's',
  parameters: [
    { format: 'text', value: Buffer.from('7') },
    { format: 'binary', value: null },
  ],
  resultFormats: ['text'],
})

const sequence = Buffer.concat([
  frontend.parseMessage({ name: 's', text: 'select $1', types: [23] }),
  bind,
  frontend.describeMessage({ what: 'portal', name: '' }),
  frontend.executeMessage({ portal: '', rowsMax: 0 }),
  frontend.syncMessage,
])

/** A value, or a fault of the protocol; nothing else may come out. */
function faulty(read: () => void): boolean {
  try {
    read()
    return false
  } catch (fault) {
    assert.ok(fault instanceof Fault && fault.code !== 'bug', String(fault))
    return true
  }
}

const plan: FramePlan = (tag, length) => {
  if (!frontend.isFrontendFrame(tag, length)) return 'broken'
  return tag === frontend.frontendTags.copyData ? 'parts' : 'whole'
}

function framesOf(chunks: readonly Uint8Array[]): readonly string[] {
  const scanner = new FrameScanner(plan)
  const found: string[] = []
  let text = ''
  for (const chunk of chunks) {
    scanner.push(chunk)
    while (scanner.next()) {
      text = (scanner.first ? '' : text) + Buffer.from(scanner.bytes()).toString('latin1')
      if (scanner.last) found.push(text)
    }
    if (scanner.broken !== null) break
  }
  return found
}

/** The stream is read alike however it is cut, and every message that is read is written alike. */
export const fuzzPostgresFrontend: FuzzTarget = {
  name: 'postgres-frontend',
  seedInputs: [sequence, frontend.queryMessage('select 1'), frontend.copyDataMessage(sequence)],
  check(input) {
    const half = input.length >> 1
    const whole = framesOf([input])
    assert.deepEqual(framesOf([input.subarray(0, half), input.subarray(half)]), whole)
    for (const text of whole) {
      const bytes = new Uint8Array(Buffer.from(text, 'latin1'))
      if (bytes[0] === frontend.frontendTags.bind) {
        faulty(() => {
          const read = frontend.readBind(bytes)
          assert.deepEqual(frontend.readBind(frontend.bindMessage(read)), read)
          const renamed = frontend.readBind(frontend.renameBind(bytes, 'other'))
          assert.deepEqual(renamed, { ...read, statement: 'other' })
        })
      }
      if (bytes[0] === frontend.frontendTags.parse) {
        faulty(() => {
          const read = frontend.readParse(bytes)
          assert.deepEqual(bytes, frontend.parseMessage(read))
        })
      }
      faulty(() => void frontend.readQuery(bytes))
      faulty(() => void frontend.readNamed(bytes))
      faulty(() => void frontend.readExecute(bytes))
      faulty(() => void frontend.readSaslInitial(bytes))
    }
  },
}

export const fuzzPostgresStartup: FuzzTarget = {
  name: 'postgres-startup',
  seedInputs: [startupMessage(2, [['user', 'shop-db']]), tlsRequest()],
  check(input) {
    faulty(() => {
      const read = readStartup(input)
      if (read?.packet.kind !== 'startup') return
      const { minor, parameters, options } = read.packet
      const again = [...parameters, ...options.map((name) => [name, ''] as const)]
      const once = readStartup(startupMessage(minor, again))?.packet
      assert.deepEqual(once, read.packet)
    })
  },
}

export const fuzzPostgresBackend: FuzzTarget = {
  name: 'postgres-backend',
  seedInputs: [
    backend.errorResponse({ severity: 'ERROR', code: '42501', message: 'no', hint: 'else' }),
    backend.authenticationSasl(['SCRAM-SHA-256']),
    backend.parameterStatus('client_encoding', 'UTF8'),
    Buffer.from('54000000190001610000000000000000000017 0004ffffffff0000'.replace(' ', ''), 'hex'),
    Buffer.from('440000000f00020000000161ffffffff', 'hex'),
  ],
  check(input) {
    faulty(() => void backend.readAuthentication(input))
    faulty(() => void backend.readFields(input))
    faulty(() => void backend.readParameterStatus(input))
    faulty(() => void backend.readBackendKeyData(input))
    faulty(() => void backend.readReadyForQuery(input))
    faulty(() => void backend.readCommandTag(input))
    faulty(() => void backend.readDataRow(input))
    faulty(() => {
      const columns = backend.readRowDescription(input)
      const all = backend.readRowDescription(backend.withFormats(input, ['binary']))
      assert.deepEqual(
        all,
        columns.map((column) => ({ ...column, format: 'binary' })),
      )
    })
  },
}
