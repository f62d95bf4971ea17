// JSON Web Tokens (RFC 7519): what they say of themselves tells how far they reach. The signature
// is not checked: that one is shown, and not whether somebody would take it, is the question.
import type { Kind, Span } from './found.ts'

export interface WebToken {
  /** null for one that is public by what it says */
  readonly kind: Kind | null
  readonly span: Span
  readonly reachOf: string | null
  readonly expiresAt: number | null
}

const shape = /eyJ[\w-]{8,4096}\.(eyJ[\w-]{8,8192})\.[\w-]{16,2048}(?![\w-])/y

const supabase: Kind = {
  id: 'supabase-service-role-key',
  provider: 'supabase',
  says: 'service role key, past every row policy',
  reach: 'project',
  destroys: 'yes',
}
const turso: Kind = {
  id: 'turso-database-token',
  provider: 'turso',
  says: 'database token',
  reach: 'database',
  destroys: 'yes',
}
const kubernetes: Kind = {
  id: 'kubernetes-service-account-token',
  provider: 'kubernetes',
  says: 'token of a service account',
  reach: 'unknown',
  destroys: 'yes',
}
const other: Kind = {
  id: 'web-token',
  provider: 'unknown',
  says: 'JSON Web Token',
  reach: 'unknown',
  destroys: 'unknown',
}

export function* webTokensIn(text: string): Generator<WebToken> {
  for (let at = text.indexOf('eyJ'); at !== -1; at = text.indexOf('eyJ', at + 3)) {
    if (at > 0 && /[\w.-]/.test(text.charAt(at - 1))) continue
    shape.lastIndex = at
    const match = shape.exec(text)
    if (match === null) continue
    const claims = claimsOf(match[1] ?? '')
    if (claims === null) continue
    const span = { start: at, end: at + match[0].length }
    const { kind, reachOf } = judge(claims)
    const { exp } = claims
    yield { kind, span, reachOf, expiresAt: typeof exp === 'number' ? exp : null }
    at = span.end - 3
  }
}

type Claims = Readonly<Record<string, unknown>>

function claimsOf(part: string): Claims | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? (claims as Claims)
      : null
  } catch {
    return null
  }
}

function judge(claims: Claims): { kind: Kind | null; reachOf: string | null } {
  const { role, iss, ref, a, gid, id, p, sub } = claims
  const issuer = text(iss) ?? ''
  if (role === 'anon' || issuer === 'supabase-demo') return { kind: null, reachOf: null }
  if (role === 'service_role') return { kind: supabase, reachOf: text(ref) }
  if ((a === 'rw' || a === 'ro') && (gid ?? id ?? p) !== undefined) {
    const kind: Kind = a === 'rw' ? turso : { ...turso, destroys: 'no' }
    return { kind, reachOf: text(gid) ?? text(id) }
  }
  if (a === 'rw' || a === 'ro') return { kind: { ...turso, reach: 'unknown' }, reachOf: null }
  if (/kubernetes/.test(issuer) || 'kubernetes.io' in claims) {
    return { kind: kubernetes, reachOf: text(sub) }
  }
  // The example of every library, and of RFC 7519.
  if (sub === '1234567890' || issuer === 'joe') return { kind: null, reachOf: null }
  return { kind: other, reachOf: issuer === '' ? null : issuer }
}

/** Only what a name may look like is repeated: a claim may be anything, a secret too. */
function text(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:/@-]{1,80}$/.test(value) ? value : null
}
