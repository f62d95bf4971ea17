/** Names that must not be confused with one another, although each is a string. */
type Named<B extends string> = string & { readonly __name: B }

export type AgentName = Named<'agent'>
export type PersonName = Named<'person'>
export type MandateId = Named<'mandate'>
export type LeaseId = Named<'lease'>
export type RequestId = Named<'request'>
export type DecisionId = Named<'decision'>
export type HoldId = Named<'hold'>
/** of what an agent asks of people: more of its mandate, or help */
export type AskId = Named<'ask'>
export type SessionId = Named<'session'>
export type SecretName = Named<'secret'>
export type UpstreamName = Named<'upstream'>
export type SafeguardName = Named<'safeguard'>
/** A public-key credential id of WebAuthn, base64url. */
export type PasskeyId = Named<'passkey'>
/** SHA-256, 64 lower-case hexadecimal digits. */
export type Digest = Named<'digest'>
/** RFC 3339 in UTC with milliseconds, `2026-01-01T00:00:00.000Z`: sorts as text. */
export type Instant = Named<'instant'>

/** What people may name an agent, person, secret, upstream or safeguard. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
