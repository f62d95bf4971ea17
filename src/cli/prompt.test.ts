import assert from 'node:assert/strict'
import { test } from 'node:test'

import { openTerminal } from '../../test/cli/terminal.ts'
import { confirmByTyping, createPrompt, readPiped } from './prompt.ts'

test('a hidden answer is neither shown nor printable, and the echo comes back', async () => {
  const seen = openTerminal({ tty: true, stdin: null })
  const prompt = createPrompt(seen.surroundings)
  const asking = prompt.hidden('Token:', 'railway')
  seen.type('s3cret')
  const value = await asking
  prompt.close()
  assert.equal(value.reveal(), 's3cret')
  assert.equal(String(value), '[secret railway]')
  assert.deepEqual(seen.echoes, [false, true])
  assert.doesNotMatch(seen.stderr() + seen.stdout(), /s3cret/)
})

test('Ctrl-C at a hidden question gives the echo back', async () => {
  const seen = openTerminal({ tty: true, stdin: null })
  const prompt = createPrompt(seen.surroundings)
  const asking = prompt.hidden('Token:', 'railway')
  seen.signal('SIGINT')
  await assert.rejects(asking, { code: 'interrupted' })
  assert.deepEqual(seen.echoes, [false, true])
})

test('a terminal that cannot hide is not asked for a secret', async () => {
  const seen = openTerminal({ tty: true, stdin: null, hidesTyping: false })
  const prompt = createPrompt(seen.surroundings)
  await assert.rejects(prompt.hidden('Token:', 'railway'), { code: 'needs-terminal' })
  prompt.close()
})

test('a plain question has a usual answer', async () => {
  const seen = openTerminal({ tty: true, stdin: null })
  const prompt = createPrompt(seen.surroundings)
  seen.type('')
  seen.type(' other ')
  assert.equal(await prompt.line('Which?', 'usual'), 'usual')
  assert.equal(await prompt.line('Which?', 'usual'), 'other')
  prompt.close()
})

test('a secret from a pipe loses the newline at its end, and is bounded', async () => {
  assert.equal(
    (await readPiped(openTerminal({ stdin: 'abc\n' }).surroundings, 'x')).reveal(),
    'abc',
  )
  assert.equal((await readPiped(openTerminal({ stdin: 'abc' }).surroundings, 'x')).reveal(), 'abc')
  const long = openTerminal({ stdin: 'x'.repeat(70_000) })
  await assert.rejects(readPiped(long.surroundings, 'x'), { code: 'usage-secret' })
})

test('only a person at a terminal who types the word confirms', async () => {
  const piped = openTerminal({ stdin: 'cursor\n' })
  await assert.rejects(confirmByTyping(piped.surroundings, 'sure', 'cursor'), {
    code: 'needs-terminal',
  })
  for (const [typed, code] of [
    ['yes', 'not-confirmed'],
    ['', 'not-confirmed'],
    ['cursor', null],
  ] as const) {
    const seen = openTerminal({ tty: true, stdin: null })
    seen.type(typed)
    const confirming = confirmByTyping(seen.surroundings, 'sure', 'cursor')
    if (code === null) await confirming
    else await assert.rejects(confirming, { code })
  }
})
