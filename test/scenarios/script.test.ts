import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parseScript, playPhase, splitWords } from './script.ts'
import type { Printed, Stage } from './script.ts'

const echo: Stage = {
  value: (name) => `<${name}>`,
  run: (words) =>
    Promise.resolve({ stdout: words.join(' '), stderr: '', code: words[0] === 'false' ? 1 : 0 }),
}

function fresh(): { printed: Printed } {
  return { printed: { stdout: '', stderr: '', code: 0 } }
}

test('phases, quotes, continuations and negation are read', () => {
  const phases = parseScript("# one\nsay 'a b' \\\n  c\n! false\n\n# two\nsay d")
  assert.deepEqual(
    phases.map(({ title, lines }) => [title, lines.length]),
    [
      ['one', 2],
      ['two', 1],
    ],
  )
  assert.deepEqual(phases[0]?.lines[0]?.words, ['say', 'a b', 'c'])
  assert.deepEqual(splitWords(`a 'b "c"' "d e"`), ['a', 'b "c"', 'd e'])
})

test('a check that does not hold fails its phase, and a failure that did not come does', async () => {
  const play = (text: string): Promise<void>[] =>
    parseScript(text).map((phase) => playPhase(phase, echo, fresh()))
  await Promise.all(play("say '${X}'\nstdout '<X>'\n! stdout 'Y'\n! false"))
  await assert.rejects(Promise.all(play("say a\nstdout 'b'")), /lacks `b`/)
  await assert.rejects(Promise.all(play('! say a')), /should have failed/)
  await assert.rejects(Promise.all(play('false')), /this failed/)
})
