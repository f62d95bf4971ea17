// The client that agents run, made for this machine: the small C program where a compiler is there,
// a script with curl where that is, else one that starts Node each time. All three stand at the
// same path and answer alike, so that no settings of an agent say which it is.
import { spawnSync } from 'node:child_process'
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import type { HookPlace } from './place.ts'

export type ClientKind = 'program' | 'curl' | 'node'

export interface ClientMeans {
  /** absolute paths; null where it is not there */
  readonly compiler: string | null
  readonly curl: string | null
  readonly node: string
  /** what Node runs: src/cli/hook-main.ts */
  readonly entry: string
}

const source = join(import.meta.dirname, 'client.c')
const compileSeconds = 60

/** Puts the best client that can be made at its place; says which one it is. */
export function buildClient(place: HookPlace, means: ClientMeans, tag: string): ClientKind {
  for (const path of [place.socket, means.node, means.entry]) checkPlain(path)
  const beside = `${place.client}.${tag}`
  const kind = compiled(beside, place, means) ? 'program' : means.curl === null ? 'node' : 'curl'
  if (kind === 'curl') writeFileSync(beside, curlClient(place, means, means.curl ?? ''))
  if (kind === 'node') writeFileSync(beside, nodeClient(place, means))
  chmodSync(beside, 0o700)
  renameSync(beside, place.client)
  return kind
}

/** Written into C and shell texts, between quotes. */
function checkPlain(path: string): void {
  if (/^\/[\x20-\x7e]*$/.test(path) && !/["'\\`$]/.test(path)) return
  throw new Fault('hook-path', `\`${path}\` has characters that a script cannot carry; move it`)
}

function compiled(to: string, place: HookPlace, means: ClientMeans): boolean {
  const { compiler, node, entry } = means
  if (compiler === null) return false
  const told = {
    HOLDPOINT_SOCKET: place.socket,
    HOLDPOINT_NODE: node,
    HOLDPOINT_ENTRY: entry,
    HOLDPOINT_CACHE: place.compiled,
  }
  const defines = Object.entries(told).map(([name, value]) => `-D${name}="${value}"`)
  // Static starts faster, and is not to be had everywhere.
  for (const linking of [['-static'], []]) {
    const args = ['-O2', ...linking, ...defines, '-o', to, source]
    const options = { stdio: 'ignore', timeout: compileSeconds * 1000 } as const
    if (spawnSync(compiler, args, options).status === 0) return true
    rmSync(to, { force: true })
  }
  return false
}

const refuse = `refuse() {
  printf '%s\\n' "holdpoint refused this, because the hook could not judge it: $1." \\
    "A person can turn these hooks off: holdpoint hook uninstall $agent" >&2
  exit 2
}
`

const cold = `answer_cold() {
  [ -x "$node" ] || refuse 'no daemon answers and node is not where it was; run holdpoint hook install again'
  export NODE_COMPILE_CACHE="$compiled"
  printf '%s' "$event" |
    "$node" --disable-warning=ExperimentalWarning "$entry" ask "$agent"
  [ $? -eq 0 ] || exit 2
  exit 0
}
`

function curlClient(
  { socket, compiled: cache }: HookPlace,
  { node, entry }: ClientMeans,
  curl: string,
): string {
  return `#!/bin/sh
# Written by \`holdpoint hook install\`; it asks the resident daemon, and refuses when in doubt.
agent=\${1:-AGENT}
node='${node}'
entry='${entry}'
compiled='${cache}'
${refuse}${cold}
event=$(cat; printf x)
event=\${event%x}
socket='${socket}'
[ -z "\${HOLDPOINT_HOOK_SOCKET:-}" ] || socket=$HOLDPOINT_HOOK_SOCKET
if [ -e "$socket" ] || [ -L "$socket" ]; then
  if [ ! -S "$socket" ] || [ -L "$socket" ] || [ ! -O "$socket" ]; then
    refuse "what stands at its socket's place is not its own"
  fi
fi
answer=$(printf '%s' "$event" | '${curl}' -q --silent --max-time 25 --noproxy '*' \\
  --unix-socket "$socket" --data-binary @- -H 'content-type: application/json' -H 'expect:' \\
  -w '\\n%{http_code}' "http://holdpoint/ask/$agent" 2>/dev/null)
reached=$?
status=\${answer##*
}
body=\${answer%
*}
# Nobody listens; it ended before it said anything; it says that a newer one should be asked.
if [ $reached -eq 7 ] || [ $reached -eq 52 ] || [ $reached -eq 56 ] || [ "$status" = 503 ]; then
  [ -z "\${HOLDPOINT_HOOK_SOCKET:-}" ] || refuse 'nobody answers at HOLDPOINT_HOOK_SOCKET'
  answer_cold
fi
[ $reached -eq 0 ] && [ "$status" = 200 ] || refuse 'the daemon gave no whole answer'
code=\${body%%
*}
rest=\${body#*
}
case $code in 0 | 2) ;; *) refuse 'the daemon gave no readable answer' ;; esac
newline='
'
case $body in *"$newline"*"$newline"*) ;; *) refuse 'the daemon gave no readable answer' ;; esac
line=\${rest%%
*}
said=\${rest#"$line"}
said=\${said#
}
[ -z "$line" ] || printf '%s\\n' "$line"
[ -z "$said" ] || printf '%s\\n' "$said" >&2
exit "$code"
`
}

function nodeClient({ compiled: cache }: HookPlace, { node, entry }: ClientMeans): string {
  return `#!/bin/sh
# Written by \`holdpoint hook install\`; it starts Node for each question: there is no C compiler
# and no curl on this machine.
agent=\${1:-AGENT}
node='${node}'
entry='${entry}'
${refuse}
[ -x "$node" ] || refuse 'node is not where it was; run holdpoint hook install again'
export NODE_COMPILE_CACHE='${cache}'
"$node" --disable-warning=ExperimentalWarning "$entry" ask "$agent"
[ $? -eq 0 ] || exit 2
`
}
