import assert from 'node:assert/strict'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

import { isTest, sourceFiles } from './source-files.ts'

/**
 * Who may import whom, in the order in which a request goes. `type:x` allows only `import type`.
 */
const arrows: Readonly<Record<string, string>> = {
  domain: '',
  wire: 'domain languages',
  languages: 'domain wire npm:graphql npm:libpg-query npm:unbash',
  providers: 'domain wire languages',
  inventory: 'domain wire type:providers',
  words: 'domain wire',
  policy: 'domain wire npm:@cedar-policy/cedar-wasm',
  breaker: 'domain',
  advice: 'domain wire',
  'interpret.ts': 'domain providers type:parts.ts',
  'refusals.ts': 'domain',
  'sessions.ts': 'domain',
  'clearance.ts': 'domain ledger',
  'parts.ts': 'domain type:clearance.ts type:ledger type:refusals.ts type:sessions.ts',
  'standing-reads.ts': 'domain clearance.ts type:ledger type:parts.ts',
  'gateway.ts': 'domain refusals.ts type:clearance.ts type:ledger type:parts.ts',
  system: 'domain wire node',
  store: 'domain system wire node',
  ledger: 'domain system wire type:store node',
  doors: 'domain system wire languages type:advice type:snapshots node npm:@peculiar/x509',
  credentials: 'domain system wire type:ledger type:store clearance.ts node',
  upstreams: 'domain system wire type:languages type:credentials clearance.ts type:providers node',
  discovery: 'domain system wire inventory type:clearance.ts type:ledger type:providers',
  reading: 'domain system wire languages providers node',
  holds: 'domain system wire type:ledger type:store node npm:@simplewebauthn/server',
  safeguards: 'domain system type:clearance.ts node',
  'sign-in': 'domain system wire holds type:clearance.ts type:ledger npm:openid-client node',
  keeping:
    'domain system wire type:api type:clearance.ts type:configuration type:ledger type:store npm:zod',
  configuration: 'domain system wire type:inventory type:providers node npm:yaml npm:zod',
  notify:
    'domain system wire words type:clearance.ts type:configuration type:credentials type:ledger type:store node npm:nodemailer npm:standardwebhooks npm:web-push',
  evidence: 'domain system wire words type:ledger type:store node npm:pdfkit',
  replay: 'domain policy system words type:store node',
  'decide.ts': 'domain system type:parts.ts',
  snapshots: 'domain system node',
  sandbox: 'domain system node npm:@anthropic-ai/sandbox-runtime',
  hooks: 'domain system type:doors node',
  scan: 'domain system wire type:providers node npm:@secretlint/secretlint-rule-preset-recommend',
}

const pure = [
  'domain',
  'wire',
  'languages',
  'providers',
  'inventory',
  'policy',
  'breaker',
  'words',
  'advice',
]
/** May import anything: they join, or are at the edge and tested for what they must not reach. */
const joiners = ['main', 'main.ts', 'cli', 'api']

interface Arrow {
  readonly path: string
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

function place(path: string): string {
  const [, first = ''] = path.split('/')
  return first
}

function arrowsOf(path: string, text: string): readonly Arrow[] {
  const found: Arrow[] = []
  const pattern = /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/gm
  for (const [, typeOnly, from, dynamic] of text.matchAll(pattern)) {
    const target = from ?? dynamic ?? ''
    found.push({
      path,
      from: place(path),
      to: destination(path, target),
      typeOnly: typeOnly !== undefined,
    })
  }
  return found
}

function destination(path: string, target: string): string {
  if (target.startsWith('node:')) return 'node'
  if (!target.startsWith('.'))
    return `npm:${target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/')}`
  const resolved = normalize(join(dirname(path), target))
  return resolved.startsWith('src/') ? place(resolved) : resolved
}

const files = sourceFiles('src').filter(({ path }) => !isTest(path))
const all = files.flatMap(({ path, text }) => arrowsOf(path, text))

test('every import goes along an arrow that the plan allows', () => {
  assert.ok(all.length > 200, 'the imports were found')
  const forbidden = all.filter(({ from, to, typeOnly }) => {
    if (from === to || joiners.includes(from)) return false
    const allowed = arrows[from]?.split(' ') ?? []
    return !allowed.includes(to) && !(typeOnly && allowed.includes(`type:${to}`))
  })
  assert.deepEqual(
    forbidden.map(({ path, to }) => `${path} -> ${to}`),
    [],
  )
})

test('pure folders reach no clock, randomness or disk', () => {
  const worldly =
    /\b(Date\.now|Math\.random|performance\.now|process\.|setTimeout|setInterval|fetch\()/
  const found = files.filter(({ path, text }) => pure.includes(place(path)) && worldly.test(text))
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  )
})

test('a provider imports no other provider', () => {
  const across = files
    .filter(({ path }) => /^src\/providers\/[^/]+\//.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/from '(\.[^']+)'/g)].map(
        (match) => [path, normalize(join(dirname(path), match[1] ?? ''))] as const,
      ),
    )
    .filter(([path, to]) => {
      const own = path.split('/').slice(0, 3).join('/')
      return to.split('/').length > 3 && to.startsWith('src/providers/') && !to.startsWith(own)
    })
  assert.deepEqual(across, [])
})

test('the control plane and the console reach neither credentials nor upstreams, but by type', () => {
  const found = all.filter(
    ({ path, to, typeOnly }) =>
      path.startsWith('src/api/') && !typeOnly && ['credentials', 'upstreams'].includes(to),
  )
  assert.deepEqual(found, [])
})

test('only main and the command line reach the vault', () => {
  const found = all.filter(
    ({ from, to, typeOnly }) =>
      to === 'credentials' && !typeOnly && !['main', 'cli', 'credentials'].includes(from),
  )
  assert.deepEqual(found, [])
})

test('a new folder has a row here', () => {
  const known = new Set([...Object.keys(arrows), ...joiners])
  assert.deepEqual(
    [...new Set(files.map(({ path }) => place(path)))].filter((name) => !known.has(name)),
    [],
  )
})
