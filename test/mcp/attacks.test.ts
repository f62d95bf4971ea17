// What agents and servers might try at the MCP door, one test for each class; that nothing is sent
// on is seen at the server, which writes down every line that it is given.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { temporaryFolder } from '../receipts.ts'
import { begun, everything, initialize, quiet, raw, until } from './clients.ts'
import { openScene } from './gate.ts'
import type { Scene } from './gate.ts'

const hostile = join(import.meta.dirname, 'hostile.ts')

async function hostileScene(t: TestContext, way: string) {
  const log = join(temporaryFolder(t), 'log')
  const scene = await openScene(t, {
    yaml: `
mcp:
  lab:
    environment: lab/one
    command: '${process.execPath}'
    args: ['${quiet}', '${hostile}', '${way}', '${log}']
    tools: {look: read}`,
  })
  const session = await begun(scene, 'lab')
  const heard = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  return { scene, session, heard }
}

const look = (args = '{}', id: number | string = 2): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call",` +
  `"params":{"name":"look","arguments":${args}}}`

test('what two readers could read differently, and what acts without a name, is not sent', async (t) => {
  const { scene, session, heard } = await hostileScene(t, 'stray')
  for (const [body, status] of [
    [look('{"path":"a","path":"b"}'), 400],
    [look('{"path":"a","p\\u0061th":"b"}'), 400],
    [look('{"deep":{"path":"a","path":"b"}}'), 400],
    [look('{"path":"\\ud800"}'), 400],
    [`${look()}\n${look()}`, 400],
    [`[${look()}]`, 400],
    [`\ufeff${look()}`, 400],
    [look(`"${'x'.repeat(4_300_000)}"`), 413],
    ['{"jsonrpc":"2.0","id":3,"method":"tasks/obliterate","params":{"taskId":"1"}}', 200],
    ['{"jsonrpc":"2.0","id":3,"method":"Tools/call","params":{"name":"look"}}', 200],
    ['{"jsonrpc":"2.0","id":3,"method":"tools/call ","params":{"name":"look"}}', 400],
    ['{"jsonrpc":"2.0","method":"tools/call","params":{"name":"look"}}', 202],
    ['{"jsonrpc":"2.0","method":"notifications/obey","params":{}}', 202],
    ['{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{}}}', 400],
  ] as const) {
    const answer = await raw(scene, 'lab', body, session)
    assert.equal(answer.status, status, `${body.slice(0, 80)}: ${answer.text}`)
    if (status === 200) assert.match(answer.text, /-32601/)
  }
  assert.doesNotMatch(heard(), /path|obliterate|Tools|obey|accept|"tools\/call"/)
})

test('marks that some readers of lines take for an end stay inside of their string', async (t) => {
  const { scene, session, heard } = await hostileScene(t, 'early')
  const { text } = await raw(scene, 'lab', look('{"a":"1\u20282\u20293\u00854"}'), session)
  assert.match(text, /done/)
  assert.match(heard(), /"1\\u20282\\u20293\\u00854"/)
})

test('an answer to nothing, a second answer, and the answer of another id are dropped', async (t) => {
  const { scene, session } = await hostileScene(t, 'stray')
  const { text } = await raw(scene, 'lab', look(), session)
  assert.match(text, /first/)
  assert.doesNotMatch(text, /STRAY/)
})

test('an answer that reads two ways is told as no answer', async (t) => {
  const { scene, session } = await hostileScene(t, 'twofold')
  const { text } = await raw(scene, 'lab', look(), session)
  assert.match(text, /cannot be read/)
  const unknown = (): boolean =>
    scene.facts().some((fact) => fact.kind === 'ended' && fact.outcome.kind === 'unknown')
  assert.ok(await until(unknown), 'it may have happened')
})

test('what a server asks too early, or may not ask, is answered by the gate', async (t) => {
  for (const [way, refused] of [
    ['early', 'nothing may be asked before the session has begun'],
    ['asking', 'not taken here'],
  ] as const) {
    const { scene, session, heard } = await hostileScene(t, way)
    const { text } = await raw(scene, 'lab', look(), session)
    assert.match(text, /done/)
    assert.doesNotMatch(text, /sampling|elicitation|tools\/call|obey/)
    assert.equal(heard().split(refused).length, 3, `${way}: both are refused`)
  }
})

test('a tool that changes between list and call of one session is withheld', async (t) => {
  const { scene, session, heard } = await hostileScene(t, 'changing')
  assert.match((await raw(scene, 'lab', look(), session)).text, /done/)
  const { text } = await raw(scene, 'lab', look('{"again":1}', 3), session)
  assert.match(text, /holdpoint mcp accept lab look/)
  assert.doesNotMatch(heard(), /again/)
})

test('an answer without end ends its session, and is told', async (t) => {
  const { scene, session } = await hostileScene(t, 'huge')
  const { text } = await raw(scene, 'lab', look(), session)
  assert.match(text, /longer than may be; it may have happened/)
  assert.deepEqual(scene.faults, [])
})

async function elicitScene(t: TestContext): Promise<Scene> {
  return openScene(t, {
    yaml: `
mcp:
  lab:
    environment: lab/one
    command: '${process.execPath}'
    args: ['${quiet}', '${everything}']
    tools: {echo: read, test_elicitation: read}`,
  })
}

const elicit = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 7, method: 'tools/call' },
  params: { name: 'test_elicitation', arguments: { message: 'sure?' } },
})
const ask = initialize.replace('"capabilities":{}', '"capabilities":{"elicitation":{}}')

/** A call that waits for an answer of the client; what it is told, as it comes. */
async function waiting(scene: Scene, session: Readonly<Record<string, string>>) {
  const headers = {
    ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    ...session,
  }
  const { body } = await fetch(scene.url('lab'), { method: 'POST', headers, body: elicit })
  assert.ok(body !== null)
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  const next = async (): Promise<string> => (await reader.read()).value ?? ''
  const asked = /"id":(\d+)/.exec(await next())?.[1]
  assert.ok(asked !== undefined, 'the server asks')
  return { asked, next }
}

test('two agents do not see each other’s answers, questions or sessions', async (t) => {
  const scene = await elicitScene(t)
  const sessionOf = async (lease: string): Promise<Readonly<Record<string, string>>> => {
    const authorization = `Bearer ${lease}`
    const { session } = await raw(scene, 'lab', ask, { authorization })
    return { authorization, 'mcp-session-id': session ?? '' }
  }
  const one = await sessionOf(scene.lease)
  const two = await sessionOf(scene.other)
  const { asked, next } = await waiting(scene, one)
  const yes = `{"jsonrpc":"2.0","id":${asked},"result":{"action":"accept","content":{"response":"y"}}}`

  const stolen = { ...two, 'mcp-session-id': one['mcp-session-id'] ?? '' }
  assert.equal((await raw(scene, 'lab', yes, stolen)).status, 404)
  assert.equal((await raw(scene, 'lab', yes, two)).status, 400, 'nobody asked that agent')
  for (const method of ['GET', 'DELETE']) {
    const headers = { ...stolen, accept: 'text/event-stream' }
    assert.equal((await fetch(scene.url('lab'), { method, headers })).status, 404, method)
  }

  // The same id is free in another session, and taken in this one.
  const echo = elicit.replace('test_elicitation', 'echo').replace('"message"', '"text"')
  assert.match((await raw(scene, 'lab', echo, two)).text, /sure/)
  assert.match((await raw(scene, 'lab', echo, one)).text, /with this id is under way/)

  assert.equal((await raw(scene, 'lab', yes, one)).status, 202)
  assert.match(await next(), /action=accept/)
  assert.equal((await raw(scene, 'lab', yes, one)).status, 400, 'it is answered once')
  assert.deepEqual(scene.faults, [])
})
