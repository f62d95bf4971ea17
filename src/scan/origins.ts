// Files in which tools keep their credentials: what is in each, and how far it reaches. The home
// source reads these; wherever else such a file lies, its name means the same.
import type { Destroys, Kind, ReachKind } from './found.ts'

export interface Origin {
  readonly kind: Kind
  /** names of what is secret in it, as `nameOf` writes them */
  readonly keys: RegExp
  /** pairs: names before values. whole: the file is the value. pgpass: a password ends each line */
  readonly form: 'pairs' | 'whole' | 'pgpass'
}

export interface HomeRow extends Origin {
  /** below the home folder; `*` stands for any one name */
  readonly path: string
}

const usual =
  /(?:^|_)(?:TOKEN|ACCESS_TOKEN|REFRESH_TOKEN|API_TOKEN|OAUTH_TOKEN|AUTH_TOKEN|ID_TOKEN|API_KEY|APIKEY|KEY|SECRET|SECRET_KEY|CLIENT_SECRET|PASSWORD|AUTH|AUTHTOKEN|IDENTITYTOKEN)$/

function row(
  path: string,
  provider: string,
  says: string,
  [reach, destroys]: readonly [ReachKind, Destroys],
  keys: RegExp = usual,
  form: Origin['form'] = 'pairs',
): HomeRow {
  const id = `${provider}-${says.toLowerCase().replace(/[^a-z]+/g, '-')}`
  return { path, kind: { id, provider, says, reach, destroys }, keys, form }
}

const all = ['account', 'yes'] as const
const limited = ['unknown', 'yes'] as const
const harmless = ['account', 'no'] as const
const some = ['unknown', 'unknown'] as const
const data = ['database', 'yes'] as const
const awsKeys = /(?:SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_TOKEN|REFRESH_TOKEN|CLIENT_SECRET)$/
const cookies = /(?:TOKEN|KEY|SECRET|PASSWORD)$/

const clouds: readonly HomeRow[] = [
  row('.aws/credentials', 'aws', 'secret access key', limited, awsKeys),
  row('.aws/config', 'aws', 'secret access key', limited, awsKeys),
  row('.aws/sso/cache/*', 'aws', 'SSO session', limited, awsKeys),
  row('.aws/cli/cache/*', 'aws', 'session of a role', limited, awsKeys),
  row('.config/gcloud/application_default_credentials.json', 'google', 'account of gcloud', all),
  row('.config/gcloud/legacy_credentials/*/adc.json', 'google', 'account of gcloud', all),
  row('.config/gcloud/credentials.db', 'google', 'account of gcloud', all),
  row('.config/gcloud/access_tokens.db', 'google', 'access token of gcloud', all),
  row('.azure/msal_token_cache.json', 'azure', 'account of az', all, /^(?:SECRET|REFRESH_TOKEN)$/),
  row('.azure/accessTokens.json', 'azure', 'account of az', all),
  row('.azure/service_principal_entries.json', 'azure', 'service principal', limited),
  row('.oci/config', 'oracle-cloud', 'account of oci', limited, /PASS_PHRASE|SECURITY_TOKEN/),
  row('.oci/*', 'oracle-cloud', 'API signing key', limited),
  row('.config/doctl/config.yaml', 'digitalocean', 'account of doctl', all),
  row('.config/hcloud/cli.toml', 'hetzner', 'project token', ['project', 'yes']),
  row('.config/linode-cli', 'linode', 'account of linode-cli', all),
  row('.vultr-cli.yaml', 'vultr', 'account of vultr-cli', all),
  row('.config/scw/config.yaml', 'scaleway', 'account of scw', limited),
  row('.aliyun/config.json', 'alibaba-cloud', 'account of aliyun', limited, /SECRET|TOKEN/),
  row('.bluemix/config.json', 'ibm-cloud', 'account of ibmcloud', all, /TOKEN$/),
]

const platforms: readonly HomeRow[] = [
  row('.railway/config.json', 'railway', 'account of the CLI', all),
  row('.fly/config.yml', 'fly', 'account of flyctl', all),
  row('.vercel/auth.json', 'vercel', 'account of the CLI', all),
  row('.local/share/com.vercel.cli/auth.json', 'vercel', 'account of the CLI', all),
  row('.now/auth.json', 'vercel', 'account of the CLI', all),
  row('.netlify/config.json', 'netlify', 'account of the CLI', all),
  row('.config/netlify/config.json', 'netlify', 'account of the CLI', all),
  row('.supabase/access-token', 'supabase', 'account of the CLI', all, usual, 'whole'),
  row('.config/neonctl/credentials.json', 'neon', 'account of neonctl', all),
  row('.config/planetscale/access-token', 'planetscale', 'account of pscale', all, usual, 'whole'),
  row('.config/turso/settings.json', 'turso', 'account of the CLI', all),
  row('.convex/config.json', 'convex', 'account of the CLI', all),
  row('.render/cli.yaml', 'render', 'account of the CLI', all),
  row('.wrangler/config/default.toml', 'cloudflare', 'account of wrangler', all),
  row('.config/.wrangler/config/default.toml', 'cloudflare', 'account of wrangler', all),
  row('.cloudflared/cert.pem', 'cloudflare', 'certificate of a zone', limited),
  row('.config/configstore/firebase-tools.json', 'google', 'account of firebase', all),
  row('.expo/state.json', 'expo', 'session', all, /SESSION_SECRET$/),
  row('.config/stripe/config.toml', 'stripe', 'key of the CLI', all, /API_KEY$/),
  row('.config/heroku/*', 'heroku', 'account of the CLI', all),
  row('.config/render/*', 'render', 'account of the CLI', all),
]

const infrastructure: readonly HomeRow[] = [
  row(
    '.kube/config',
    'kubernetes',
    'user of a cluster',
    limited,
    /^(?:TOKEN|PASSWORD|CLIENT_KEY_DATA|ID_TOKEN|REFRESH_TOKEN|CLIENT_SECRET)$/,
  ),
  row(
    '.kube/*.yaml',
    'kubernetes',
    'user of a cluster',
    limited,
    /^(?:TOKEN|PASSWORD|CLIENT_KEY_DATA)$/,
  ),
  row('.terraform.d/credentials.tfrc.json', 'terraform', 'account of HCP Terraform', all),
  row('.terraformrc', 'terraform', 'account of HCP Terraform', all),
  row('.pulumi/credentials.json', 'pulumi', 'account of the CLI', all, /TOKEN$|^HTTPS/),
  row('.vault-token', 'hashicorp-vault', 'token', limited, usual, 'whole'),
  row('.docker/config.json', 'docker', 'login of a registry', limited),
  row('.config/containers/auth.json', 'docker', 'login of a registry', limited),
  row('.config/helm/registry/config.json', 'docker', 'login of a registry', limited),
  row('.config/argocd/config', 'argocd', 'login', limited),
  row('.databrickscfg', 'databricks', 'access token', ['workspace', 'yes']),
  row('.snowflake/connections.toml', 'snowflake', 'login', data),
  row('.dbt/profiles.yml', 'database', 'login of dbt', data),
  row(
    '.config/atlascli/config.toml',
    'mongodb-atlas',
    'API key',
    ['workspace', 'yes'],
    /PRIVATE_API_KEY$|TOKEN$/,
  ),
  row('.pgpass', 'postgres', 'database password', data, usual, 'pgpass'),
  row('.my.cnf', 'mysql', 'database password', data),
  row('.mylogin.cnf', 'mysql', 'database password', data),
  row('.redisclirc', 'redis', 'database password', data),
  row('.s3cfg', 's3', 'secret key', limited),
  row(
    '.config/rclone/rclone.conf',
    'rclone',
    'login of a remote',
    limited,
    /PASS$|SECRET|TOKEN|KEY$/,
  ),
  row('.config/ngrok/ngrok.yml', 'ngrok', 'tunnel token', ['account', 'no']),
]

const forges: readonly HomeRow[] = [
  row('.config/gh/hosts.yml', 'github', 'account of gh', all),
  row('.config/hub', 'github', 'account of hub', all),
  row('.config/glab-cli/config.yml', 'gitlab', 'account of glab', all),
  row('.git-credentials', 'git', 'password of a remote', limited),
  row('.config/git/credentials', 'git', 'password of a remote', limited),
  row('.gitconfig', 'git', 'password of a remote', limited, /EXTRAHEADER|TOKEN|PASSWORD/),
  row('.netrc', 'netrc', 'password for a host', limited, /^PASSWORD$/),
  row('_netrc', 'netrc', 'password for a host', limited, /^PASSWORD$/),
  row('.npmrc', 'npm', 'registry token', all, /(?:^|_)(?:AUTHTOKEN|AUTH_TOKEN|AUTH|PASSWORD)$/),
  row('.yarnrc.yml', 'npm', 'registry token', all),
  row('.pypirc', 'pypi', 'upload token', all),
  row('.cargo/credentials.toml', 'crates-io', 'API token', all),
  row('.cargo/credentials', 'crates-io', 'API token', all),
  row('.gem/credentials', 'rubygems', 'API key', all, /KEY$/),
  row('.composer/auth.json', 'composer', 'login', limited, cookies),
  row('.config/composer/auth.json', 'composer', 'login', limited, cookies),
  row('.m2/settings.xml', 'maven', 'password of a repository', limited, /PASSWORD|PASSPHRASE/),
  row('.gradle/gradle.properties', 'gradle', 'password', some, cookies),
  row('.nuget/NuGet/NuGet.Config', 'nuget', 'password of a feed', limited, cookies),
  row('.sentryclirc', 'sentry', 'auth token', ['workspace', 'unknown']),
  row('.circleci/cli.yml', 'circleci', 'API token', all),
  row('.config/configstore/snyk.json', 'snyk', 'API token', ['account', 'unknown'], /API$|TOKEN$/),
  row('.ssh/*', 'ssh', 'private key', limited),
]

const models: readonly HomeRow[] = [
  row('.cache/huggingface/token', 'huggingface', 'access token', all, usual, 'whole'),
  row('.huggingface/token', 'huggingface', 'access token', all, usual, 'whole'),
  row('.cache/huggingface/stored_tokens', 'huggingface', 'access token', all),
  row('.codex/auth.json', 'openai', 'account of codex', harmless),
  row('.claude/.credentials.json', 'anthropic', 'account of claude', harmless),
  row('.gemini/oauth_creds.json', 'google', 'account of gemini', harmless),
  row('.config/github-copilot/*', 'github', 'account of copilot', some),
  row('.local/share/opencode/auth.json', 'model', 'API key of a model', harmless),
  row('.aider.conf.yml', 'model', 'API key of a model', harmless),
  row('.config/openai/*', 'openai', 'API key', harmless),
  row('.kaggle/kaggle.json', 'kaggle', 'API key', all),
  row('.config/wandb/settings', 'wandb', 'API key', all),
]

export const homeRows: readonly HomeRow[] = [
  ...clouds,
  ...platforms,
  ...infrastructure,
  ...forges,
  ...models,
]

const patterns = homeRows.map((one) => ({
  origin: one,
  pattern: new RegExp(
    `(?:^|/)${one.path.replace(/[.+?^$|()[\]{}]/g, '\\$&').replace(/\*/g, '[^/]+')}$`,
  ),
}))

/** What a file of this name holds; null where its name says nothing. */
export function originOf(path: string): Origin | null {
  return patterns.find(({ pattern }) => pattern.test(path))?.origin ?? null
}
