import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import type { Action } from '../domain/action.ts'
import { around } from '../../test/corpus/shell-lines.ts'
import { createCommandReading } from './commands.ts'
import type { CarriedHttp } from './commands.ts'
import { createSqlReading } from './reading.ts'

const sql = await createSqlReading()
after(() => sql.close())
const commands = createCommandReading({ sql })

function kinds(actions: readonly Action[]): readonly string[] {
  return [...new Set(actions.flatMap(({ effects }) => effects.map(({ kind }) => kind)))].sort()
}

test('what is over a limit is unknown, and nothing rejects', async () => {
  const nested = (depth: number): string =>
    depth === 0
      ? 'rm -rf src'
      : `python3 -c ${JSON.stringify(`import os; os.system(${JSON.stringify(nested(depth - 1))})`).replaceAll('$', '\\$')}`
  const awkward = [
    nested(4),
    'a'.repeat(3_000_000),
    `${'('.repeat(20_000)}rm${')'.repeat(20_000)}`,
    'rm -rf src; '.repeat(20_000),
    `git -c alias.a='a' a`,
    `git ${"-c alias.a='!git a' ".repeat(300)} a`,
    `git submodule foreach 'git submodule foreach "git submodule foreach ls"'`,
    '\0\uD800rm',
    'if then fi',
  ]
  for (const text of awkward) {
    const actions = await commands.read(text, around)
    for (const { evidence } of actions) {
      assert.ok(evidence.excerpt.length <= 200)
      assert.ok(evidence.excerpt.isWellFormed())
    }
  }
  assert.deepEqual(kinds(await commands.read('a'.repeat(3_000_000), around)), ['unknown'])
  assert.deepEqual(kinds(await commands.read(`git -c alias.a='a' a`, around)), ['unknown'])
})

test('a command inside a program inside a command is read, as deep as it may be', async () => {
  const once = `python3 -c "import os; os.system('rm -rf src')"`
  assert.ok(kinds(await commands.read(once, around)).includes('destroy'))
  const deep = `${"git submodule foreach '".repeat(1)}rm -rf src'`
  assert.ok(kinds(await commands.read(deep, around)).includes('destroy'))
})

test('a request goes to whoever understands it, and is read by its method where nobody does', async () => {
  const asked: CarriedHttp[] = []
  const reading = createCommandReading({
    sql,
    http: (request) => {
      asked.push(request)
      return null
    },
  })
  const actions = await reading.read('curl -X DELETE https://api.example.com/users/1', around)
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    ['DELETE https://api.example.com/users/1'],
  )
  assert.ok(kinds(actions).includes('destroy'))
})
