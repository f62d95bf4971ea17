import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { openControl } from '../../test/cli/control.ts'
import { openFolder } from '../../test/cli/folder.ts'
import { openTerminal } from '../../test/cli/terminal.ts'
import type { TerminalOptions } from '../../test/cli/terminal.ts'
import { controlSocketPath } from '../api/control-wire.ts'
import { serveControl } from '../api/control-socket.ts'
import type { RestoreAsked, VerifyAsked } from '../api/exports.ts'
import type { DatabaseKeeper, DatabaseReport, TrashItem, UndoReport } from '../api/keeper.ts'
import { createPurges } from '../api/purges.ts'
import { Fault } from '../domain/fault.ts'
import type { DecisionId, Instant, UpstreamName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import { createRealWorld } from './real-world.ts'
import { runCommandLine } from './run.ts'

const upstream = 'shop-db' as UpstreamName
const decision = 'dec_0001' as DecisionId
const at = { upstream, database: 'shop' }

const undone: UndoReport = {
  ...{ decision, ...at, dryRun: false, done: true, equal: true, conflicts: [], because: [] },
  restored: [
    { schema: 'public', name: 'users', rows: 1204 },
    { schema: 'public', name: 'old\u001bview', rows: null },
  ],
  ...{ sha256Before: 'a'.repeat(64), sha256After: 'a'.repeat(64) },
}

const database: DatabaseReport = {
  ...{ ...at, environment: 'shop/production', fault: null, captureKey: true },
  server: { version: '18.1', tls: true, rolePower: [] },
  enrolment: { version: 3, outdated: false, missing: [], kept: 2, bytes: 1_400_000 },
}

const item: TrashItem = {
  ...{ ...at, action: 'req_0001', decision, kind: 'rows', bytes: 2048, undoneAt: null },
  at: '2026-01-01T00:00:01.000Z',
  statement: `DELETE FROM users\nWHERE note = '${'x'.repeat(100)}\u202e'`,
  tables: [{ schema: 'public', name: 'users', rows: 9 }],
  expiresAt: '2026-01-08T00:00:01.000Z' as Instant,
}

const content = { tables: 3, rows: '9007199254740993' }

type Asked = readonly [operation: string, input: unknown]

interface Scene {
  readonly asked: Asked[]
  run(argv: readonly string[], options?: TerminalOptions): Promise<Ran>
}

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A gate with a keeper that answers what it is told to, behind a real control socket. */
async function open(t: TestContext, answers: Partial<DatabaseKeeper> = {}): Promise<Scene> {
  const asked: Asked[] = []
  const hear =
    <I, O>(name: string, answer: (input: I) => Promise<O>) =>
    (input: I): Promise<O> => {
      asked.push([name, input])
      return answer(input)
    }
  const kept = { kept: [item], faults: [] }
  const enrolled = { ...at, version: 3, before: null, captureKey: 'made', missing: [] } as const
  const keeper: DatabaseKeeper = {
    enrol: hear('enrol', answers.enrol ?? (() => Promise.resolve(enrolled))),
    unenrol: hear('unenrol', answers.unenrol ?? (() => Promise.resolve(at))),
    status: hear('status', answers.status ?? (() => Promise.resolve([database]))),
    undo: hear('undo', answers.undo ?? (() => Promise.resolve(undone))),
    trash: hear('trash', answers.trash ?? (() => Promise.resolve(kept))),
    purge: hear('purge', () => Promise.reject(new Error('nobody signed'))),
    expire: () => Promise.resolve(),
  }
  const report = {
    pid: 1,
    agents: '',
    console: 'http://localhost:7401',
    connections: 0,
    upstreams: [],
  }
  const gate = {
    report: () => ({ ...report, startedAt: item.at as Instant, policies: 'p' as never }),
    reloadPolicies: () => Promise.reject(new Error('not here')),
    keeper,
    exports: {
      verify: hear('verify', ({ file }: VerifyAsked) =>
        Promise.resolve({ file, databases: [{ database: 'shop\u001b', ...content }] }),
      ),
      restore: hear('restore', ({ file, upstream, name }: RestoreAsked) =>
        Promise.resolve({
          ...{ file, upstream, database: 'shop', name: name ?? 'shop', ...content },
          environment: 'shop/production',
        }),
      ),
    },
    purges: createPurges({
      ...{ keeper, store: { person: () => null }, rpId: 'localhost', minutes: 60 },
      passkeys: { verify: () => Promise.reject(new Error('nobody signed')) },
      ...{ clock: createFakeClock(item.at), random: systemRandom },
    }),
  }
  const folder = openFolder(t)
  mkdirSync(join(folder, '.holdpoint'), { mode: 0o700 })
  const { control } = await openControl(t, gate)
  const socket = await serveControl(control, controlSocketPath(join(folder, '.holdpoint')))
  t.after(() => socket.close())
  return {
    asked,
    async run(argv, options = {}) {
      const seen = openTerminal({ ...options, argv, cwd: folder })
      const world = (): Promise<ReturnType<typeof createRealWorld>> =>
        Promise.resolve(createRealWorld())
      const code = await runCommandLine(seen.surroundings, '0.1.0', world)
      return { code, stdout: seen.stdout(), stderr: seen.stderr() }
    },
  }
}

function narrow(text: string): void {
  assert.ok(
    text.split('\n').every((line) => line.length <= 80),
    text,
  )
  assert.doesNotMatch(text, /[\u001b\u202e]/)
}

const by = 'alice'

test('enroll says what was installed and what is not protected', async (t) => {
  const missing = ['foreign table public.far', 'x\u001b[2J']
  const report = { ...at, version: 3, before: 2, captureKey: 'there', missing } as const
  const scene = await open(t, { enrol: () => Promise.resolve(report) })
  const { code, stdout } = await scene.run(['postgres', 'enroll', 'shop-db', '--database', 'shop'])
  assert.equal(code, 0)
  assert.deepEqual(scene.asked, [['enrol', { upstream, database: 'shop', by }]])
  assert.match(
    stdout,
    /^enrolled shop of shop-db: version 2 to 3\nnot protected\n {2}foreign table/,
  )
  narrow(stdout)
  const json = await scene.run(['postgres', 'enroll', 'shop-db', '--json'])
  assert.deepEqual(JSON.parse(json.stdout), { enrolled: report })
})

test('unenroll needs a person who types the name, and no flag forgets what is kept', async (t) => {
  const scene = await open(t)
  const argv = ['postgres', 'unenroll', 'shop-db']
  for (const [options, code] of [
    [{ stdin: 'shop-db\n' }, 3],
    [{ tty: true, stdin: 'yes\n' }, 3],
  ] as const) {
    assert.equal((await scene.run(argv, options)).code, code)
  }
  assert.deepEqual(scene.asked, [])
  assert.equal((await scene.run([...argv, '--force'], { tty: true, stdin: 'shop-db\n' })).code, 2)
  assert.deepEqual(scene.asked, [])
  const { code, stdout } = await scene.run(argv, { tty: true, stdin: 'shop-db\n' })
  assert.equal(code, 0)
  assert.deepEqual(scene.asked, [['unenrol', { upstream, database: null, by }]])
  assert.match(stdout, /^removed it from shop of shop-db\nundo: holdpoint postgres enroll/)
})

test('status shows each database, and fails when one does not answer', async (t) => {
  const silent = { ...database, database: 'far', fault: 'refused\u001b', server: null }
  const weak = {
    ...database,
    ...{ database: 'weak', enrolment: null },
    server: { version: '15.9', tls: false, rolePower: ['is a superuser', 'may create roles'] },
  }
  const scene = await open(t, { status: () => Promise.resolve([database, silent, weak]) })
  const { code, stdout } = await scene.run(['postgres', 'status'])
  assert.equal(code, 1)
  narrow(stdout)
  assert.match(stdout, /shop-db\/shop {2}shop\/production\n {2}PostgreSQL 18\.1, with TLS/)
  assert.match(stdout, /2 changes kept, 1\.4 MB/)
  assert.match(stdout, /not reached: refused⟨U\+001B⟩/)
  assert.match(stdout, /WITHOUT TLS\n {2}the agents' role is a superuser and may create roles/)
  assert.match(stdout, /not enrolled, so nothing is recoverable: holdpoint postgres enroll/)
})

test('undo tells what came back, and its proof', async (t) => {
  const scene = await open(t)
  const { code, stdout } = await scene.run(['undo', decision])
  assert.equal(code, 0)
  assert.deepEqual(scene.asked, [['undo', { decision, dryRun: false, force: false, by }]])
  narrow(stdout)
  assert.deepEqual(stdout.split('\n'), [
    'undone dec_0001 in shop-db/shop: everything is as it was',
    '  public.users: 1,204 rows back',
    '  public.old⟨U+001B⟩view: is back',
    `  sha256 ${'a'.repeat(64)}`,
    '         before the change and after the undo',
    '',
  ])
  const json = await scene.run(['undo', decision, '--json', '--dry-run', '--force'])
  assert.deepEqual(JSON.parse(json.stdout), {
    undo: JSON.parse(JSON.stringify(undone).replace('\u001b', '\\u001b')) as unknown,
  })
  assert.deepEqual(scene.asked[1]?.[1], { decision, dryRun: true, force: true, by })
})

test('rows that changed since are shown, and end in a no that says what to do', async (t) => {
  const conflict = { schema: 'public', name: 'users', key: '{"id":5}', now: null, then: '(5,a)' }
  const none = { done: false, equal: false, restored: [], sha256Before: null, sha256After: null }
  const conflicts = Array.from({ length: 25 }, () => conflict)
  const report = { ...undone, ...none, conflicts }
  const scene = await open(t, { undo: ({ dryRun }) => Promise.resolve({ ...report, dryRun }) })
  const { code, stdout } = await scene.run(['undo', decision])
  assert.equal(code, 3)
  narrow(stdout)
  assert.match(stdout, /^NOT undone dec_0001 in shop-db\/shop: 25 rows changed since\n/)
  assert.match(
    stdout,
    /changed since: public\.users {"id":5}\n +now {2}no such row\n +then \(5,a\)/,
  )
  assert.match(stdout, /and 5 conflicts more: --json has them all\n/)
  assert.match(stdout, /holdpoint undo dec_0001 --force\n$/)
  const dry = await scene.run(['undo', decision, '--dry-run'])
  assert.equal(dry.code, 3)
  assert.match(dry.stdout, /^would undo .*; nothing was changed\n/)
})

test('a fault of the keeper ends with its code and what to do', async (t) => {
  const fault = new Fault('nothing-kept', 'nothing is kept; it had expired')
  const scene = await open(t, { undo: () => Promise.reject(fault) })
  const { code, stderr } = await scene.run(['undo', decision])
  assert.deepEqual([code, stderr], [3, 'holdpoint: nothing is kept; it had expired\n'])
})

test('the trash is listed and shown, with text that moves no cursor', async (t) => {
  const scene = await open(t)
  const listed = await scene.run(['trash', 'list'])
  assert.equal(listed.code, 0)
  narrow(listed.stdout)
  assert.match(listed.stdout, /^dec_0001 {2}2026-01-01T00:00:01Z {2}shop-db\/shop\n {2}DELETE FROM/)
  assert.match(listed.stdout, /1 table, 9 rows, 2\.0 KB; kept until 2026-01-08\n$/)
  for (const id of [decision, 'req_0001']) {
    const shown = await scene.run(['trash', 'show', id])
    assert.equal(shown.code, 0)
    assert.match(shown.stdout, /rows as they were before, 2\.0 KB/)
    assert.match(shown.stdout, /x⟨U\+202E⟩'\n\nnext: holdpoint undo dec_0001 --dry-run\n$/)
  }
  assert.equal((await scene.run(['trash', 'show', 'none'])).code, 3)
})

test('a database that is silent makes the list incomplete, and says so', async (t) => {
  const faults = [{ ...at, says: 'refused' }]
  const scene = await open(t, { trash: () => Promise.resolve({ kept: [], faults }) })
  const { code, stdout } = await scene.run(['trash', 'list'])
  assert.deepEqual([code, stdout], [1, 'not asked shop-db/shop: refused\n'])
})

test('no command line purges: it is held, whatever is given or typed', async (t) => {
  const scene = await open(t)
  for (const options of [{}, { tty: true, stdin: `${decision}\nyes\n` }]) {
    const { code, stdout } = await scene.run(['trash', 'purge', decision], options)
    assert.equal(code, 3)
    assert.match(stdout, /^held as purge_[a-z0-9]{16}: nothing is purged yet\n/)
    assert.match(stdout, /answers it at http:\/\/localhost:7401\/purges\n/)
    narrow(stdout)
  }
  assert.equal((await scene.run(['trash', 'purge', decision, '--yes'])).code, 2)
  assert.equal((await scene.run(['trash', 'purge', 'none'])).code, 3)
  assert.ok(scene.asked.every(([operation]) => operation === 'trash'))
})

test('an export is looked at and brought back, by a path from where one stands', async (t) => {
  const scene = await open(t)
  const verified = await scene.run(['backup', 'verify', 'backups/dec_1.holdpoint-export'])
  assert.equal(verified.code, 0)
  narrow(verified.stdout.replaceAll(/^whole .*$\n( {4}.*$\n)*/gm, ''))
  assert.match(verified.stdout, /shop⟨U\+001B⟩: 3 tables, 9,007,199,254,740,993 rows\n/)
  const argv = ['backup', 'restore', 'backups/dec_1.holdpoint-export']
  assert.equal((await scene.run(argv)).code, 2)
  assert.equal((await scene.run([...argv, '--to', 'shop-db', '--name', 'Holdpoint_x'])).code, 2)
  const restored = await scene.run([...argv, '--to', 'shop-db', '--name', 'shop_again'])
  assert.equal(restored.code, 0)
  narrow(restored.stdout)
  assert.match(restored.stdout, /^restored shop-db\/shop_again from shop: 3 tables, 9,007/)
  const [[, verify], [, restore]] = scene.asked as [Asked, Asked]
  const { file } = verify as VerifyAsked
  assert.ok(isAbsolute(file) && file.endsWith('/backups/dec_1.holdpoint-export'))
  assert.deepEqual(restore, { file, upstream, database: null, name: 'shop_again', by })
})
