// What gives or restores power in the console is a deed: a person's passkey signs exactly that,
// and the signature is kept beside the fact. Taking power away needs none.
import type { DeedBinding } from '../domain/deed.ts'
import { Fault } from '../domain/fault.ts'
import type { PersonName } from '../domain/names.ts'
import { answerSeconds, requestOptions } from '../holds/answering.ts'
import type { RequestOptions } from '../holds/answering.ts'
import { challengeOf } from '../holds/binding.ts'
import { createChallenges } from '../holds/challenges.ts'
import type { Passkeys } from '../holds/passkeys.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import { bindDeed, carryOut, checkMayDo } from './deed-kinds.ts'
import type { DeedAsked, DeedDone, DeedParts } from './deed-kinds.ts'

export interface Deeds {
  /** What this person's passkey must sign to do it; good for one try, for five minutes. */
  challenge(person: PersonName, asked: DeedAsked): AskedDeed
  /** Takes the browser's answer, and does it. The challenge is used up either way. */
  settle(person: PersonName, nonce: string, response: unknown): Promise<DeedDone>
}

export interface AskedDeed {
  readonly nonce: string
  readonly options: RequestOptions
  readonly binding: DeedBinding
}

export interface DeedsOptions extends DeedParts {
  readonly passkeys: Passkeys
  readonly rpId: string
  readonly clock: Clock
  readonly random: Random
}

const challengesMax = 1000

export function createDeeds(options: DeedsOptions): Deeds {
  const { clock, random, store, passkeys, rpId } = options
  const limits = { clock, random, seconds: answerSeconds, max: challengesMax }
  const challenges = createChallenges<DeedBinding>(limits)
  return {
    challenge(person, asked) {
      checkMayDo(options, person, asked.kind)
      const deed = bindDeed(options, asked, person)
      const profile = 'holdpoint/deed/1' as const
      const binding = challenges.put((nonce) => ({ profile, deed, person, nonce }))
      const known = store.person(person)?.passkeys ?? []
      const live = known.filter(({ revokedAt }) => revokedAt === null)
      const asking = requestOptions(rpId, challengeOf(binding), live)
      return { nonce: binding.nonce, options: asking, binding }
    },
    async settle(person, nonce, response) {
      const binding = challenges.take(nonce)
      if (binding?.person !== person) {
        throw new Fault(
          'challenge-unknown',
          'this answer was used, is too old, or was never asked for; ask again',
        )
      }
      const { assertion } = await passkeys.verify(response, challengeOf(binding), person)
      checkMayDo(options, person, binding.deed.kind)
      return carryOut(options, { binding, assertion })
    },
  }
}
