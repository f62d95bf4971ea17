import type { SignInMeans } from '../../domain/fact.ts'
import type { PasskeyId, PersonName } from '../../domain/names.ts'
import type { StoreReads } from '../../store/store.ts'
import type { Clock } from '../../system/clock.ts'
import { sha256 } from '../../system/hash.ts'
import type { Random } from '../../system/random.ts'

/** Who is signed in; in memory, so that a restart signs everyone out. */
export interface ConsoleSessions {
  open(person: PersonName, means: SignInMeans): OpenedSession
  /** null when either half is missing or wrong, it was too long, or the passkey was revoked */
  find(cookieHeader: string | undefined, page: string | undefined): ConsoleSession | null
  /** A person did something: thirty more minutes. */
  touch(session: ConsoleSession): void
  end(session: ConsoleSession): void
  /** how many stand that this passkey has opened */
  openedBy(passkey: PasskeyId): number
  /** `Set-Cookie` that forgets it */
  readonly forget: string
}

/**
 * Two halves: the cookie, which no script reads but which every port of `localhost` is sent, and
 * the page key, which the console's own origin keeps and sends as a header. One alone is useless.
 */
export interface OpenedSession {
  readonly setCookie: string
  readonly page: string
}

export interface ConsoleSession {
  readonly id: string
  readonly person: PersonName
  /** how they signed in: it ends when that passkey is revoked */
  readonly means: SignInMeans
}

export interface ConsoleSessionsOptions {
  readonly store: Pick<StoreReads, 'passkey'>
  readonly clock: Clock
  readonly random: Random
  readonly secure: boolean
}

interface Kept extends ConsoleSession {
  readonly pageHash: string
  readonly until: number
  idleUntil: number
}

const wholeMilliseconds = 12 * 3_600_000
const idleMilliseconds = 30 * 60_000
const sessionsMax = 1000

export function createConsoleSessions(options: ConsoleSessionsOptions): ConsoleSessions {
  const { store, clock, random, secure } = options
  const kept = new Map<string, Kept>()
  const name = secure ? '__Host-holdpoint_session' : 'holdpoint_session'
  const attributes = `; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`

  function open(person: PersonName, means: SignInMeans): OpenedSession {
    const cookie = `hps_${random.bytes(32).toString('base64url')}`
    const page = `hpp_${random.bytes(32).toString('base64url')}`
    const now = clock.milliseconds()
    const id = sha256(cookie)
    const pageHash = sha256(page)
    const until = now + wholeMilliseconds
    kept.set(id, { id, person, means, pageHash, until, idleUntil: now + idleMilliseconds })
    const [oldest] = kept.keys()
    if (kept.size > sessionsMax && oldest !== undefined) kept.delete(oldest)
    return {
      setCookie: `${name}=${cookie}${attributes}; Max-Age=${wholeMilliseconds / 1000}`,
      page,
    }
  }

  function find(cookieHeader: string | undefined, page: string | undefined): ConsoleSession | null {
    const cookie = readCookie(cookieHeader ?? '', name)
    if (cookie === null || page === undefined) return null
    // Looked up and compared by hash: timing tells nothing of the value.
    const session = kept.get(sha256(cookie))
    if (session?.pageHash !== sha256(page)) return null
    if (stands(session)) return session
    kept.delete(session.id)
    return null
  }

  function stands({ until, idleUntil, means }: Kept): boolean {
    const now = clock.milliseconds()
    const revoked = means.kind === 'passkey' && store.passkey(means.passkey)?.revokedAt !== null
    return until > now && idleUntil > now && !revoked
  }

  return {
    open,
    find,
    openedBy: (passkey) =>
      [...kept.values()].filter(
        (session) =>
          session.means.kind === 'passkey' && session.means.passkey === passkey && stands(session),
      ).length,
    touch: ({ id }) => {
      const session = kept.get(id)
      if (session !== undefined) session.idleUntil = clock.milliseconds() + idleMilliseconds
    },
    end: ({ id }) => kept.delete(id),
    forget: `${name}=${attributes}; Max-Age=0`,
  }
}

/** The one cookie of that name; two of them are somebody's trick. */
function readCookie(header: string, name: string): string | null {
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  const [only] = found
  return only === undefined || found.length > 1 ? null : only.slice(name.length + 1)
}
