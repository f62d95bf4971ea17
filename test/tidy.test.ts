import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isTest, sourceFiles } from './source-files.ts'

const files = sourceFiles('src', 'simulators', 'bench', 'test', 'policies', 'console')
const product = files.filter(({ path }) => !isTest(path))

/** Words that may stand only where a row allows them, and why. */
const fenced: readonly { pattern: RegExp; allowed: RegExp; why: string }[] = [
  {
    pattern: /\bas any\b|: any\b|as unknown as|@ts-ignore|@ts-expect-error/,
    allowed: /^$/,
    why: 'no casts round the types',
  },
  {
    pattern: /^\s*(export )?(const )?enum |export default/,
    allowed: /console\/vite\.config\.ts$|^bench\/untyped\.d\.ts$|^test\/reporter\.ts$/,
    why: 'named exports, unions',
  },
  {
    pattern: /\bDate\.now\(/,
    allowed: /^(src\/system\/clock\.ts|simulators\/|bench\/|test\/|console\/)/,
    why: 'the clock is an argument',
  },
  { pattern: /\bMath\.random\(/, allowed: /^$/, why: 'randomness is an argument' },
  {
    pattern: /(?<![.\w])fetch\(/,
    allowed: /^(simulators\/|console\/|bench\/|test\/)/,
    why: 'the network is an argument',
  },
  {
    pattern: /\bprocess\.env\b/,
    allowed: /^(src\/cli\/(hook-)?main\.ts|simulators\/|bench\/|test\/|console\/vite)/,
    why: 'the environment is an argument',
  },
  {
    pattern: /\bconsole\.(log|error|warn)\(/,
    allowed: /^(simulators\/|bench\/|test\/)/,
    why: 'output is an argument',
  },
  {
    pattern: /\bTODO\b|\bFIXME\b|\bXXX\b/,
    allowed: /^test\/tidy\.test\.ts$/,
    why: 'it is done, or it is a limit',
  },
  {
    pattern: /\.(skip|only|todo)\(/,
    allowed: /^test\/tidy\.test\.ts$/,
    why: 'a skip says why, through its option',
  },
]

for (const { pattern, allowed, why } of fenced) {
  test(`${String(pattern)}: ${why}`, () => {
    const found = files
      .filter(
        ({ path }) =>
          !allowed.test(path) && (!isTest(path) || !/Date|fetch|env|console/.test(pattern.source)),
      )
      .filter(({ path }) => path !== 'test/tidy.test.ts')
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
      )
    assert.deepEqual(found, [])
  })
}

/** A sentence that is one literal is not broken for its length, nor is an address. */
function columnsOf(line: string): number {
  const literal = /'(?:[^'\\]|\\.)*'|`[^`]*`|`[^`]*$|\/(?:[^/\\]|\\.)+\/\w*|https?:\S+/g
  return line.replace(literal, '').length
}

test('files fit in 400 lines, lines in 100 columns', () => {
  const long = files.filter(({ text }) => text.split('\n').length > 401).map(({ path }) => path)
  const wide = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => (columnsOf(line) > 100 ? [`${path}:${i + 1}`] : [])),
  )
  assert.deepEqual(long, [])
  assert.deepEqual(wide, [])
})

test('every token that Holdpoint makes starts with a prefix of its own', () => {
  for (const prefix of ['hpl_', 'hpe_', 'hpk_', 'hps_', 'hpb_', 'hpv_']) {
    assert.ok(
      product.some(({ text }) => text.includes(`'${prefix}`) || text.includes(`\`${prefix}`)),
      prefix,
    )
  }
})

test('no folder is called for what is in every folder', () => {
  const vague = files.filter(({ path }) =>
    /\/(utils|helpers|common|core|services|managers)\b/.test(path),
  )
  assert.deepEqual(
    vague.map(({ path }) => path),
    [],
  )
})

test('only those who must may open a concealed value', () => {
  const allowed =
    /^src\/(domain\/concealed|credentials\/|upstreams\/|doors\/http\/|notify\/|sign-in\/|keeping\/keeper|cli\/|decide|api\/(control-(client|socket)|console\/deeds\/))|^bench\/(postgres\/)?gate-process/
  const found = product.filter(({ path, text }) => /\.reveal\(\)/.test(text) && !allowed.test(path))
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  )
})
