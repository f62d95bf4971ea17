// Builds the sandbox of one run from what is wanted, and starts a command in it.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import type { AgentRow } from './agents.ts'
import { openThreshold } from './bubblewrap.ts'
import type { Address, Passage } from './doors.ts'
import { openPassages } from './doors.ts'
import { environmentFor } from './environment.ts'
import type { AgentEnvironment, GovernedDatabase } from './environment.ts'
import type { Journal } from './journal.ts'
import { maskText } from './mask.ts'
import type { FindTokens, Stand } from './mask.ts'
import { cleanedFiles, emptyContent } from './places.ts'
import { ownFolder, planOf } from './plan.ts'
import type { Description, Replaced } from './plan.ts'
import { seccompFilter } from './seccomp.ts'
import { survey } from './survey.ts'
import type { Survey } from './survey.ts'
import {
  bundleOf,
  findProgram,
  repositoryBeside,
  resolverFile,
  secretsHere,
  systemHere,
  toolsHere,
  trustStoresHere,
} from './system.ts'

export interface Wanted {
  readonly command: readonly string[]
  readonly agent: AgentRow
  readonly cwd: string
  readonly workTree: string
  readonly home: string
  readonly uid: number
  readonly gid: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly terminal: boolean
  readonly doors: Doors
  readonly lease: string
  /** PEM of the gate's authority */
  readonly authority: string
  /** absolute; of the gate and its owner: not seen, or not changed */
  readonly hidden: readonly string[]
  readonly fixed: readonly string[]
  readonly find: FindTokens
  readonly stand: Stand
  /** a private folder of this run; removed with the journal's page */
  readonly folder: string
  readonly journal: Journal
  readonly programs: Readonly<{ bwrap: string; node: string; architecture: string }>
}

export interface Doors {
  readonly http: Address
  readonly postgres: Address | null
  /** hosts that lead to the HTTP door although a program knows of no proxy */
  readonly hosts: readonly string[]
  /** hosts and ports of databases that lead to the PostgreSQL door */
  readonly databases: readonly Readonly<{ host: string; port: number }>[]
  readonly providers: readonly string[]
  readonly database: Readonly<{ server: string; database: string }> | null
}

/** What was made for the run; nothing runs yet. */
export interface Confined {
  readonly survey: Survey
  readonly environment: AgentEnvironment
  /** seen inside as `/run/holdpoint`; what is put there before the start is seen there */
  readonly own: string
  start(more: Extra): Promise<Running>
}

export interface Extra {
  readonly environment: Readonly<Record<string, string>>
  /** folders of programs that are found before all others */
  readonly path: readonly string[]
  /** the command with what is added to it; null: as it was given */
  readonly command: readonly string[] | null
  /** read as other files: settings with hooks in them, in the place of the person's own */
  readonly overlays: readonly Readonly<{ path: string; by: string }>[]
}

export interface Running {
  signal(signal: NodeJS.Signals): void
  /** its exit code; 128 and the number of the signal that ended it */
  readonly ended: Promise<number>
  close(): void
}

/** One private folder for all that a run needs outside. */
export function runFolder(parent: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  return mkdtempSync(join(parent, 'run-'))
}

export function confine(wanted: Wanted): Confined {
  const { folder, workTree, agent, home } = wanted
  const beside = repositoryBeside(workTree)
  const inTree = (path: string): boolean => path === workTree || path.startsWith(workTree + '/')
  const found = survey({
    ...wanted,
    fixed: wanted.fixed.filter((path) => inTree(path) && existsSync(path)),
  })
  const own = join(folder, 'inside')
  for (const name of [own, join(folder, 'outside'), join(folder, 'files'), join(folder, 'none')]) {
    mkdirSync(name, { mode: 0o755 })
  }
  chmodSync(join(folder, 'none'), 0o555)
  const passages = passagesFor(wanted.doors)
  const environment = environmentFor({
    given: wanted.environment,
    ...{ own: agent.variables, set: { ...agent.set }, lease: wanted.lease },
    proxy: `127.0.0.1:${wanted.doors.http.port}`,
    certificate: `${ownFolder}/ca.pem`,
    bundle: `${ownFolder}/bundle.pem`,
    providers: wanted.doors.providers,
    database: databaseInside(wanted.doors),
    path: '',
    runtimeFolder: `/run/user/${wanted.uid}`,
  })
  return {
    ...{ survey: found, environment, own },
    async start(more) {
      const { shown, path, command } = programsFor(wanted, more)
      const description = describe(wanted, found, { beside, shown, passages, own, more })
      wanted.journal.place(found.missing)
      const threshold = await openThreshold({
        program: wanted.programs.bwrap,
        node: wanted.programs.node,
        folder: join(folder, 'outside'),
        ...{ uid: wanted.uid, terminal: wanted.terminal },
        places: passages.map(({ place }) => place),
      })
      const passing = openPassages(passages, threshold.listeners, wanted.lease)
      threshold.start({
        ...{ args: planOf(description), command },
        environment: {
          ...environment.variables,
          ...{ HOME: home, PATH: [...more.path, ...path].join(':'), PWD: wanted.cwd },
          ...gitSettings(found),
          ...more.environment,
        },
        filter: seccompFilter(wanted.programs.architecture),
      })
      return {
        signal: (signal) => threshold.signal(signal),
        ended: threshold.ended,
        close() {
          threshold.kill()
          passing.close()
        },
      }
    },
  }
}

/** Git writes to neither file here; and does not show what only stands in for what may not be. */
function gitSettings({ missing }: Survey): Readonly<Record<string, string>> {
  const settings = [
    ['branch.autoSetupMerge', 'false'],
    ...(missing.length === 0 ? [] : [['core.excludesFile', `${ownFolder}/exclude`]]),
  ]
  return Object.fromEntries([
    ['GIT_CONFIG_COUNT', String(settings.length)],
    ...settings.flatMap(([name = '', value = ''], at) => [
      [`GIT_CONFIG_KEY_${at}`, name],
      [`GIT_CONFIG_VALUE_${at}`, value],
    ]),
  ]) as Record<string, string>
}

function databaseInside(doors: Doors): GovernedDatabase | null {
  if (doors.postgres === null || doors.database === null) return null
  return { ...doors.database, host: '127.0.0.1', port: doors.postgres.port }
}

/** The doors at their own ports; and each host at an address of its own, at the ports it is known by. */
function passagesFor({ http, postgres, hosts, databases }: Doors): readonly NamedPassage[] {
  const passages: NamedPassage[] = [direct(http)]
  if (postgres !== null) passages.push(direct(postgres))
  const addresses = new Map<string, string>()
  const addressOf = (host: string): string => {
    const at = addresses.size + 1
    const address = addresses.get(host) ?? `127.77.${at >> 8}.${at & 255}`
    addresses.set(host, address)
    return address
  }
  for (const host of hosts) {
    for (const port of [443, 80]) {
      const place = { address: addressOf(host), port }
      passages.push({ place, to: http, ask: { host, port }, host })
    }
  }
  for (const { host, port } of databases) {
    if (postgres === null) continue
    passages.push({ place: { address: addressOf(host), port }, to: postgres, ask: null, host })
  }
  return passages
}

interface NamedPassage extends Passage {
  /** the name that leads there; null for the doors themselves */
  readonly host: string | null
}

function direct(to: Address): NamedPassage {
  return { place: { address: '127.0.0.1', port: to.port }, to, ask: null, host: null }
}

interface Programs {
  readonly shown: readonly string[]
  readonly path: readonly string[]
  readonly command: readonly string[]
}

function programsFor(wanted: Wanted, more: Extra): Programs {
  const { home, workTree, cwd, agent, command } = wanted
  makeShown(wanted)
  const tools = toolsHere(home, agent.shown)
  const kept = agent.kept.map((name) => join(home, name))
  const roots = [
    ...tools,
    ...kept,
    workTree,
    '/usr',
    '/bin',
    '/sbin',
    '/opt',
    '/nix',
    '/snap',
    '/gnu',
  ]
  const visible = (path: string): boolean =>
    roots.some((root) => path === root || path.startsWith(root + '/'))
  const given = (wanted.environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(':')
  const path = given.filter((one) => one.startsWith('/') && visible(one) && existsSync(one))
  const [name = '', ...args] = more.command ?? command
  const program = findProgram(name, cwd, given.join(':'), visible)
  const shown = program.show === null ? tools : [...tools, program.show]
  return { shown, path, command: [program.path, ...args] }
}

/** In a folder that is kept from run to run an agent would make them, and what it likes in them. */
function makeShown({ home, agent }: Wanted): void {
  for (const name of agent.shown) {
    const kept = agent.kept.find((one) => name.startsWith(one + '/'))
    if (kept !== undefined && existsSync(join(home, kept))) {
      mkdirSync(join(home, name), { recursive: true })
    }
  }
}

interface Parts {
  readonly beside: string | null
  readonly shown: readonly string[]
  readonly passages: readonly NamedPassage[]
  readonly own: string
  readonly more: Extra
}

function describe(wanted: Wanted, found: Survey, parts: Parts): Description {
  const { folder, home, workTree, cwd, uid, gid, agent } = wanted
  const files = createFiles(join(folder, 'files'))
  const stores = trustStoresHere()
  const bundle = bundleOf(wanted.authority, stores)
  writeFileSync(join(parts.own, 'ca.pem'), wanted.authority)
  writeFileSync(join(parts.own, 'bundle.pem'), bundle)
  writeFileSync(join(parts.own, 'exclude'), excludesOf(wanted, found))
  const secrets = secretsHere(uid)
  const hidden = wanted.hidden.filter((path) => isInside(path, workTree) && existsSync(path))
  const beside = parts.beside === null ? [] : [parts.beside]
  const fixedBeside = beside.flatMap((path) => [join(path, 'hooks'), join(path, 'config')])
  return {
    ...{ uid, gid, home, workTree, cwd: realpathSync(cwd), own: parts.own },
    system: systemHere(),
    blank: secrets.files,
    shown: parts.shown,
    kept: agent.kept.map((name) => join(home, name)).filter((path) => existsSync(path)),
    beside,
    pinned: found.pinned,
    fixed: [...found.fixed, ...fixedBeside.filter((path) => existsSync(path))],
    replaced: [
      ...namesFor(parts.passages, files),
      ...stores.map((path) => ({ path, by: join(parts.own, 'bundle.pem'), writable: false })),
      ...homeFiles(wanted, files),
      ...parts.more.overlays.map((one) => ({ ...one, writable: false })),
      ...found.masked.map(({ path, text }) => ({ path, by: files(text), writable: false })),
      ...found.missing
        .filter(({ kind }) => kind === 'file')
        .map(({ path }) => ({ path, by: files(emptyContent(path)), writable: false })),
    ],
    hiddenFiles: [...found.hidden, ...hidden.filter((path) => !isFolder(path))],
    hiddenFolders: [
      ...secrets.folders,
      ...hidden.filter(isFolder),
      ...found.missing.filter(({ kind }) => kind === 'folder').map(({ path }) => path),
    ],
    nothing: { file: files(''), folder: join(folder, 'none') },
  }
}

type Files = (text: string) => string

/** Files outside with given texts, of which each is read in the place of another. */
function createFiles(folder: string): Files {
  let count = 0
  return (text) => {
    const path = join(folder, String(count++))
    writeFileSync(path, text, { mode: 0o444 })
    return path
  }
}

/** Names have one source, this list; nobody answers questions about others. */
function namesFor(passages: readonly NamedPassage[], files: Files): readonly Replaced[] {
  const hosts = new Map(
    passages.flatMap(({ host, place }) => (host === null ? [] : [[host, place.address] as const])),
  )
  const lines = [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...[...hosts].map(([host, address]) => `${address} ${host}`),
  ]
  const resolver = resolverFile()
  return [
    ...(existsSync('/etc/hosts') ? [{ path: '/etc/hosts', text: lines.join('\n') + '\n' }] : []),
    ...(resolver === null ? [] : [{ path: resolver, text: 'options timeout:1 attempts:1\n' }]),
  ].map(({ path, text }) => ({ path, by: files(text), writable: false }))
}

function homeFiles({ home, agent, find }: Wanted, files: Files): readonly Replaced[] {
  const cleaned = cleanedFiles.map((name) => join(home, name)).filter((path) => existsSync(path))
  const copied = agent.copied.map((name) => join(home, name)).filter((path) => existsSync(path))
  return [
    ...cleaned.map((path) => {
      const text = readFileSync(path, 'utf8')
      const masked = maskText(text, find(text, path), () => null)
      return { path, by: files(masked?.text ?? text), writable: false }
    }),
    ...copied.map((path) => {
      const by = files('')
      cpSync(path, by, { force: true })
      chmodSync(by, 0o600)
      return { path, by, writable: true }
    }),
  ]
}

/** What the person excludes already, and what only stands in. */
function excludesOf({ home, workTree }: Wanted, { missing }: Survey): string {
  const theirs = [join(home, '.config/git/ignore'), join(home, '.gitignore_global')]
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8').trimEnd())
  return [...theirs, ...missing.map(({ path }) => path.slice(workTree.length)), ''].join('\n')
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + '/')
}

function isFolder(path: string): boolean {
  return existsSync(join(path, '.'))
}
