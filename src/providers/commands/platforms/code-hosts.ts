// gh and glab: repositories, and whatever their APIs do.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { disarm, escalate, resource, unknown, write } from '../effects.ts'
import { meaningsOf, nounThenVerb, when } from '../meanings.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { nothing } from '../row.ts'

const github = meaningsOf('github')
const gitlab = meaningsOf('gitlab')

const onRepository: Readonly<Record<string, Meaning>> = {
  'repo delete': github.destroys('repository'),
  'repo archive': github.stops('repository'),
  'repo edit': (call) => {
    const on = resource('github', 'repository', call.args.operands[0]?.text ?? null)
    if (call.args.has('--visibility')) return [escalate(on, 'some')]
    return call.args.flags.some(({ name, value }) => name.includes('protect') && value !== null)
      ? [disarm(on, 'some')]
      : [write(on)]
  },
  'repo rename': github.writes('repository'),
  'repo sync': when(
    '--force',
    github.destroys('branch', { at: null }),
    github.writes('repository'),
  ),
  'repo deploy-key add': github.escalates('deploy-key', { at: null }),
  'repo deploy-key delete': github.destroys('deploy-key'),
  'repo list|view|set-default|gitignore|license|autolink': nothing,
  'repo clone': nothing,
  'repo create|fork|unarchive': github.writes('repository'),
  'release delete': github.destroys('release'),
  'release delete-asset': github.destroys('release'),
  'release upload': when(
    '--clobber',
    github.destroys('release', { extent: 'some' }),
    github.writes('release'),
  ),
  'release list|view|download|verify|verify-asset': nothing,
  'release create|edit': github.writes('release'),
  'pr close': when(
    '--delete-branch -d',
    github.destroys('branch', { at: null }),
    github.writes('pull-request'),
  ),
  'pr merge': github.writes('pull-request'),
  'pr list|view|diff|checks|status|checkout|co': nothing,
  'pr create|new|comment|edit|ready|reopen|review|update-branch|lock|unlock|revert':
    github.writes('pull-request'),
  'issue delete': github.destroys('issue'),
  'issue list|view|status|ls': nothing,
  'issue create|new|close|comment|edit|reopen|pin|unpin|lock|unlock|develop':
    github.writes('issue'),
  'issue transfer': github.writes('issue'),
  'label delete': github.destroys('label'),
  'label clone': github.writes('label', { at: null }),
  'ruleset list|view|check': nothing,
  'project delete|item-delete|field-delete': github.destroys('project'),
  'project item-archive|close': github.writes('project'),
  project: github.writes('project'),
}

const onRuns: Readonly<Record<string, Meaning>> = {
  'run list|view|watch|download': nothing,
  'run rerun': github.writes('run'),
  'run cancel': github.stops('run'),
  'run delete': github.destroys('run'),
  'workflow list|view': nothing,
  'workflow run|enable': github.writes('workflow'),
  'workflow disable': github.disarms('workflow'),
  'cache list': nothing,
  'cache delete': github.destroys('cache'),
  'secret set': github.writes('secret'),
  'secret|variable delete|remove': github.destroys('secret'),
  'secret list': nothing,
  'variable list|get': nothing,
  'variable set': github.writes('variable'),
  'attestation verify|download|trusted-root': nothing,
  'agent-task list|view|create': nothing,
}

const onAccount: Readonly<Record<string, Meaning>> = {
  'auth status|login|logout|setup-git|switch|refresh': nothing,
  'auth token': github.discloses('token', { at: null }),
  'ssh-key|gpg-key add': github.escalates('key', { at: null }),
  'ssh-key|gpg-key delete': github.destroys('key'),
  'ssh-key|gpg-key list': nothing,
  'codespace|cs delete': github.destroys('codespace', { from: '-c --codespace', at: null }),
  'codespace|cs stop': github.stops('codespace', { from: '-c --codespace', at: null }),
  'codespace|cs ssh|cp|jupyter|ports|code': github.escalates('codespace', { at: null }),
  'codespace|cs list|view|logs': nothing,
  'codespace|cs create|edit|rebuild': github.writes('codespace', { at: null }),
  'gist delete': github.destroys('gist'),
  'gist list|view|clone': nothing,
  'gist create|edit|rename': github.writes('gist'),
  'config|alias|extension|ext|completion|help|version|licenses|copilot|preview|models': nothing,
  'search|browse|status|org|skill': nothing,
}

/** `gh api`, which sends GET unless it is told otherwise or given fields. */
function ghApi({ args, invocation }: Call): Meant {
  const path = args.operands[0]
  const fields = [...args.values('-f', '--raw-field'), ...args.values('-F', '--field')]
  const method = args.value('-X', '--method')
  const input = args.value('--input')
  if (path?.text === undefined || path.text === null || (method !== null && method.text === null)) {
    return { effects: [unknown('the request is not known here')], carried: [] }
  }
  const sent = method?.text ?? (fields.length > 0 || input !== null ? 'POST' : 'GET')
  const host = args.value('--hostname')?.text ?? 'github.com'
  const base = host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`
  const read = input === null ? bodyOf(fields) : { unknown: 'what it is given to send' }
  const { input: stdin } = invocation
  const body = input?.text === '-' && stdin.kind === 'text' ? stdin.text : read
  const url = /^https?:/i.test(path.text) ? path.text : `${base}/${path.text.replace(/^\/+/, '')}`
  const carried = { kind: 'http', method: sent.toUpperCase(), url, headers: json, body } as const
  return { effects: [], carried: [carried] }
}

const json = [['content-type', 'application/json']] as const

function bodyOf(fields: readonly { text: string | null }[]) {
  if (fields.length === 0) return null
  const pairs: [string, string][] = []
  for (const { text } of fields) {
    const at = text?.indexOf('=') ?? -1
    if (text === null || at < 0) return { unknown: 'a field of it' }
    const value = text.slice(at + 1)
    if (value.startsWith('@')) return { unknown: 'a field from a file' }
    pairs.push([text.slice(0, at), value])
  }
  return JSON.stringify(Object.fromEntries(pairs))
}

const gh = cli({
  programs: ['gh'],
  valued: `-R --repo -X --method -f --raw-field -F --field -H --header --hostname --jq -q -t
    --template --input --cache -p --preview -B --base --title --body -b --body-file -l
    --label -m --milestone -a --assignee -r --reviewer --env -e --org -o --branch -c
    --codespace -L --limit -n --notes --name --visibility --description --json -s --state -u
    --user --target`,
  bare: '--paginate --slurp -i --include --silent --web -w --squash --rebase --merge --delete-branch',
  dry: '--dry-run',
  rows: { ...onRepository, ...onRuns, ...onAccount, api: ghApi },
  otherwise: nounThenVerb('github'),
})

function glabApi(call: Call): Meant {
  const { effects, carried } = ghApi(call)
  return {
    effects,
    carried: carried.map((one) =>
      one.kind === 'http'
        ? { ...one, url: one.url.replace('https://api.github.com', 'https://gitlab.com/api/v4') }
        : one,
    ),
  }
}

const glab = cli({
  programs: ['glab'],
  valued: `-R --repo -X --method -f --raw-field -F --field -H --header --hostname --input -g
    --group -t --title -d --description -b --branch --target-branch -l --label -m --message
    --scope --name`,
  bare: '--paginate -i --include --silent --web -w --fill',
  rows: {
    api: glabApi,
    'auth|config|alias|check-update|completion|version|help|user|duo|mcp': nothing,
    'auth dpop-gen': gitlab.escalates('token', { at: null }),
    'token create|rotate': gitlab.escalates('token'),
    'deploy-key|ssh-key|gpg-key add': gitlab.escalates('key', { at: null }),
    'repo|project clone|view|list|search|contributors|archive': nothing,
    'repo|project members add': gitlab.escalates('repository', { at: null }),
    'repo|project transfer': gitlab.writes('repository', { undo: 'never' }),
    'mr|merge-request checkout|diff|view|list|issues|approvers': nothing,
    'mr|merge-request merge|close|note|approve|revoke|rebase|todo|subscribe|unsubscribe':
      gitlab.writes('merge-request'),
    'issue close|note|board|subscribe|unsubscribe': gitlab.writes('issue'),
    'ci|pipe|pipeline status|view|trace|list|get|lint|artifact|config': nothing,
    'ci|pipe|pipeline run|retry|trigger|run-trig': gitlab.writes('pipeline'),
    'ci|pipe|pipeline cancel': gitlab.stops('pipeline'),
    'variable get|export': gitlab.discloses('variable'),
    'cluster agent': gitlab.escalates('cluster', { at: null }),
    'runner|runner-controller|opentofu|work-items list|get|view': nothing,
  },
  otherwise: nounThenVerb('gitlab'),
})

export const codeHosts: readonly CommandRow[] = [gh, glab]
