import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { Decision } from '../domain/decision.ts'
import type { Effect } from '../domain/effect.ts'
import type { Basis, Hit } from '../domain/impact.ts'
import type { DecisionId, SafeguardName } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { runCommand } from './run-command.ts'
import type { CommandEnd, CommandLine } from './run-command.ts'
import { createSafeguards, proveBackup } from './safeguards.ts'
import type { CommandSafeguard, ConfiguredSafeguard } from './safeguards.ts'

const name = 'independent-backup' as SafeguardName

function hit(
  id: string | null,
  basis: Basis = 'discovered',
  kind: Effect['kind'] = 'destroy',
): Hit {
  const resource = { provider: 'railway', type: 'volume', id, within: {} }
  const effect: Effect =
    kind === 'unknown'
      ? { kind, why: 'no row', legible: true }
      : kind === 'read' || kind === 'disclose'
        ? { kind, resource, extent: 'whole' }
        : { kind, resource, extent: 'whole', undo: 'never' }
  return {
    effect,
    environments: { kind: 'unknown', why: 'not asked' },
    label: `volume ${id ?? ''}`,
    dependants: [],
    backups: { kind: 'unknown' },
    rows: { kind: 'unknown' },
    basis,
  }
}

function decisionOn(...hits: readonly [Hit, ...Hit[]]): Decision {
  const evidence = { reader: 'railway', excerpt: '', span: null } as const
  const [{ effect }, ...others] = hits
  const effects = [effect, ...others.map((one) => one.effect)] as const
  return {
    id: 'dec_one' as DecisionId,
    impacts: [{ action: { verb: 'volumeDelete', effects, evidence }, hits }],
  } as Pick<Decision, 'id' | 'impacts'> as Decision
}

const one = decisionOn(hit('3d2c-42fb'))

interface Scene {
  readonly folder: string
  readonly artefact: string
  readonly prove: (
    script: string,
    changes?: Partial<CommandSafeguard>,
    decision?: Decision,
  ) => ReturnType<typeof proveBackup>
}

/** A backup command that is a shell script of one line; `$1` and `$2` are resource and decision. */
function stage(t: TestContext, environment: Readonly<Record<string, string>> = {}): Scene {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-safeguards-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const artefact = join(folder, 'dec_one.dump')
  return {
    folder,
    artefact,
    prove(script, changes = {}, decision = one) {
      const configured: CommandSafeguard = {
        kind: 'command',
        name,
        command: ['/bin/sh', '-c', script, 'sh', '{resource}', '{decision}'],
        artefact: join(folder, '{decision}.dump'),
        minutesMax: 1,
        ...changes,
      }
      const parts = { environment: { PATH: '/usr/bin:/bin', OUT: artefact, ...environment } }
      return proveBackup(configured, decision, { ...parts, concealed: ['VAULT'], run: runCommand })
    },
  }
}

test('a whole new file is the proof, by size and hash', async (t) => {
  const { prove, artefact } = stage(t)
  const proof = await prove('printf "backup of $1 for $2" > "$OUT"')
  const text = 'backup of 3d2c-42fb for dec_one'
  assert.equal(readFileSync(artefact, 'utf8'), text)
  assert.deepEqual(proof, {
    kind: 'proven',
    says: `independent-backup left ${text.length} bytes of volume 3d2c-42fb`,
    artefact,
    bytes: text.length,
    sha256: sha256(text),
  })
})

const failures: readonly (readonly [string, RegExp])[] = [
  ['exit 3', /ended with 3/],
  ['printf x > "$OUT"; exit 1', /ended with 1/],
  ['kill -TERM $$', /ended by SIGTERM/],
  ['true', /left no such file/],
  [': > "$OUT"', /it is empty/],
  ['mkdir "$OUT"', /not a regular file/],
  ['printf x > "$OUT.real"; ln -s "$OUT.real" "$OUT"', /symbolic link/],
  ['mkfifo "$OUT"', /not a regular file/],
  ['printf x > "$OUT"; chmod 600 "$OUT"; rm "$OUT"; ln -s /dev/zero "$OUT"', /symbolic link/],
]

for (const [script, why] of failures) {
  test(`no proof: ${script}`, async (t) => {
    const proof = await stage(t).prove(script)
    assert.ok(proof.kind === 'failed')
    assert.match(proof.why, why)
  })
}

test('a file that was there before proves nothing, and the command is not run', async (t) => {
  const { prove, artefact, folder } = stage(t)
  writeFileSync(artefact, 'an older backup')
  const proof = await prove(`touch ${folder}/ran; printf new > "$OUT"`)
  assert.ok(proof.kind === 'failed')
  assert.match(proof.why, /is there already/)
  assert.equal(existsSync(join(folder, 'ran')), false)
  const dangling = stage(t)
  symlinkSync(join(folder, 'nowhere'), dangling.artefact)
  assert.equal((await dangling.prove('printf new > "$OUT"')).kind, 'failed')
})

test('a program that cannot be started is a failed proof', async (t) => {
  const { prove, folder } = stage(t)
  const command = [join(folder, 'missing')] as const
  const proof = await prove('', { command })
  assert.deepEqual(proof, {
    kind: 'failed',
    why: `\`${join(folder, 'missing')}\` could not be started (ENOENT)`,
  })
  const file = join(folder, 'not-executable')
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o600)
  const denied = await prove('', { command: [file] })
  assert.ok(denied.kind === 'failed')
  assert.match(denied.why, /EACCES/)
})

test('a deadline ends the command and all it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-safeguards-'))
  const line: CommandLine = {
    program: '/bin/sh',
    arguments: ['-c', `(sleep 1; touch ${folder}/late) & sleep 30`],
    environment: { PATH: '/usr/bin:/bin' },
    milliseconds: 200,
  }
  const end: CommandEnd = await runCommand(line)
  assert.deepEqual(end, { kind: 'timed-out' })
  await new Promise((resolve) => setTimeout(resolve, 1400))
  assert.equal(existsSync(join(folder, 'late')), false)
  rmSync(folder, { recursive: true })
})

test('a child left behind cannot go on writing what was proven', async (t) => {
  const { prove, artefact } = stage(t)
  const proof = await prove('printf x > "$OUT"; (sleep 0.5; printf y >> "$OUT") &')
  assert.equal(proof.kind, 'proven')
  await new Promise((resolve) => setTimeout(resolve, 800))
  assert.equal(readFileSync(artefact, 'utf8'), 'x')
})

test('the command sees nothing of Holdpoint', async (t) => {
  const secrets = { HOLDPOINT_VAULT_KEY: 's1', holdpoint_other: 's2', VAULT: 's3', KEPT: 'kept' }
  const { prove, artefact } = stage(t, secrets)
  assert.equal((await prove('env > "$OUT"')).kind, 'proven')
  const seen = readFileSync(artefact, 'utf8')
  assert.match(seen, /KEPT=kept/)
  assert.doesNotMatch(seen, /s1|s2|s3/)
})

const subjects: readonly (readonly [string, Decision, RegExp])[] = [
  ['two resources', decisionOn(hit('a'), hit('b')), /changes 2 resources/],
  ['no resource', decisionOn(hit(null)), /names no single resource/],
  ['only a reading', decisionOn(hit('a', 'discovered', 'read')), /changes nothing/],
  ['an unknown effect', decisionOn(hit('a'), hit('b', 'discovered', 'unknown')), /unreadable/],
  ['a resource nobody found', decisionOn(hit('a', 'unresolved')), /not found at the provider/],
  ['an id that climbs', decisionOn(hit('../../etc/passwd')), /not safe/],
  ['an id that is an option', decisionOn(hit('--upload=evil')), /not safe/],
  ['an id with a space', decisionOn(hit('a b')), /not safe/],
  ['an id with a newline', decisionOn(hit('a\n')), /not safe/],
  ['a long id', decisionOn(hit('a'.repeat(129))), /not safe/],
]

for (const [what, decision, why] of subjects) {
  test(`nothing is run for ${what}`, async (t) => {
    const { prove, folder } = stage(t)
    const proof = await prove(`touch ${folder}/ran`, {}, decision)
    assert.ok(proof.kind === 'failed')
    assert.match(proof.why, why)
    assert.equal(existsSync(join(folder, 'ran')), false)
    const safeguards = createSafeguards({
      configured: [],
      environment: {},
      concealed: [],
      run: runCommand,
      backups: null,
    })
    assert.match(safeguards.canProve([name], decision) ?? '', /not configured/)
  })
}

test('the same resource in several environments is one', async (t) => {
  const { prove } = stage(t)
  const decision = decisionOn(hit('a'), hit('a'), hit('b', 'discovered', 'read'))
  assert.equal((await prove('printf x > "$OUT"', {}, decision)).kind, 'proven')
})

test('what can be proven is known before anyone is asked', () => {
  const configured: ConfiguredSafeguard = {
    kind: 'command',
    name,
    command: ['x'],
    artefact: '/x',
    minutesMax: 1,
  }
  const safeguards = createSafeguards({
    configured: [configured],
    environment: {},
    concealed: [],
    run: runCommand,
    backups: null,
  })
  assert.equal(safeguards.canProve([name], one), null)
  assert.equal(safeguards.canProve([], decisionOn(hit(null))), null)
  assert.match(safeguards.canProve([name], decisionOn(hit(null))) ?? '', /no single resource/)
  const other = 'quarantine' as SafeguardName
  assert.match(safeguards.canProve([name, other], one) ?? '', /`quarantine` is not configured/)
})

test('a large artefact is hashed without being held', async (t) => {
  const { prove, folder } = stage(t)
  mkdirSync(join(folder, 'x'))
  const before = process.memoryUsage().arrayBuffers
  const proof = await prove('dd if=/dev/zero of="$OUT" bs=1048576 count=64 2>/dev/null')
  assert.ok(proof.kind === 'proven')
  assert.equal(proof.bytes, 64 * 1_048_576)
  assert.ok(process.memoryUsage().arrayBuffers - before < 32 * 1_048_576)
})
