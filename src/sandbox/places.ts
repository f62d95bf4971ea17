// What of a disk an agent needs, and what of it would hurt: tables, by name.

/** System folders that are seen as they are, and not changed. What is not here is not there. */
export const systemFolders: readonly string[] = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc', '/opt'],
  ...['/nix', '/gnu', '/snap', '/run/current-system', '/run/opengl-driver'],
]

/** Of the kernel's own files, what programs read to know how large the machine is. */
export const systemFacts: readonly string[] = [
  ...['/sys/devices/system/cpu', '/sys/devices/system/node', '/sys/devices/system/memory'],
  ...['/sys/fs/cgroup', '/sys/kernel/mm/transparent_hugepage', '/sys/class/dmi/id'],
]

/** The kernel's own, that even their owner has no use for here. */
export const kernelFiles: readonly string[] = [
  ...['/proc/kcore', '/proc/keys', '/proc/key-users', '/proc/kmsg', '/proc/kallsyms'],
  ...['/proc/timer_list', '/proc/sched_debug', '/proc/sysrq-trigger', '/proc/mtrr'],
  ...['/proc/kpagecount', '/proc/kpageflags', '/proc/kpagecgroup', '/proc/vmallocinfo'],
  ...['/proc/slabinfo', '/proc/vmcore'],
]

/** Where programs look for the authorities that they trust. */
export const trustStores: readonly string[] = [
  ...['/etc/ssl/certs/ca-certificates.crt', '/etc/ssl/cert.pem', '/etc/ssl/ca-bundle.pem'],
  ...['/etc/pki/tls/certs/ca-bundle.crt', '/etc/pki/tls/cert.pem'],
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
]

/** Tools that people keep in their home: seen, and not changed. */
export const toolFolders: readonly string[] = [
  ...['.nvm', '.volta', '.fnm', '.local/share/fnm', '.n', '.asdf', '.local/share/mise'],
  ...['.npm-global', '.local/share/pnpm', '.yarn/bin', '.bun/bin', '.bun/install', '.deno/bin'],
  ...['.cargo/bin', '.cargo/env', '.cargo/registry', '.cargo/git', '.rustup'],
  ...['.pyenv', '.rye', '.local/share/uv', '.local/pipx', '.local/share/pipx', '.conda'],
  ...['miniconda3', 'anaconda3', 'miniforge3', '.poetry', '.local/share/pypoetry'],
  ...['.rbenv', '.rvm', '.gem/ruby', '.local/share/gem', '.sdkman/candidates', '.jenv'],
  ...['.m2/repository', '.gradle/wrapper', '.dotnet', '.nuget/packages'],
  ...[
    'go/bin',
    'go/pkg',
    '.go',
    'sdk',
    '.local/bin',
    '.local/lib',
    '.nix-profile',
    '.composer/vendor',
  ],
  ...['.config/git/ignore', '.config/git/attributes', '.gitignore_global', '.gitignore'],
  ...['.vimrc', '.vim', '.config/nvim', '.inputrc', '.tmux.conf', '.editorconfig'],
]

/** Files of settings that may hold a token: seen as a copy without the lines that do. */
export const cleanedFiles: readonly string[] = ['.gitconfig', '.config/git/config', '.npmrc']

export type PathKind = 'file' | 'folder'

/**
 * In the work tree, what the person's own programs would run, or run by, later and outside: seen,
 * and not changed. What is not there cannot be made either.
 */
export const laterRun: readonly Readonly<{ path: string; kind: PathKind }>[] = [
  ...files('.git/config', '.git/config.worktree', '.mcp.json', '.envrc'),
  ...folders('.git/hooks', '.claude/hooks', '.claude/commands', '.claude/agents', '.claude/skills'),
  ...files('.claude/settings.json', '.claude/settings.local.json'),
  ...folders('.cursor/hooks'),
  ...files(
    '.cursor/hooks.json',
    '.cursor/mcp.json',
    '.cursor/cli.json',
    '.cursor/environment.json',
  ),
  ...folders('.codex', '.gemini', '.opencode', '.zed', '.idea', '.devcontainer', '.direnv'),
  ...files(
    '.vscode/tasks.json',
    '.vscode/settings.json',
    '.vscode/launch.json',
    '.vscode/mcp.json',
  ),
]

/** The same, but of those that are there already: nothing runs by them where they are not. */
export const laterRunIfThere: readonly Readonly<{ path: string; kind: PathKind }>[] = [
  ...folders('.husky', '.githooks', '.lefthook', '.mise'),
  ...files('lefthook.yml', '.lefthook.yml', '.mise.toml', 'mise.toml', '.pre-commit-config.yaml'),
  ...files('opencode.json', 'opencode.jsonc', '.aider.conf.yml', '.overcommit.yml', '.gitmodules'),
  ...files('.gitattributes'),
]

function files(...paths: readonly string[]): readonly { path: string; kind: 'file' }[] {
  return paths.map((path) => ({ path, kind: 'file' }))
}

function folders(...paths: readonly string[]): readonly { path: string; kind: 'folder' }[] {
  return paths.map((path) => ({ path, kind: 'folder' }))
}

/** What stands in a file that is made only to keep the agent from making it. */
export function emptyContent(path: string): string {
  return path.endsWith('.json') ? '{}\n' : ''
}

/** Names of files that hold credentials and nothing that an agent needs to read of them. */
const credentialNames =
  /^(\.env(\..+)?|.+\.env|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.npmrc|\.pypirc|\.yarnrc\.yml|\.dockercfg|\.dockerconfigjson|\.htpasswd|\.vault-token|\.git-credentials|credentials(\.json|\.toml|\.yml|\.yaml)?|secrets?\.(json|toml|ya?ml|env)|application_default_credentials\.json|service[-_]?account.*\.json|kubeconfig(\.ya?ml)?|terraform\.tfstate(\.backup)?|.+\.tfvars(\.json)?|.+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)|id_(rsa|dsa|ecdsa|ed25519)|master\.key|auth\.json)$/i

/** Those of the same form that are made to be read by anyone. */
const exampleNames = /\.(example|sample|template|dist|defaults?|schema)$|^\.env\.vault$/i

/** Whether a file of this name is looked into for tokens before an agent may read it. */
export function maybeCredentials(name: string): boolean {
  return credentialNames.test(name) && !exampleNames.test(name)
}
