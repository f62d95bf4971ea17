// Files of a developer's machine whose names say what they are.
import { isWithin } from './paths.ts'

const underHome = (home: string | null, path: string): string | null =>
  home !== null && isWithin(path, home) ? path.slice(home.length + 1) : null

const credentialsUnderHome: readonly RegExp[] = [
  /^\.aws\/(credentials|sso\/cache|cli\/cache|config$)/,
  /^\.ssh$/,
  /^\.ssh\/(?!known_hosts|config$|authorized_keys|.*\.pub$)./,
  /^\.kube(\/config.*|\/cache)?$/,
  /^\.(netrc|pgpass|my\.cnf|npmrc|pypirc|git-credentials|vault-token|dockercfg|boto|s3cfg)$/,
  /^\.docker\/config\.json$/,
  /^\.config\/gcloud\b/,
  /^\.azure\b/,
  /^\.gnupg\b/,
  /^\.config\/gh\/hosts\.yml$/,
  /^\.config\/(hub|doctl\/config\.yaml|heroku|netlify|fly|op|rclone|configstore)\b/,
  /^\.(railway|fly|vercel|netlify|supabase|terraform\.d|pulumi)\/.*(config|credentials|auth|token)/,
  /^\.cargo\/credentials/,
  /^\.gem\/credentials$/,
  /^\.claude\/\.credentials\.json$/,
  /^\.(codex|gemini)\/(auth|oauth_creds)\.json$/,
  /^\.(bash|zsh|sh|psql|mysql|python|node_repl)_history$/,
  /^Library\/Keychains\b/,
  /^\.local\/share\/(keyrings|opencode\/auth\.json|com\.vercel\.cli\/auth\.json)/,
]

const credentialsAnywhere: readonly RegExp[] = [
  /^\/etc\/(shadow|gshadow|sudoers|krb5\.keytab|kubernetes\/admin\.conf)/,
  /^\/proc\/[^/]+\/environ$/,
  /^\/(var\/)?run\/secrets\//,
  /\/\.env(\.(?!example|sample|template|dist|defaults?\b)[\w.-]+)?$/,
  /\/(id_rsa|id_ed25519|id_ecdsa|id_dsa)$/,
  /\/(service-account|credentials|secrets?)(-[\w-]+)?\.(json|ya?ml|toml|env)$/,
  /\/[\w.-]*(private|secret|server|client|tls|ssl)[\w.-]*\.(key|p12|pfx|jks)$/,
  /\/\.git-credentials$/,
  /\/terraform\.tfstate(\.backup)?$/,
]

/** What is in it lets whoever reads it act as somebody. */
export function holdsCredentials(path: string, home: string | null): boolean {
  const below = underHome(home, path)
  const matches = (pattern: RegExp): boolean => pattern.test(path)
  if (below !== null && credentialsUnderHome.some((pattern) => pattern.test(below))) return true
  return credentialsAnywhere.some(matches)
}

const commandsUnderHome: readonly RegExp[] = [
  /^\.(bash|zsh|k|c|tc)?(shrc|shenv|profile|_profile|_login|_logout|login|logout)$/,
  /^\.(bash|zsh)(rc|_profile|_login|_logout|env|profile)$/,
  /^\.config\/fish\/(config\.fish|conf\.d|functions)/,
  /^\.ssh\/(authorized_keys|config|rc)/,
  /^\.(gitconfig|config\/git\/config)$/,
  /^\.config\/(systemd\/user|autostart|environment\.d)\b/,
  /^Library\/LaunchAgents\b/,
  /^\.(claude|codex|cursor|gemini|copilot)\/(settings.*\.json|config\.toml|hooks.*|mcp\.json)/,
  /^\.claude\.json$/,
  /^\.config\/opencode\b/,
]

const commandsAnywhere: readonly RegExp[] = [
  /^\/etc\/(sudoers|cron|crontab|profile|bash\.bashrc|zsh|environment|ld\.so|pam\.d|init\.d)/,
  /^\/etc\/(systemd|rc\.local|ssh\/sshd_config|passwd|shadow|group|udev)/,
  /^\/(usr\/)?(lib|local\/lib)\/systemd\b/,
  /^\/var\/spool\/(cron|at)\b/,
  /^\/Library\/Launch(Agents|Daemons)\b/,
  /\/\.git\/(hooks(\/|$)|config$)/,
  /\/\.(claude|cursor|gemini|codex)\/(settings.*\.json|hooks.*|config\.toml)$/,
]

/** What is written there is run, or decides what may be run, some other time. */
export function decidesWhatRuns(path: string, home: string | null): boolean {
  const below = underHome(home, path)
  if (below !== null && commandsUnderHome.some((pattern) => pattern.test(below))) return true
  return commandsAnywhere.some((pattern) => pattern.test(path))
}

/** Switches of the running kernel. */
export function isKernelSwitch(path: string): boolean {
  return /^\/(proc\/sys|sys|proc\/sysrq-trigger)(\/|$)/.test(path)
}
