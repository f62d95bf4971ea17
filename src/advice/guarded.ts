// Files that are graver than the folder they lie in: what an agent is steered and stopped by, what
// runs by itself, what lets somebody in. A list of names, and so never complete.
import type { Resource } from '../domain/resource.ts'
import type { Circumstances } from './advice.ts'
import { isTemporary, isWithin } from './places.ts'

export interface Guarded {
  readonly code: 'own-hooks' | 'git-hooks' | 'runs-by-itself' | 'credential-file'
  /** `the settings that decide which hooks run` */
  readonly what: string
}

const ownHooks: Guarded = { code: 'own-hooks', what: 'what decides whether these hooks run' }
const gitHooks: Guarded = { code: 'git-hooks', what: 'what git runs by itself' }
const runsByItself: Guarded = { code: 'runs-by-itself', what: 'what runs by itself later' }
const credential: Guarded = { code: 'credential-file', what: 'a credential' }

/** Wherever they lie, in the work tree too. */
const everywhere: readonly (readonly [RegExp, Guarded])[] = [
  [/\/\.claude\/settings(\.local)?\.json$/, ownHooks],
  [/\/\.cursor\/hooks\.json$/, ownHooks],
  [/\/\.codex\/(hooks\.json|config\.toml|requirements\.toml)$/, ownHooks],
  [/\/\.gemini\/settings\.json$/, ownHooks],
  [/\/(\.opencode|\.config\/opencode)\/(plugins?\/|opencode\.jsonc?$)/, ownHooks],
  [/\/opencode\.jsonc?$/, ownHooks],
  [/\/\.github\/(hooks\/|copilot\/settings(\.local)?\.json$)/, ownHooks],
  [/\/\.copilot\/(hooks\/|(settings|config)\.json$)/, ownHooks],
  [/\/holdpoint\/hook(\/|$)/, ownHooks],
  [/\/\.git\/(hooks(\/|$)|config(\.worktree)?$|info\/attributes$)/, gitHooks],
]

/** As whole folders: whoever removes one removes the settings in it. */
const folders = /\/\.(claude|cursor|codex|gemini|opencode|copilot)$/

/** Below the home folder. */
const inHome: readonly (readonly [RegExp, Guarded])[] = [
  [/^\.ssh(\/|$)/, credential],
  [/^\.(bash(rc|_profile|_login|_logout|_aliases)|profile|inputrc)$/, runsByItself],
  [/^\.(zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|envrc)$/, runsByItself],
  [/^\.config\/(fish|autostart|systemd|environment\.d)(\/|$)/, runsByItself],
  [/^Library\/LaunchAgents(\/|$)/, runsByItself],
  [/^\.(gitconfig|config\/git(\/|$))/, gitHooks],
  [/^\.(npmrc|pypirc|netrc|pgpass|my\.cnf|git-credentials|vault-token)$/, credential],
  [/^\.(aws|kube|azure|gnupg|railway|fly|supabase|password-store|terraform\.d)(\/|$)/, credential],
  [/^\.docker\/config\.json$/, credential],
]

/** Runs by itself wherever the work tree is not: in another repository it is another's to change. */
const outsideOnly: readonly (readonly [RegExp, Guarded])[] = [
  [/^\/etc(\/|$)/, runsByItself],
  [/^\/var\/spool\/cron(\/|$)/, runsByItself],
  [/^\/(usr|bin|sbin|lib|lib64|boot|opt)(\/|$)/, runsByItself],
  [/\/\.github\/workflows(\/|$)|\/\.gitlab-ci\.ya?ml$|\/\.circleci(\/|$)/, runsByItself],
  [/\/(Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml)$/, runsByItself],
]

/** What may not be changed at all by an agent, whatever could be kept of it; null for the rest. */
export function guardedFromChange(
  { id }: Resource,
  around: Circumstances,
  destroys: boolean,
): Guarded | null {
  if (id === null) return null
  const { workTree, home } = around
  const inside = workTree !== null && isWithin(id, workTree)
  // What lies in a temporary folder steers nobody, but for a work tree there.
  if (!inside && isTemporary(id, around)) return null
  const anywhere = everywhere.find(([pattern]) => pattern.test(id))
  if (anywhere !== undefined) return anywhere[1]
  if (destroys && folders.test(id)) return ownHooks
  if (inside) return null
  const below = home !== null && isWithin(id, home) ? id.slice(home.length + 1) : null
  const found = below === null ? undefined : inHome.find(([pattern]) => pattern.test(below))
  if (found !== undefined) return found[1]
  const other = outsideOnly.find(([pattern]) => pattern.test(id))
  return other?.[1] ?? null
}

const credentialsInHome =
  /^(\.ssh($|\/(?!config$|known_hosts|authorized_keys$)(?!.*\.pub$))|\.aws($|\/(credentials$|cli\/cache|sso\/cache))|\.kube($|\/config$)|\.railway(\/|$)|\.config\/(gcloud(\/|$)|gh\/hosts\.yml$|doctl(\/|$)|heroku(\/|$)|hcloud(\/|$)|op(\/|$)|rclone(\/|$))|\.azure(\/|$)|\.docker\/config\.json$|\.(netrc|npmrc|pypirc|pgpass|my\.cnf|git-credentials|vault-token)$|\.fly\/config\.yml$|\.supabase\/access-token$|\.local\/share\/com\.vercel\.cli\/auth\.json$|\.terraform\.d\/credentials\.tfrc\.json$|\.(gnupg|password-store)(\/|$)|\.claude\/\.credentials\.json$|\.codex\/auth\.json$|\.gemini\/oauth_creds\.json$|\.local\/share\/opencode\/auth\.json$|\.local\/share\/keyrings(\/|$)|Library\/Keychains(\/|$)|\.mozilla(\/|$)|\.config\/(google-chrome|chromium)(\/|$))/

const credentialsAnywhere =
  /^\/(etc\/(g?shadow-?|kubernetes\/admin\.conf)|proc\/[^/]+\/environ|(var\/)?run\/secrets\/.+)$|\/\.env(\.(?!example$|sample$|template$|dist$)[^/]*)?$/

/** What an agent has no business reading: known credential files outside of its work tree. */
export function isCredentialFile({ type, id }: Resource, around: Circumstances): boolean {
  if (id === null || (type !== 'path' && type !== 'below')) return false
  const { workTree, home } = around
  if (workTree !== null && isWithin(id, workTree)) return false
  if (credentialsAnywhere.test(id)) return true
  return home !== null && isWithin(id, home) && credentialsInHome.test(id.slice(home.length + 1))
}

/** Where agents keep plans and notes of their own: theirs to write. */
const notes =
  /^\.(claude\/(plans|projects|todos|tasks|shell-snapshots|debug)|codex\/(sessions|memories|log)|gemini\/(tmp|history|GEMINI\.md)|cursor\/(plans|projects)|copilot\/session-state|local\/share\/opencode)(\/|$)/

export function isOwnNote(id: string | null, { home }: Circumstances): boolean {
  return id !== null && home !== null && isWithin(id, home) && notes.test(id.slice(home.length + 1))
}
