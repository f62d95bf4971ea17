// Tokens that their own format gives away: a fixed prefix, then a body of known shape. Those that
// the kept rule set has already are in kept-rules.ts.
import type { Destroys, Kind, ReachKind } from './found.ts'

export interface TokenRow extends Kind {
  /** what every such token starts with, public by its format; looked for as it is written */
  readonly prefix: string
  /** the whole token, from its prefix on */
  readonly pattern: RegExp
}

function row(
  prefix: string,
  body: string,
  [provider, id, says]: readonly [provider: string, id: string, says: string],
  reach: ReachKind,
  destroys: Destroys,
): TokenRow {
  const literal = prefix.replace(/[.\\+*?^$|()[\]{}]/g, '\\$&')
  return { id, provider, says, reach, destroys, prefix, pattern: new RegExp(literal + body, 'y') }
}

const end = '(?![A-Za-z0-9_])'
const endDash = '(?![A-Za-z0-9_-])'

const platforms: readonly TokenRow[] = [
  row('sbp_', `[a-f0-9]{40}${end}`, of('supabase', 'access token'), 'account', 'yes'),
  row('sbp_oauth_', `[a-f0-9]{40}${end}`, of('supabase', 'OAuth token'), 'account', 'yes'),
  row('sb_secret_', `[\\w-]{22,80}${endDash}`, of('supabase', 'secret key'), 'project', 'yes'),
  row('napi_', `[a-z0-9]{40,80}${end}`, of('neon', 'API key'), 'account', 'yes'),
  row(
    'pscale_tkn_',
    `[\\w.-]{32,64}${endDash}`,
    of('planetscale', 'service token'),
    'unknown',
    'yes',
  ),
  row(
    'pscale_oauth_',
    `[\\w.-]{32,64}${endDash}`,
    of('planetscale', 'OAuth token'),
    'account',
    'yes',
  ),
  row('pscale_pw_', `[\\w.-]{32,64}${endDash}`, of('planetscale', 'password'), 'database', 'yes'),
  row('FlyV1 ', '(?:fm[12][ar]?_[\\w+/=-]{40,},?){1,8}', of('fly', 'token'), 'unknown', 'yes'),
  row('fo1_', `[\\w-]{43}${endDash}`, of('fly', 'personal token'), 'account', 'yes'),
  row('nfp_', `[A-Za-z0-9_-]{36,60}${endDash}`, of('netlify', 'personal token'), 'account', 'yes'),
  row('nfo_', `[A-Za-z0-9_-]{36,60}${endDash}`, of('netlify', 'OAuth token'), 'account', 'yes'),
  row('nfc_', `[A-Za-z0-9_-]{36,60}${endDash}`, of('netlify', 'CLI token'), 'account', 'yes'),
  row('HRKU-', `[A-Za-z0-9_-]{36,70}${endDash}`, of('heroku', 'API key'), 'account', 'yes'),
  row('rnd_', `[A-Za-z0-9]{32}${end}`, of('render', 'API key'), 'account', 'yes'),
  row('cfk_', `[A-Za-z0-9]{40,60}${end}`, of('cloudflare', 'global API key'), 'account', 'yes'),
  row('cfut_', `[A-Za-z0-9]{40,60}${end}`, of('cloudflare', 'user API token'), 'unknown', 'yes'),
  row('cfat_', `[A-Za-z0-9]{40,60}${end}`, of('cloudflare', 'account API token'), 'unknown', 'yes'),
  row(
    'v1.0-',
    `[a-f0-9]{24}-[a-f0-9]{146}${end}`,
    of('cloudflare', 'origin CA key'),
    'account',
    'no',
  ),
  row('dop_v1_', `[a-f0-9]{64}${end}`, of('digitalocean', 'personal token'), 'account', 'yes'),
  row('doo_v1_', `[a-f0-9]{64}${end}`, of('digitalocean', 'OAuth token'), 'account', 'yes'),
  row('dor_v1_', `[a-f0-9]{64}${end}`, of('digitalocean', 'refresh token'), 'account', 'yes'),
  row('pul-', `[a-f0-9]{40}${end}`, of('pulumi', 'access token'), 'account', 'yes'),
  row('dp.pt.', `[A-Za-z0-9]{40,44}${end}`, of('doppler', 'personal token'), 'account', 'yes'),
  row(
    'dp.sa.',
    `[A-Za-z0-9]{40,44}${end}`,
    of('doppler', 'service account token'),
    'account',
    'yes',
  ),
  row(
    'dp.st.',
    `(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}${end}`,
    of('doppler', 'service token'),
    'environment',
    'no',
  ),
  row(
    'mdb_sa_sk_',
    `[\\w-]{40}${endDash}`,
    of('mongodb-atlas', 'service account secret'),
    'workspace',
    'yes',
  ),
  row('exp_', `[A-Za-z0-9_-]{40}${endDash}`, of('expo', 'access token'), 'account', 'yes'),
]

const cloudsAndForges: readonly TokenRow[] = [
  row('GOCSPX-', `[\\w-]{28}${endDash}`, of('google', 'OAuth client secret'), 'resource', 'no'),
  row('1//0', `[\\w-]{40,160}${endDash}`, of('google', 'refresh token'), 'account', 'yes'),
  row('ya29.', `[\\w-]{60,400}${endDash}`, of('google', 'access token'), 'account', 'yes'),
  row('AIza', `[\\w-]{35}${endDash}`, of('google', 'API key'), 'project', 'no'),
  row('glptt-', `[a-f0-9]{40}${end}`, of('gitlab', 'pipeline trigger token'), 'project', 'unknown'),
  row('gldt-', `[\\w-]{20,64}${endDash}`, of('gitlab', 'deploy token'), 'project', 'unknown'),
  row('glrt-', `[\\w.-]{20,64}${endDash}`, of('gitlab', 'runner token'), 'project', 'unknown'),
  row('ATBB', `[A-Za-z0-9]{28,40}${end}`, of('bitbucket', 'app password'), 'account', 'yes'),
  row('ATATT3', `[\\w=-]{100,250}${endDash}`, of('atlassian', 'API token'), 'account', 'yes'),
  row('pypi-AgE', `[\\w-]{60,250}${endDash}`, of('pypi', 'API token'), 'unknown', 'yes'),
  row('rubygems_', `[a-f0-9]{48}${end}`, of('rubygems', 'API key'), 'account', 'yes'),
  row('cio', `[A-Za-z0-9]{32}${end}`, of('crates-io', 'API token'), 'account', 'unknown'),
  row(
    'dckr_oat_',
    `[\\w-]{27,40}${endDash}`,
    of('docker-hub', 'organisation token'),
    'workspace',
    'yes',
  ),
  row('AGE-SECRET-KEY-1', `[0-9A-Z]{58}${end}`, of('age', 'private key'), 'unknown', 'no'),
  row('bkua_', `[a-f0-9]{40}${end}`, of('buildkite', 'API token'), 'account', 'yes'),
]

const services: readonly TokenRow[] = [
  row('sk_live_', `[A-Za-z0-9]{24,247}${end}`, of('stripe', 'live secret key'), 'account', 'yes'),
  row(
    'rk_live_',
    `[A-Za-z0-9]{24,247}${end}`,
    of('stripe', 'live restricted key'),
    'unknown',
    'yes',
  ),
  row(
    'sk_test_',
    `[A-Za-z0-9]{24,247}${end}`,
    of('stripe', 'test-mode secret key'),
    'environment',
    'yes',
  ),
  row(
    'rk_test_',
    `[A-Za-z0-9]{24,247}${end}`,
    of('stripe', 'test-mode restricted key'),
    'environment',
    'yes',
  ),
  row(
    'whsec_',
    `[A-Za-z0-9+/]{32,64}={0,2}${end}`,
    of('webhook', 'signing secret'),
    'resource',
    'no',
  ),
  row(
    'sk-ant-admin',
    `01-[\\w-]{80,128}${endDash}`,
    of('anthropic', 'admin key'),
    'workspace',
    'yes',
  ),
  row('sk-ant-oat', `01-[\\w-]{80,128}${endDash}`, of('anthropic', 'OAuth token'), 'account', 'no'),
  row(
    'sk-ant-ort',
    `01-[\\w-]{80,128}${endDash}`,
    of('anthropic', 'refresh token'),
    'account',
    'no',
  ),
  row('sk-or-v1-', `[a-f0-9]{64}${end}`, of('openrouter', 'API key'), 'account', 'no'),
  row('xai-', `[A-Za-z0-9]{80}${end}`, of('xai', 'API key'), 'workspace', 'no'),
  row('pplx-', `[A-Za-z0-9]{48}${end}`, of('perplexity', 'API key'), 'account', 'no'),
  row('r8_', `[A-Za-z0-9]{37}${end}`, of('replicate', 'API token'), 'account', 'yes'),
  row(
    'pcsk_',
    `[A-Za-z0-9]{5,6}_[A-Za-z0-9]{60,66}${end}`,
    of('pinecone', 'API key'),
    'project',
    'yes',
  ),
  row(
    'sntrys_',
    `[\\w+/=]{60,400}${endDash}`,
    of('sentry', 'organisation token'),
    'workspace',
    'unknown',
  ),
  row('sntryu_', `[a-f0-9]{64}${end}`, of('sentry', 'user token'), 'account', 'yes'),
  row('NRAK-', `[A-Z0-9]{27}${end}`, of('newrelic', 'user key'), 'account', 'yes'),
  row('PMAK-', `[a-f0-9]{24}-[a-f0-9]{34}${end}`, of('postman', 'API key'), 'account', 'yes'),
  row('phx_', `[A-Za-z0-9]{40,60}${end}`, of('posthog', 'personal key'), 'account', 'yes'),
  row('secret_', `[A-Za-z0-9]{43}${end}`, of('notion', 'integration token'), 'workspace', 'yes'),
  row('re_', `[A-Za-z0-9]{8}_[A-Za-z0-9]{24}${end}`, of('resend', 'API key'), 'account', 'unknown'),
  row(
    'tskey-',
    `(?:auth|api|client)-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{16,64}${end}`,
    of('tailscale', 'key'),
    'workspace',
    'yes',
  ),
]

/** `supabase`, `access token` → the row's provider, id and phrase */
function of(provider: string, what: string): readonly [string, string, string] {
  const id = `${provider}-${what.toLowerCase().replace(/[^a-z]+/g, '-')}`
  return [provider, id, what]
}

/** Longer prefixes before those that they start with. */
export const tokenRows: readonly TokenRow[] = [
  ...platforms,
  ...cloudsAndForges,
  ...services,
].toSorted((a, b) => b.prefix.length - a.prefix.length)
