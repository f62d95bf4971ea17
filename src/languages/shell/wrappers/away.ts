// Wrappers that carry a command to another machine or into a container. They are listed too.
import { fieldOf, textOf } from '../pieces.ts'
import type { Field } from '../pieces.ts'
import { inputOf } from '../invoke.ts'
import { lastOf, parseOptions, unreadable, names } from './wrapper.ts'
import type { Inner, Options, Taken, Wrapper } from './wrapper.ts'
import { textOfWords } from './local.ts'

function elsewhere(
  by: string,
  target: Field | undefined,
): { kind: 'elsewhere'; by: string; target: string | null } {
  return { kind: 'elsewhere', by, target: target?.text ?? null }
}

const sshOptions: Options = { letters: 'BbcDEeFIiJLlmOoPpQRSWw' }

/** The words are put together and read by a shell there, for the second time. */
const ssh: Wrapper = (run, command) => {
  const inner: Inner[] = []
  const parsed = parseOptions(command.argv.slice(1), sshOptions)
  if (parsed === null) return unreadable('ssh')
  for (const option of parsed.options.get('o') ?? []) {
    // Some options name a command for this machine.
    const [, text] =
      /^(?:proxycommand|localcommand|knownhostscommand)[ =]+(.*)$/is.exec(option?.text ?? '') ?? []
    if (option?.text === null)
      inner.push({ kind: 'unread', why: '`ssh -o` with an option that is not known' })
    else if (text !== undefined) inner.push({ kind: 'text', text: [text], through: 'ssh -o' })
  }
  const [host, ...rest] = parsed.rest
  // Options may come after the host too.
  const more = parseOptions(rest, sshOptions)
  if (more === null && rest.length > 0)
    return { inner: [...inner, ...unreadable('ssh').inner], listed: true }
  const words = more?.rest ?? []
  const where = elsewhere('ssh', host)
  const shared = { through: 'ssh', where, input: { kind: 'nothing' } } as const
  if (words.length > 0)
    inner.push({ kind: 'text', text: textOfWords(words), ...shared, input: inputOf(run, command) })
  else {
    const input = inputOf(run, command)
    if (input.kind === 'text') inner.push({ kind: 'text', text: [input.text], ...shared })
  }
  return inner.length === 0 ? null : { inner, listed: true }
}

const globals: Options = {
  letters: 'cHlfp',
  long: names(
    'config context host log-level tlscacert tlscert tlskey file project-name profile env-file project-directory connection url identity namespace',
  ),
}
const execOptions: Options = {
  letters: 'euw',
  long: names('env env-file user workdir detach-keys index'),
}
const runOptions: Options = {
  letters: 'acehlmpuvw',
  long: `add-host annotation attach blkio-weight cap-add cap-drop cgroup-parent cgroupns cidfile
    cpu-period cpu-quota cpu-shares cpus cpuset-cpus cpuset-mems device dns dns-option
    dns-search domainname entrypoint env env-file expose gpus group-add health-cmd
    health-interval health-retries health-timeout hostname ip ip6 ipc isolation label
    label-file link log-driver log-opt mac-address memory memory-reservation memory-swap
    mount name network net network-alias oom-score-adj pid pids-limit platform publish pull
    restart runtime security-opt shm-size stop-signal stop-timeout storage-opt sysctl tmpfs
    ulimit user userns uts volume volume-driver volumes-from workdir arch os pod secret
    systemd`.split(/\s+/),
}

/** Past options and subcommand names; the words after each name. */
function descend(
  args: readonly Field[],
  spec: Options,
  names: readonly string[],
): readonly Field[] | null | 'unclear' {
  let rest = args
  for (const name of names) {
    const parsed = parseOptions(rest, spec)
    if (parsed === null) return 'unclear'
    const [first, ...others] = parsed.rest
    if (first === undefined || !name.split('|').includes(first.text ?? '')) return null
    rest = others
  }
  return rest
}

function container(by: string): Wrapper {
  const paths = [
    ['exec'],
    ['container', 'exec'],
    ['run|create'],
    ['container', 'run|create'],
    ['compose', 'exec'],
    ['compose', 'run'],
  ]
  return (_, { argv }) => {
    const args = argv.slice(1)
    for (const path of by.endsWith('-compose') ? [['exec'], ['run']] : paths) {
      const rest = descend(args, globals, path)
      if (rest === 'unclear') return unreadable(by)
      if (rest === null) continue
      const execs = path.at(-1) === 'exec'
      return inContainer(by, rest, execs ? execOptions : runOptions)
    }
    return null
  }
}

function inContainer(by: string, args: readonly Field[], spec: Options): Taken | null {
  const parsed = parseOptions(args, spec)
  if (parsed === null) return unreadable(by)
  const [target, ...words] = parsed.rest
  const entry = lastOf(parsed, 'entrypoint')
  const argv = entry === undefined ? words : [entry, ...words]
  if (target === undefined || argv.length === 0) return null
  const user = lastOf(parsed, 'u', 'user')?.text ?? undefined
  const directory = lastOf(parsed, 'w', 'workdir')?.text ?? null
  const inner: Inner = {
    kind: 'argv',
    argv,
    through: by,
    where: elsewhere(by, target),
    directory,
    ...(user === undefined ? {} : { user }),
  }
  return { inner: [inner], listed: true }
}

const kubectlOptions: Options = {
  letters: 'nscfl',
  long: names(
    'namespace context kubeconfig container cluster user server token request-timeout as pod-running-timeout filename image target overrides labels env restart',
  ),
}

function cluster(by: string): Wrapper {
  return (_, { argv }) => {
    const rest = descend(argv.slice(1), kubectlOptions, ['exec|run|debug|rsh'])
    if (rest === 'unclear') return unreadable(by)
    if (rest === null) return null
    const dashes = rest.findIndex((field) => field.text === '--')
    const parsed = parseOptions(dashes < 0 ? rest : rest.slice(0, dashes), kubectlOptions)
    if (parsed === null) return unreadable(by)
    const [target, ...others] = parsed.rest
    const words = dashes < 0 ? others : rest.slice(dashes + 1)
    if (words.length === 0) return null
    const inner: Inner = {
      kind: 'argv',
      argv: words,
      through: by,
      where: elsewhere(by, target),
      directory: null,
    }
    return { inner: [inner], listed: true }
  }
}

/** `gcloud compute ssh vm --command=text`, `fly ssh console -C text`, `heroku run text`, and others. */
function carried(
  by: string,
  path: readonly string[],
  options: Options,
  from: readonly string[],
  trailing: boolean,
): Wrapper {
  return (_, { argv }) => {
    const rest = descend(argv.slice(1), options, path)
    if (rest === null || rest === 'unclear') return rest === null ? null : unreadable(by)
    const parts = unmixed(rest, options)
    if (parts === null) return unreadable(by)
    const given = parts.options.find(([name]) => from.includes(name))?.[1]
    const [target] = parts.words
    const where = elsewhere(by, trailing ? undefined : target)
    const text =
      given?.pieces ?? (trailing && parts.words.length > 0 ? textOfWords(parts.words) : null)
    return text === null
      ? null
      : { inner: [{ kind: 'text', text, through: by, where }], listed: true }
  }
}

/** Options anywhere among the words. */
function unmixed(
  args: readonly Field[],
  spec: Options,
): { options: readonly (readonly [string, Field | null])[]; words: readonly Field[] } | null {
  const options: (readonly [string, Field | null])[] = []
  const words: Field[] = []
  let rest = args
  while (rest.length > 0) {
    const parsed = parseOptions(rest, spec)
    if (parsed === null) return null
    for (const [name, values] of parsed.options)
      for (const value of values) options.push([name, value])
    const [first, ...others] = parsed.rest
    if (first !== undefined) words.push(first)
    rest = others
  }
  return { options, words }
}

const both =
  (...wrappers: readonly Wrapper[]): Wrapper =>
  (run, command) => {
    for (const one of wrappers) {
      const taken = one(run, command)
      if (taken !== null) return taken
    }
    return null
  }

const app: Options = {
  letters: 'acsrpo',
  long: names(
    'app command service environment project config select region org size type remote zone project',
  ),
}
const flyctl = carried(
  'fly',
  ['ssh', 'console'],
  { ...app, letters: 'aCsrpou' },
  ['C', 'command'],
  false,
)

/** `vagrant ssh -c text` */
export const away: Readonly<Record<string, Wrapper>> = {
  autossh: ssh,
  docker: container('docker'),
  'docker-compose': container('docker-compose'),
  fly: flyctl,
  flyctl,
  gcloud: both(
    carried('gcloud', ['compute', 'ssh'], app, ['command'], false),
    carried('gcloud', ['alpha|beta', 'compute', 'ssh'], app, ['command'], false),
  ),
  heroku: carried('heroku', ['run|run:detached'], app, [], true),
  k3s: (run, command) => kubectlUnder(run, command),
  kubectl: cluster('kubectl'),
  microk8s: (run, command) => kubectlUnder(run, command),
  minikube: (run, command) => kubectlUnder(run, command),
  nerdctl: container('nerdctl'),
  oc: cluster('oc'),
  podman: container('podman'),
  'podman-compose': container('podman-compose'),
  railway: carried('railway', ['ssh'], app, [], true),
  render: carried('render', ['ssh'], app, [], true),
  sshpass: (_, { argv }) => {
    const parsed = parseOptions(argv.slice(1), { letters: 'pfdP' })
    if (parsed === null) return unreadable('sshpass')
    return parsed.rest.length === 0
      ? null
      : { inner: [{ kind: 'argv', argv: parsed.rest, through: 'sshpass' }], listed: false }
  },
  ssh,
  vagrant: carried(
    'vagrant',
    ['ssh'],
    { letters: 'cp', long: ['command'] },
    ['c', 'command'],
    false,
  ),
  wsl: (_, { argv }) => {
    const dashes = argv.findIndex((field) => field.text === '--' || field.text === '-e')
    const words = argv.slice(dashes + 1)
    return dashes < 0 || words.length === 0
      ? null
      : { inner: [{ kind: 'argv', argv: words, through: 'wsl' }], listed: true }
  },
}

/** `minikube kubectl -- delete …` */
const kubectlUnder: Wrapper = (_, { argv }) => {
  const at = argv.findIndex((field) => field.text === 'kubectl')
  if (at < 1) return null
  const words = argv.slice(at + 1)
  const after = words[0]?.text === '--' ? words.slice(1) : words
  const program = fieldOf('kubectl', ['kubectl'])
  return {
    inner: [
      { kind: 'argv', argv: [program, ...after], through: textOf(argv[0]?.pieces ?? []) ?? '?' },
    ],
    listed: false,
  }
}
