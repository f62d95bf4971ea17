// `holdpoint scan --verify`: what providers say of the credentials that were found. Only the gate
// asks, and writes each question down before it does.
import type { CredentialAnswer } from '../api/credential-checker.ts'
import { controlInputs } from '../api/control-inputs.ts'
import { Fault } from '../domain/fault.ts'
import type { Finding } from '../scan/finding.ts'
import { openMovable } from '../scan/move.ts'
import type { Call } from './command.ts'
import type { MoveKeys } from './scan-move.ts'
import { withControl } from './session.ts'
import type { ControlSession } from './session.ts'
import { typed } from './typed.ts'

export interface Verified {
  readonly rank: number
  readonly fingerprint: string
  readonly answer: CredentialAnswer
}

const askedMax = 50

export function verifyFindings(
  call: Call,
  findings: readonly Finding[],
  keys: MoveKeys,
): Promise<readonly Verified[]> {
  return withControl(call, async (session) => {
    if (!session.live) {
      const says = '`--verify` asks through a running gate, and none runs here: `holdpoint up`'
      throw new Fault('no-gate', says)
    }
    const verified: Verified[] = []
    for (const [at, finding] of findings.slice(0, askedMax).entries()) {
      const answer = await askAbout(session, finding, keys)
      verified.push({ rank: at + 1, fingerprint: finding.fingerprint, answer })
    }
    return verified
  })
}

async function askAbout(
  { control, by }: ControlSession,
  finding: Finding,
  keys: MoveKeys,
): Promise<CredentialAnswer> {
  const { provider, places } = finding
  for (const { file } of places) {
    if (file === null) continue
    const opened = openMovable(file, finding, keys)
    if (typeof opened === 'string') continue
    const value = opened.value.reveal()
    return control.credentialCheck(typed(controlInputs.credentialCheck, { provider, value, by }))
  }
  return { kind: 'not-asked', why: 'it is in no file that can be read again' }
}

export function verifiedLines(verified: readonly Verified[]): readonly string[] {
  return verified.map(({ rank, answer }) => `${String(rank).padStart(3)}  ${wordsOf(answer)}`)
}

function wordsOf(answer: CredentialAnswer): string {
  if (answer.kind === 'answers') return `its provider takes it, for: ${answer.reach}`
  if (answer.kind === 'refused') return 'its provider does not take it so: dead, or narrower'
  return `not verified: ${answer.why}`
}
