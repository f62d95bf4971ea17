import assert from 'node:assert/strict'

import { readClientHello } from '../../src/wire/client-hello.ts'
import { extension, helloMessage, inRecords, serverName, sized } from '../doors/hello-bytes.ts'

const protocols = extension(16, sized(2, sized(1, Buffer.from('h2'))))

/**
 * Whatever comes, the reading is one of four, says only what it saw, and more bytes do not change
 * it.
 */
export const fuzzClientHello = {
  name: 'client-hello',
  seedInputs: [
    inRecords(helloMessage({ extensions: [serverName('backboard.railway.app'), protocols] })),
    inRecords(helloMessage({ extensions: [serverName('example.com')] }), 9),
    inRecords(helloMessage()),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  ] as readonly Uint8Array[],
  check(input: Uint8Array): void {
    const reading = readClientHello(input)
    const longer = readClientHello(Buffer.concat([input, Buffer.from([23, 3, 3, 0, 1, 0])]))
    if (reading.kind === 'hello') {
      assert.deepEqual(longer, reading)
      const { serverName: name } = reading.hello
      assert.ok(name === null || /^[a-z0-9_.-]{1,253}$/.test(name))
    }
    if (reading.kind === 'refused') assert.equal(longer.kind, 'refused')
    if (reading.kind === 'not-tls') assert.ok(input.length > 0 && input[0] !== 22)
    // Every beginning of what is read must leave the question open, or be refused already.
    const half = readClientHello(input.subarray(0, input.length >> 1))
    if (half.kind === 'hello') assert.deepEqual(reading, half)
  },
}
