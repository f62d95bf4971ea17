// Credentials that only their name tells from an id or a hash: `RAILWAY_TOKEN=` before a UUID.
import type { Destroys, Kind, ReachKind } from './found.ts'
import { uuidPattern } from './look-alikes.ts'

export interface NamedRow extends Kind {
  /** the whole name, in capitals with `_` between words: see `nameOf` */
  readonly name: RegExp
  /** the whole value */
  readonly value: RegExp
  /** what people choose themselves, so that it need not look random */
  readonly chosen: boolean
  /** the value has a shape of its own */
  readonly shaped: boolean
}

type Words = readonly [provider: string, says: string]

function row(
  name: string,
  value: RegExp,
  [provider, says]: Words,
  reach: ReachKind,
  destroys: Destroys,
): NamedRow {
  const id = `${provider}-${says.toLowerCase().replace(/[^a-z]+/g, '-')}`
  const whole = new RegExp(`(?:^|_)(?:${name})$`)
  return {
    id,
    provider,
    says,
    reach,
    destroys,
    name: whole,
    value,
    chosen: value === chosen,
    shaped: value !== chosen && value !== opaque,
  }
}

const uuid = uuidPattern
const opaque = /^[\w.+/=~:|-]{20,4096}$/
const hex32 = /^[a-f0-9]{32}$/i
const chosen = /^[^\s"'`<>]{6,256}$/

export const namedRows: readonly NamedRow[] = [
  row('RAILWAY_API_TOKEN', opaque, ['railway', 'account or workspace token'], 'account', 'yes'),
  row(
    'RAILWAY_(?:ACCOUNT|TEAM|WORKSPACE)_TOKEN',
    opaque,
    ['railway', 'account or workspace token'],
    'account',
    'yes',
  ),
  row(
    'RAILWAY_(?:PROJECT_)?(?:TOKEN|KEY|SECRET)',
    opaque,
    ['railway', 'project token'],
    'environment',
    'yes',
  ),
  row('PROJECT_ACCESS_TOKEN', uuid, ['railway', 'project token'], 'environment', 'yes'),
  row(
    'HEROKU_(?:API_KEY|API_TOKEN|TOKEN|AUTH_TOKEN)',
    opaque,
    ['heroku', 'API key'],
    'account',
    'yes',
  ),
  row(
    '(?:VERCEL|NOW)_(?:API_)?(?:ACCESS_)?TOKEN',
    opaque,
    ['vercel', 'access token'],
    'account',
    'yes',
  ),
  row(
    'NETLIFY_(?:AUTH|API|ACCESS)?_?TOKEN',
    opaque,
    ['netlify', 'personal token'],
    'account',
    'yes',
  ),
  row(
    '(?:CLOUDFLARE|CF)_API_KEY',
    /^[a-f0-9]{37}$/,
    ['cloudflare', 'global API key'],
    'account',
    'yes',
  ),
  row(
    '(?:CLOUDFLARE|CF|WRANGLER)_(?:API_)?TOKEN',
    /^[\w-]{40}$/,
    ['cloudflare', 'user API token'],
    'unknown',
    'yes',
  ),
  row('R2_SECRET_ACCESS_KEY', /^[a-f0-9]{64}$/, ['cloudflare', 'R2 secret'], 'account', 'yes'),
  row(
    '(?:AWS_?)?SECRET_?ACCESS_?KEY|AWS_SECRET(?:_KEY)?',
    /^[A-Za-z0-9/+]{40}$/,
    ['aws', 'secret access key'],
    'unknown',
    'yes',
  ),
  row(
    'AWS_SESSION_TOKEN|SESSION_?TOKEN|AWS_SECURITY_TOKEN',
    /^[A-Za-z0-9/+=]{100,4096}$/,
    ['aws', 'session token'],
    'unknown',
    'yes',
  ),
  row(
    '(?:DIGITALOCEAN|DO)_(?:ACCESS_|API_)?TOKEN',
    /^[a-f0-9]{64}$/,
    ['digitalocean', 'personal token'],
    'account',
    'yes',
  ),
  row(
    '(?:HCLOUD|HETZNER(?:_CLOUD)?)_(?:API_)?TOKEN',
    /^[A-Za-z0-9]{64}$/,
    ['hetzner', 'API token'],
    'project',
    'yes',
  ),
  row('LINODE_(?:CLI_|API_)?TOKEN', /^[a-f0-9]{64}$/, ['linode', 'API token'], 'account', 'yes'),
  row('VULTR_API_KEY', /^[A-Z0-9]{36}$/, ['vultr', 'API key'], 'account', 'yes'),
  row('(?:SCW|SCALEWAY)_(?:SECRET_KEY|TOKEN)', uuid, ['scaleway', 'secret key'], 'unknown', 'yes'),
  row('FLY_(?:API|ACCESS)_TOKEN', opaque, ['fly', 'token'], 'unknown', 'yes'),
  row('NEON_API_(?:KEY|TOKEN)', opaque, ['neon', 'API key'], 'account', 'yes'),
  row('TURSO_API_TOKEN', opaque, ['turso', 'platform token'], 'account', 'yes'),
  row(
    'CONVEX_(?:DEPLOY|ADMIN|SELF_HOSTED_ADMIN)_KEY',
    opaque,
    ['convex', 'deploy key'],
    'environment',
    'yes',
  ),
  row(
    'SUPABASE_(?:DB|DATABASE)_PASSWORD',
    chosen,
    ['supabase', 'database password'],
    'database',
    'yes',
  ),
  row(
    'UPSTASH_\\w*REST_TOKEN|KV_REST_API_TOKEN',
    opaque,
    ['upstash', 'REST token'],
    'database',
    'yes',
  ),
  row('UPSTASH_API_KEY', opaque, ['upstash', 'API key'], 'account', 'yes'),
  row(
    '(?:MONGODB_)?ATLAS_(?:API_)?PRIVATE(?:_API)?_KEY',
    uuid,
    ['mongodb-atlas', 'private key'],
    'workspace',
    'yes',
  ),
  row(
    '(?:AZURE|ARM)_(?:CLIENT_SECRET|PASSWORD)',
    opaque,
    ['azure', 'client secret'],
    'unknown',
    'yes',
  ),
  row(
    '(?:AZURE_?)?(?:STORAGE_)?(?:ACCOUNT_?KEY)',
    /^[A-Za-z0-9/+]{86}==$/,
    ['azure', 'storage account key'],
    'resource',
    'yes',
  ),
  row(
    '(?:TF|TFE|TFC)_TOKEN(?:_\\w+)?|TERRAFORM_\\w*TOKEN',
    opaque,
    ['terraform', 'API token'],
    'workspace',
    'yes',
  ),
  row(
    '(?:DD|DATADOG)_APP(?:LICATION)?_KEY',
    /^[a-f0-9]{40}$/,
    ['datadog', 'application key'],
    'account',
    'yes',
  ),
  row('(?:DD|DATADOG)_API_KEY', hex32, ['datadog', 'API key'], 'workspace', 'no'),
  row('TWILIO_AUTH_TOKEN', hex32, ['twilio', 'auth token'], 'account', 'yes'),
  row('(?:CONSUL_HTTP|NOMAD)_TOKEN', uuid, ['hashicorp', 'ACL token'], 'unknown', 'yes'),
  row('VAULT_TOKEN', opaque, ['hashicorp-vault', 'token'], 'unknown', 'yes'),
  row(
    '(?:GH|GITHUB)_(?:PAT|TOKEN|ACCESS_TOKEN)',
    /^[a-f0-9]{40}$/,
    ['github', 'old personal token'],
    'account',
    'yes',
  ),
  row('SNYK_TOKEN|CODECOV_TOKEN', uuid, ['ci', 'upload token'], 'resource', 'no'),
  row('CIRCLE(?:CI)?_TOKEN', opaque, ['circleci', 'API token'], 'account', 'yes'),
  row('ALGOLIA_(?:ADMIN|WRITE)_(?:API_)?KEY', hex32, ['algolia', 'admin key'], 'project', 'yes'),
  row(
    '(?:OPENAI|ANTHROPIC|GEMINI|MISTRAL|DEEPSEEK|COHERE|GROQ|TOGETHER|FIREWORKS|ELEVENLABS)_API_KEY',
    opaque,
    ['model', 'API key of a model'],
    'account',
    'no',
  ),
  row(
    'PG_?PASSWORD|PG_?PASS|POSTGRES(?:QL)?_PASSWORD',
    chosen,
    ['postgres', 'database password'],
    'database',
    'yes',
  ),
  row(
    'MYSQL_PWD|(?:MYSQL|MARIADB)_(?:ROOT_)?PASSWORD',
    chosen,
    ['mysql', 'database password'],
    'database',
    'yes',
  ),
  row(
    'MONGO(?:DB)?_(?:INITDB_)?(?:ROOT_)?PASSWORD',
    chosen,
    ['mongodb', 'database password'],
    'database',
    'yes',
  ),
  row('REDIS(?:CLI)?_(?:PASSWORD|AUTH)', chosen, ['redis', 'database password'], 'database', 'yes'),
  row(
    '(?:DB|DATABASE|CLICKHOUSE|SNOWFLAKE|COCKROACH|MSSQL_SA|SA|ELASTIC)_(?:PASSWORD|PASS|PASSWD)',
    chosen,
    ['database', 'database password'],
    'database',
    'yes',
  ),
  row('AUTHTOKEN|NPM_(?:AUTH_|ACCESS_)?TOKEN', opaque, ['npm', 'registry token'], 'account', 'yes'),
]

/** Where the name says that it is secret and not what it opens. */
export const unnamed: Kind = {
  id: 'unknown-credential',
  provider: 'unknown',
  says: 'credential of an unknown provider',
  reach: 'unknown',
  destroys: 'unknown',
}

/** Names of secrets in general. */
export const secretName =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|AUTH_KEY|ADMIN_KEY|SERVICE_KEY|MASTER_KEY|ENCRYPTION_KEY|SIGNING_KEY|DEPLOY_KEY|CREDENTIALS?|AUTH|IDENTITYTOKEN|CLIENT_KEY_DATA)(?:_(?:BASE64|B64|PROD|PRODUCTION|STAGING|LIVE|KEY|VALUE|\d))?$/

/** Names that sound secret and hold what everybody may know. */
export const publicName =
  /PUBLIC|PUBLISHABLE|ANON_KEY|_ID$|TOKEN_(?:URL|URI|TYPE|NAME|ADDRESS|ENDPOINT|EXPIR\w*|TTL|LIFETIME|LIMIT|COUNT)|MAX_TOKENS?|TOKENIZER|PASSWORD_(?:FIELD|INPUT|RESET|HASH|MIN\w*|MAX\w*)|CSRF|XSRF|_HASH$|_NAME$|_FILE$|_PATH$|SITE_KEY|CACHE_KEY|SORT_KEY|FOREIGN_KEY|PRIMARY_KEY|PARTITION_KEY/

/** `apiToken`, `api-token`, `API_TOKEN` → `API_TOKEN` */
export function nameOf(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .replace(/[-.\s/:]+/g, '_')
    .toUpperCase()
}
