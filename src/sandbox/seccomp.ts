// A seccomp filter as classic BPF, for bwrap's `--seccomp`: struct sock_filter { u16 code; u8 jt; u8
// jf; u32 k }, little-endian, over struct seccomp_data { int nr; u32 arch; u64 ip; u64 args[6] }.
// Taken of BPF: load word, jump if equal / any bit set, return.
// https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html
//
// What is refused here is what namespaces and lost capabilities do not already keep away: ways into
// the kernel that have no use in an agent's work, sockets of families that know no namespace, and
// characters pushed into the terminal that is shared with the person's shell.
import { Fault } from '../domain/fault.ts'

export type Architecture = 'x64' | 'arm64'

const loadWord = 0x20
const jumpEqual = 0x15
const jumpAnyBit = 0x45
const giveBack = 0x06

const allow = 0x7fff_0000
const killProcess = 0x8000_0000
const errno = (number: number): number => 0x0005_0000 | number
const notPermitted = errno(1)
const notSupported = errno(97)
const notThere = errno(38)

const offsetOfNumber = 0
const offsetOfArchitecture = 4
/** the lower half of an argument: what the kernel takes of an `int` */
const offsetOfArgument = (at: number): number => 16 + 8 * at

interface Numbers {
  /** AUDIT_ARCH_… */
  readonly audit: number
  readonly socket: number
  readonly ioctl: number
  readonly clone: number
  readonly clone3: number
  readonly unshare: number
  readonly ioUring: readonly number[]
  readonly refused: readonly number[]
}

/**
 * In order: keys; programs and probes in the kernel; faults handled by the process; another kernel,
 * modules; mounts and namespaces; handles that pass by paths; accounting, swap, reboot, the log;
 * clocks; ports. From asm/unistd_64.h and asm-generic/unistd.h.
 */
const numbers: Readonly<Record<Architecture, Numbers>> = {
  x64: {
    audit: 0xc000_003e,
    ...{ socket: 41, ioctl: 16, clone: 56, clone3: 435, unshare: 272 },
    ioUring: [425, 426, 427],
    refused: [
      ...[248, 249, 250, 321, 298, 323, 246, 320, 175, 313, 176, 174, 177, 178],
      ...[165, 166, 155, 161, 428, 429, 430, 431, 432, 433, 442, 467, 308, 303, 304],
      ...[163, 167, 168, 169, 103, 179, 443, 180, 212, 159, 305, 227, 164, 172, 173, 153, 154],
      ...[134, 136, 139, 156, 312, 300, 301],
    ],
  },
  arm64: {
    audit: 0xc000_00b7,
    ...{ socket: 198, ioctl: 29, clone: 220, clone3: 435, unshare: 97 },
    ioUring: [425, 426, 427],
    refused: [
      ...[217, 218, 219, 280, 241, 282, 104, 294, 105, 273, 106],
      ...[40, 39, 41, 51, 428, 429, 430, 431, 432, 433, 442, 467, 268, 264, 265],
      ...[89, 224, 225, 142, 116, 60, 443, 42, 18, 171, 266, 112, 170, 58, 272, 262, 263],
    ],
  },
}

/** AF_UNIX, AF_INET, AF_INET6 */
const families = [1, 2, 10]
const netlink = 16
/** NETLINK_ROUTE: what addresses there are */
const netlinkRoute = 0
/** TIOCSTI, TIOCLINUX, TIOCCONS */
const terminalRequests = [0x5412, 0x541c, 0x541d]
/** CLONE_NEWNS, -CGROUP, -UTS, -IPC, -USER, -PID, -NET, -TIME */
const newNamespaces = 0x7e02_0080
/** the bit that marks a call as one of the x32 interface */
const x32 = 0x4000_0000

/** The bytes of the filter; throws a Fault where the machine is of no known architecture. */
export function seccompFilter(architecture: string): Uint8Array {
  if (architecture !== 'x64' && architecture !== 'arm64') {
    throw new Fault(
      'sandbox-architecture',
      `no system call filter is written for \`${architecture}\`; use x86_64 or aarch64`,
    )
  }
  return assemble(programFor(architecture))
}

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, value: number]

/** Each check ends in an answer, or falls through with the number of the call loaded again. */
function programFor(architecture: Architecture): readonly Instruction[] {
  const known = numbers[architecture]
  return [
    [loadWord, 0, 0, offsetOfArchitecture],
    [jumpEqual, 1, 0, known.audit],
    [giveBack, 0, 0, killProcess],
    [loadWord, 0, 0, offsetOfNumber],
    ...(architecture === 'x64' ? anyBit(x32, killProcess) : []),
    ...known.refused.flatMap((call) => equal(call, notPermitted)),
    // It would open sockets that this filter never sees; libraries do without it.
    ...known.ioUring.flatMap((call) => equal(call, notThere)),
    // Its flags are in memory, where a filter cannot look; libraries fall back to clone.
    ...equal(known.clone3, notThere),
    ...[known.clone, known.unshare].flatMap((call) =>
      inCall(call, [[loadWord, 0, 0, offsetOfArgument(0)], ...anyBit(newNamespaces, notPermitted)]),
    ),
    ...inCall(known.ioctl, [
      [loadWord, 0, 0, offsetOfArgument(1)],
      ...terminalRequests.flatMap((request) => equal(request, notPermitted)),
    ]),
    ...inCall(known.socket, [
      [loadWord, 0, 0, offsetOfArgument(0)],
      ...families.flatMap((family) => equal(family, allow)),
      [jumpEqual, 1, 0, netlink],
      [giveBack, 0, 0, notSupported],
      [loadWord, 0, 0, offsetOfArgument(2)],
      ...equal(netlinkRoute, allow),
      [giveBack, 0, 0, notSupported],
    ]),
    [giveBack, 0, 0, allow],
  ]
}

function equal(value: number, answer: number): readonly Instruction[] {
  return [
    [jumpEqual, 0, 1, value],
    [giveBack, 0, 0, answer],
  ]
}

function anyBit(bits: number, answer: number): readonly Instruction[] {
  return [
    [jumpAnyBit, 0, 1, bits],
    [giveBack, 0, 0, answer],
  ]
}

/** Checks of one call's arguments; what passes them is allowed. */
function inCall(call: number, checks: readonly Instruction[]): readonly Instruction[] {
  return [[jumpEqual, 0, checks.length + 1, call], ...checks, [giveBack, 0, 0, allow]]
}

function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * 8)
  const view = new DataView(bytes.buffer)
  program.forEach(([code, whenTrue, whenFalse, value], at) => {
    view.setUint16(at * 8, code, true)
    view.setUint8(at * 8 + 2, whenTrue)
    view.setUint8(at * 8 + 3, whenFalse)
    view.setUint32(at * 8 + 4, value >>> 0, true)
  })
  return bytes
}
