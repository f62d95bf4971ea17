// What of the caller's environment an agent gets: passed, replaced by a lease, or left out. Names
// are judged by a table and by their form, values by their form; what looks like a secret stays
// outside.

export interface EnvironmentOptions {
  readonly given: Readonly<Record<string, string | undefined>>
  /** the agent's own credentials at its model */
  readonly own: readonly string[]
  readonly set: Readonly<Record<string, string>>
  /** token of the lease */
  readonly lease: string
  /** `127.0.0.1:7400`, as seen inside */
  readonly proxy: string
  /** files with authorities, as seen inside */
  readonly certificate: string
  readonly bundle: string
  /** the Java key store with the authority; null where none could be made */
  readonly providers: readonly string[]
  /** null where no database is governed */
  readonly database: GovernedDatabase | null
  readonly path: string
  readonly runtimeFolder: string
}

/** The governed database that programs mean when they name none. */
export interface GovernedDatabase {
  readonly server: string
  readonly database: string
  readonly host: string
  readonly port: number
  /** as seen inside: the door speaks TLS with the gate's own certificate */
}

export interface AgentEnvironment {
  readonly variables: Readonly<Record<string, string>>
  /** names, in order */
  readonly leased: readonly string[]
  readonly left: readonly string[]
}

/** Lead to something outside, or mean something else inside. */
const outward =
  /^(SSH_AUTH_SOCK|SSH_AGENT_PID|SSH_ASKPASS|SUDO_ASKPASS|GIT_ASKPASS|DBUS_.*|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DOCKER_.*|CONTAINER_HOST|PODMAN_.*|KUBECONFIG|KUBERNETES_.*|GPG_.*|GNUPGHOME|TMUX|TMUX_PANE|STY|SSH_CONNECTION|SSH_CLIENT|SSH_TTY|VSCODE_.*|CURSOR_TRACE_ID|NOTIFY_SOCKET|LISTEN_FDS|LISTEN_PID|INVOCATION_ID|JOURNAL_STREAM|XDG_RUNTIME_DIR|XDG_SESSION_.*|HOLDPOINT_.*|NODE_CHANNEL_.*|LD_PRELOAD|LD_AUDIT|OLDPWD|TMPDIR|TEMP|TMP)$/

/** Of a provider that has no door yet: an agent has no lease for it, and no use for the rest. */
const ungoverned =
  /^(AWS_(?!REGION$|DEFAULT_REGION$|PAGER$).*|GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_CREDENTIALS|CLOUDSDK_.*|GCLOUD_.*|AZURE_.*|ARM_.*|DIGITALOCEAN_.*|HCLOUD_.*|TF_TOKEN_.*|TF_CLI_CONFIG_FILE|VAULT_.*|CONSUL_HTTP_.*|NOMAD_.*)$/

const secretName =
  /(^|_)(TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|PAT|COOKIE|DSN|APIKEY|AUTH)S?(_|$)|_(PASS|PW|PWD)$|(TOKEN|SECRET|PASSWORD|APIKEY)$/i

/** A password inside a URL; tokens whose format gives them away; a private key. */
const secretValue =
  /:\/\/[^\s:/@]*:[^\s/@]+@|^(gh[pousr]_|github_pat_|glpat-|npm_|sk-|sk_live_|rk_live_|xox[abprs]-|AKIA|ASIA|sbp_|napi_|dop_v1_|dckr_pat_|pscale_|hvs\.|ya29\.)|^eyJ[\w-]+\.eyJ|-----BEGIN/

/** Said to be secret by form, and plain. */
const plainNames =
  /^(SSH_KEYGEN|KEYBOARD.*|KEYMAP|XKB.*|GPG_TTY|COLORTERM|TERM_SESSION_ID|.*KEYTIMEOUT)$/i

/** What a proxy or an authority was outside. */
const replacedNames =
  /^(https?_proxy|all_proxy|no_proxy|ftp_proxy|node_extra_ca_certs|ssl_cert_file|ssl_cert_dir|requests_ca_bundle|curl_ca_bundle|git_ssl_cainfo|aws_ca_bundle|pgsslrootcert|deno_cert|cargo_http_cainfo|pip_cert|npm_config_(https?_)?proxy|npm_config_cafile|cloudsdk_core_custom_ca_certs_file|grpc_default_ssl_roots_file_path|httplib2_ca_certs|nix_ssl_cert_file|node_tls_reject_unauthorized|xdg_cache_home)$/i

const leasedNames: Readonly<Record<string, readonly string[]>> = {
  railway: ['RAILWAY_TOKEN', 'RAILWAY_API_TOKEN'],
}
const databaseUrls = /^(DATABASE_URL|POSTGRES(QL)?_URL|PG_URL|.*_DATABASE_URL)$/
const databaseParts =
  /^PG(HOST|HOSTADDR|PORT|USER|PASSWORD|PASSFILE|DATABASE|SERVICE|SERVICEFILE|SSLMODE|SSLCERT|SSLKEY|SSLROOTCERT|OPTIONS)$/

export function environmentFor(options: EnvironmentOptions): AgentEnvironment {
  const { given, own, lease, providers, database } = options
  const variables: Record<string, string> = {}
  const leased: string[] = []
  const left: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || replacedNames.test(name)) continue
    const provider = providers.find((one) => leasedNames[one]?.includes(name) === true)
    if (provider !== undefined) {
      variables[name] = lease
      leased.push(name)
    } else if (databaseUrls.test(name) || databaseParts.test(name)) {
      if (database === null) left.push(name)
      else if (databaseUrls.test(name)) {
        variables[name] = databaseUrl(database, lease)
        leased.push(name)
      } else leased.push(name)
    } else if (own.includes(name) || passes(name, value)) variables[name] = value
    else left.push(name)
  }
  // Said even where it was not given: a program that finds none would ask a person for one.
  for (const name of providers.flatMap((one) => leasedNames[one] ?? [])) variables[name] = lease
  return {
    variables: {
      ...variables,
      ...(database === null ? {} : databaseVariables(database, lease)),
      ...ways(options),
      ...options.set,
    },
    leased: leased.toSorted(),
    left: left.toSorted(),
  }
}

function passes(name: string, value: string): boolean {
  if (outward.test(name) || ungoverned.test(name)) return false
  if (plainNames.test(name)) return true
  return !secretName.test(name) && !secretValue.test(value)
}

function databaseUrl({ server, database, host, port }: GovernedDatabase, lease: string): string {
  return `postgres://${server}:${lease}@${host}:${port}/${encodeURIComponent(database)}`
}

function databaseVariables(
  { server, database, host, port }: GovernedDatabase,
  lease: string,
): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl({ server, database, host, port }, lease),
    ...{ PGHOST: host, PGPORT: String(port), PGUSER: server, PGPASSWORD: lease },
    PGDATABASE: database,
  }
}

/** How every program finds the way out, and comes to trust it. */
function ways(options: EnvironmentOptions): Readonly<Record<string, string>> {
  const { lease, proxy, certificate, bundle, path, runtimeFolder } = options
  const url = `http://lease:${lease}@${proxy}`
  const none = 'localhost,127.0.0.1,::1'
  const both = (name: string, value: string): Record<string, string> => ({
    [name]: value,
    [name.toUpperCase()]: value,
  })
  return {
    ...{ ...both('http_proxy', url), ...both('https_proxy', url), ...both('all_proxy', url) },
    ...both('no_proxy', none),
    ...{ NODE_USE_ENV_PROXY: '1', NODE_EXTRA_CA_CERTS: certificate, DENO_CERT: certificate },
    ...{ SSL_CERT_FILE: bundle, REQUESTS_CA_BUNDLE: bundle, CURL_CA_BUNDLE: bundle },
    ...{ GIT_SSL_CAINFO: bundle, AWS_CA_BUNDLE: bundle, CARGO_HTTP_CAINFO: bundle },
    ...{ PIP_CERT: bundle, NIX_SSL_CERT_FILE: bundle, PGSSLROOTCERT: bundle },
    ...{ PATH: path, XDG_RUNTIME_DIR: runtimeFolder, HOLDPOINT_RUN: '1' },
    // For `holdpoint mcp serve`: the agents' host is reached through the proxy, like all else.
    ...{ HOLDPOINT_LEASE: lease, HOLDPOINT_MCP: 'http://holdpoint.internal/mcp' },
  }
}
