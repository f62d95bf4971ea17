import assert from 'node:assert/strict'
import { test } from 'node:test'

import { seccompFilter } from './seccomp.ts'

interface SystemCall {
  readonly number: number
  readonly architecture?: number
  readonly args?: readonly bigint[]
}

const x64 = 0xc000_003e
const arm64 = 0xc000_00b7

/** What the kernel does with a filter: the subset of classic BPF that is used. */
function answerTo(filter: Uint8Array, call: SystemCall): number {
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, call.number, true)
  data.setUint32(4, call.architecture ?? x64, true)
  ;(call.args ?? []).forEach((one, at) => data.setBigUint64(16 + 8 * at, one, true))
  const code = new DataView(filter.buffer)
  let accumulator = 0
  for (let at = 0; at * 8 < filter.length; at++) {
    const value = code.getUint32(at * 8 + 4, true)
    const jump = (taken: boolean): number => code.getUint8(at * 8 + (taken ? 2 : 3))
    switch (code.getUint16(at * 8, true)) {
      case 0x20:
        accumulator = data.getUint32(value, true)
        break
      case 0x15:
        at += jump(accumulator === value)
        break
      case 0x45:
        at += jump((accumulator & value) !== 0)
        break
      default:
        return value
    }
  }
  throw new Error('the filter has no end')
}

const allow = 0x7fff_0000
const kill = 0x8000_0000
const notPermitted = 0x0005_0001
const notThere = 0x0005_0026
const notSupported = 0x0005_0061

const rows: readonly (readonly [name: string, call: SystemCall, answer: number])[] = [
  ['read', { number: 0 }, allow],
  ['execve', { number: 59 }, allow],
  ['another architecture', { number: 0, architecture: 0x4000_0003 }, kill],
  ['x32', { number: 0x4000_0000 }, kill],
  ['keyctl', { number: 250 }, notPermitted],
  ['io_uring_setup', { number: 425 }, notThere],
  ['clone3', { number: 435 }, notThere],
  ['clone of a thread', { number: 56, args: [0x3d0f00n] }, allow],
  ['clone into a user namespace', { number: 56, args: [0x10000011n] }, notPermitted],
  ['unshare of files', { number: 272, args: [0x400n] }, allow],
  ['unshare of the network', { number: 272, args: [0x40000000n] }, notPermitted],
  ['TCGETS', { number: 16, args: [0n, 0x5401n] }, allow],
  ['TIOCSTI', { number: 16, args: [0n, 0x5412n] }, notPermitted],
  ['TIOCSTI with high bits', { number: 16, args: [0n, 0x7_0000_5412n] }, notPermitted],
  ['AF_INET6', { number: 41, args: [10n, 1n, 0n] }, allow],
  ['AF_VSOCK', { number: 41, args: [40n, 1n, 0n] }, notSupported],
  ['NETLINK_ROUTE', { number: 41, args: [16n, 3n, 0n] }, allow],
  ['NETLINK_AUDIT', { number: 41, args: [16n, 3n, 9n] }, notSupported],
]

for (const [name, call, answer] of rows) {
  test(`x86_64: ${name}`, () => {
    assert.equal(answerTo(seccompFilter('x64'), call), answer)
  })
}

test('aarch64 has the same answers at its own numbers', () => {
  const filter = seccompFilter('arm64')
  const answer = (number: number, ...args: readonly bigint[]): number =>
    answerTo(filter, { number, architecture: arm64, args })
  assert.equal(answer(63), allow)
  assert.equal(answer(219), notPermitted)
  assert.equal(answer(198, 40n), notSupported)
  assert.equal(answer(198, 2n), allow)
  assert.equal(answer(29, 0n, 0x5412n), notPermitted)
  assert.equal(answerTo(filter, { number: 63 }), kill)
})

test('every jump stays inside, and a machine of another kind has no filter', () => {
  for (const architecture of ['x64', 'arm64']) {
    const filter = seccompFilter(architecture)
    const view = new DataView(filter.buffer)
    const count = filter.length / 8
    for (let at = 0; at < count; at++) {
      const [yes, no] = [view.getUint8(at * 8 + 2), view.getUint8(at * 8 + 3)]
      assert.ok(at + 1 + Math.max(yes, no) < count || view.getUint16(at * 8, true) === 0x06)
    }
  }
  assert.throws(() => seccompFilter('mips'), /no system call filter/)
})
