import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { createRealWorld } from '../../src/cli/real-world.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { openFolder } from '../cli/folder.ts'
import { openTerminal } from '../cli/terminal.ts'
import type { TerminalOptions } from '../cli/terminal.ts'
import { filled } from './values.ts'
import { pathOf } from './world.ts'

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(argv: readonly string[], options: TerminalOptions): Promise<Ran> {
  const seen = openTerminal({ ...options, argv })
  const code = await runCommandLine(seen.surroundings, '1', () =>
    Promise.resolve(createRealWorld()),
  )
  return { code, stdout: seen.stdout(), stderr: seen.stderr() }
}

interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly write: (path: string, text: string) => string
}

function open(t: TestContext): Place {
  const cwd = openFolder(t)
  const home = join(cwd, '..', `${cwd.split('/').at(-1) ?? ''}-home`)
  mkdirSync(home)
  t.after(() => rmSync(home, { recursive: true, force: true }))
  return {
    cwd,
    env: { HOME: home, PATH: pathOf() },
    write(path, text) {
      const file = join(cwd, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
  }
}

test('nothing found is 0, something is 4, not everything read is 5', async (t) => {
  const { cwd, env, write } = open(t)
  assert.equal((await run(['scan', '.'], { cwd, env })).code, 0)
  write('big.sql', 'x')
  const big = join(cwd, 'big.sql')
  writeFileSync(big, Buffer.alloc(33 * 2 ** 20, 'x'))
  assert.equal((await run(['scan', '.'], { cwd, env })).code, 5)
  write('.env', filled('RAILWAY_TOKEN={uuid}\n', 'x'))
  assert.equal((await run(['scan', '.'], { cwd, env })).code, 4)
  assert.equal((await run(['scan', 'nowhere'], { cwd, env })).code, 3)
  assert.equal((await run(['scan', '--only', 'moon'], { cwd, env })).code, 2)
})

test('no value is in any output: for people, JSON, SARIF, and with a terminal', async (t) => {
  const { cwd, env, write } = open(t)
  const values: string[] = []
  const keep = (template: string): string => {
    const value = filled(template, template)
    values.push(value)
    return value
  }
  write(
    '.env',
    `RAILWAY_API_TOKEN=${keep('{uuid}')}\nX=${keep('sbp_{hex:40}')}\nDATABASE_URL=postgres://a:${keep('{b62:20}')}@db.acme.io/x\n`,
  )
  write(
    'k.yaml',
    `password: ${keep('{b62:18}')}\ndata: ${Buffer.from(keep('ghp_{b62:36}')).toString('base64')}\n`,
  )
  write('id', `${keep('{pem:PLAIN}')}\n`)
  for (const argv of [
    ['scan'],
    ['scan', '--json'],
    ['scan', '--sarif'],
    ['scan', '.', '--no-color'],
  ]) {
    for (const tty of [false, true]) {
      const { code, stdout, stderr } = await run(argv, { cwd, env, tty })
      assert.equal(code, 4)
      for (const value of values) {
        for (const part of [value, value.slice(0, 16), value.slice(-12)]) {
          if (/^-+|PRIVATE KEY|^sbp_$/.test(part)) continue
          assert.ok(!(stdout + stderr).includes(part), argv.join(' '))
        }
      }
    }
  }
  const salt = readFileSync(join(env['HOME'] ?? '', '.local/state/holdpoint/scan-salt'), 'utf8')
  assert.match(salt, /^[0-9a-f]{64}\n$/)
})

test('SARIF has what the schema asks for, and fingerprints that last', async (t) => {
  const { cwd, env, write } = open(t)
  write('a b/.env', filled('RAILWAY_API_TOKEN={uuid}\n', 'x'))
  const first = JSON.parse((await run(['scan', '.', '--sarif'], { cwd, env })).stdout) as Sarif
  const again = JSON.parse((await run(['scan', '.', '--sarif'], { cwd, env })).stdout) as Sarif
  assert.deepEqual(first, again)
  assert.equal(first.version, '2.1.0')
  const [{ tool, results }] = first.runs
  const [result] = results
  assert.equal(tool.driver.rules[result.ruleIndex]?.id, result.ruleId)
  assert.equal(result.level, 'error')
  const { artifactLocation, region } = result.locations[0].physicalLocation
  assert.deepEqual(artifactLocation, { uri: 'a%20b/.env', uriBaseId: 'ROOT' })
  assert.equal(region.startLine, 1)
  assert.deepEqual(Object.keys(result.partialFingerprints), [
    'holdpointCredential/v1',
    'holdpointPlace/v1',
  ])
})

interface Sarif {
  readonly version: string
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { id: string }[] } }
      readonly results: readonly [
        {
          readonly ruleId: string
          readonly ruleIndex: number
          readonly level: string
          readonly message: { readonly text: string }
          readonly partialFingerprints: Readonly<Record<string, string>>
          readonly locations: readonly [
            {
              readonly physicalLocation: {
                readonly artifactLocation: object
                readonly region: { startLine: number }
              }
            },
          ]
        },
      ]
    },
  ]
}

test('names that would move a terminal are written out', async (t) => {
  const { cwd, env, write } = open(t)
  write('\x1b[2J\x1b[1;1Hall is well\r.env', filled('RAILWAY_API_TOKEN={uuid}\n', 'x'))
  for (const argv of [
    ['scan', '.'],
    ['scan', '.', '--json'],
    ['scan', '.', '--sarif'],
  ]) {
    const { stdout, stderr } = await run(argv, { cwd, env })
    assert.doesNotMatch(stdout + stderr, /[\x00-\x09\x0b-\x1f\x7f]/)
  }
})

test('--move asks a person, keeps the value in the vault, and takes exactly it out', async (t) => {
  const { cwd, env, write } = open(t)
  const token = filled('{uuid}', 'token')
  const password = filled('{b62:20}', 'password')
  const file = write('.env', `# keep me: ünï\r\nRAILWAY_API_TOKEN="${token}" # a note\nPORT=3000`)
  chmodSync(file, 0o640)
  write('c.json', `{"url": "postgres://app:${password}@db.acme.io/shop", "n": 1}`)
  const seen = openTerminal({ argv: ['scan', '.', '--move'], cwd, env, tty: true, stdin: null })
  seen.type('y')
  seen.type('shop-database')
  const code = await runCommandLine(seen.surroundings, '1', () =>
    Promise.resolve(createRealWorld()),
  )
  assert.equal(code, 0, seen.stderr())
  assert.equal(
    readFileSync(file, 'utf8'),
    '# keep me: ünï\r\nRAILWAY_API_TOKEN="holdpoint:railway-api-token" # a note\nPORT=3000',
  )
  assert.equal(statSync(file).mode & 0o777, 0o640)
  const json = readFileSync(join(cwd, 'c.json'), 'utf8')
  assert.equal(json, '{"url": "postgres://app:holdpoint:shop-database@db.acme.io/shop", "n": 1}')
  const { stdout } = await run(['secret', 'list', '--json'], { cwd, env })
  assert.match(stdout, /railway-api-token/)
  assert.match(stdout, /shop-database/)
  assert.equal((await run(['scan', '.'], { cwd, env })).code, 0)
  for (const value of [token, password]) {
    assert.ok(!(seen.stdout() + seen.stderr()).includes(value))
  }
})

test('--move without a terminal moves nothing, and n leaves it', async (t) => {
  const { cwd, env, write } = open(t)
  const text = filled('RAILWAY_API_TOKEN={uuid}\n', 'x')
  const file = write('.env', text)
  assert.equal((await run(['scan', '.', '--move'], { cwd, env })).code, 3)
  const seen = openTerminal({ argv: ['scan', '.', '--move'], cwd, env, tty: true, stdin: null })
  seen.type('n')
  assert.equal(
    await runCommandLine(seen.surroundings, '1', () => Promise.resolve(createRealWorld())),
    4,
  )
  assert.equal(readFileSync(file, 'utf8'), text)
})
