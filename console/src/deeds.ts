// What gives or restores power: the page checks that what would be signed is what it shows, and
// wakes the passkey.
import type {
  AskedDeedView,
  DeedDoneView,
  DeedWritten,
} from '../../src/api/console/deeds/shapes.ts'
import type { Mandate } from '../../src/domain/mandate.ts'
import { canonicalJson } from '../../src/wire/canonical-json.ts'
import { isSameGrant, isWithin } from './agents/same-grant.ts'
import { withPasskey } from './api.ts'
import { digest, toBase64Url } from './digest.ts'

const paths = { ask: '/api/deeds/challenge', settle: '/api/deeds/settle' }

type Done<K extends DeedDoneView['kind']> = Extract<DeedDoneView, Readonly<{ kind: K }>>

/** Does what the page shows, once a passkey has signed exactly that. */
export async function perform<
  D extends Exclude<DeedWritten, { kind: 'mandate-grant' | 'ask-grant' }>,
>(deed: D): Promise<Done<D['kind']>> {
  return withPasskey(paths, { deed }, async (asked: AskedDeedView) => {
    await checkChallenge(asked)
    if (canonicalJson(asked.binding.deed) !== canonicalJson(deed)) throw differs()
  })
}

/** The gate fills in a request; what is signed is the mandate that the page has shown. */
export async function performGrant(
  deed: Extract<DeedWritten, { kind: 'mandate-grant' }>,
  shown: Mandate,
): Promise<Mandate> {
  const done = await withPasskey<AskedDeedView, Done<'mandate-grant'>>(
    paths,
    { deed },
    async (asked) => {
      await checkChallenge(asked)
      const { deed: bound } = asked.binding
      if (bound.kind !== 'mandate-grant' || !isSameGrant(bound.mandate, shown)) throw differs()
    },
  )
  return done.mandate
}

/** The mandate is as the page has shown it, for no longer than was chosen there. */
export async function performAskGrant(
  deed: Extract<DeedWritten, { kind: 'ask-grant' }>,
  shown: Mandate,
): Promise<Mandate> {
  const done = await withPasskey<AskedDeedView, Done<'ask-grant'>>(
    paths,
    { deed },
    async (asked) => {
      await checkChallenge(asked)
      const { deed: bound } = asked.binding
      const isIt = bound.kind === 'ask-grant' && bound.ask === deed.ask
      if (!isIt || !isWithin(bound.mandate, shown, deed.minutes)) throw differs()
    },
  )
  return done.mandate
}

async function checkChallenge({ binding, options }: AskedDeedView): Promise<void> {
  const challenge = toBase64Url(
    await digest(canonicalJson({ ...binding, profile: 'holdpoint/deed/1' })),
  )
  if (challenge !== options.challenge) throw differs()
}

function differs(): Error {
  return new Error('what would be signed is not what is shown; load the page again')
}
