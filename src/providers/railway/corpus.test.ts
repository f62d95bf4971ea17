// Readings as tables that a person can review: test/corpus/railway/{harmless,destructive,disguised,
// unknown}/*.tsv, a request and its reading per line; `disguised` has a third column, the request
// in plain form, whose reading must be the same. UPDATE=1 rewrites the readings.
//
// A request is a GraphQL document, or JSON (a body sent with POST), or `METHOD target body`; before
// a body, `[name: value]` is a header.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'

import type { Action } from '../../domain/action.ts'
import { worstEffect } from '../../domain/effect.ts'
import type { Effect } from '../../domain/effect.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { HttpPayload } from '../../domain/request.ts'
import { showResource } from '../../domain/resource.ts'
import { createRailwayReader } from './read.ts'

const corpus = new URL('../../../test/corpus/railway/', import.meta.url)
const reader = createRailwayReader()
const updating = process.env['UPDATE'] === '1'

function payloadOf(text: string): HttpPayload {
  const line = /^([A-Z]+) (\S+) ?(.*)$/s.exec(text)
  const [, method = 'POST', target = '/graphql/v2', rest = text] = line ?? []
  const headers: [string, string][] = []
  let body = rest
  for (;;) {
    const header = /^\[([a-z-]+): ([^\]]*)\] ?/.exec(body)
    if (header === null) break
    headers.push([header[1] ?? '', header[2] ?? ''])
    body = body.slice(header[0].length)
  }
  const isDocument = line === null && !body.startsWith('{"') && !body.startsWith('[')
  return {
    kind: 'http',
    upstream: 'railway' as UpstreamName,
    method,
    host: 'backboard.railway.com',
    target,
    headers,
    body: new TextEncoder().encode(isDocument ? JSON.stringify({ query: body }) : body),
    unreadable: null,
  }
}

function read(text: string): NonEmpty<Action> {
  const actions = reader.read(payloadOf(text))
  assert.ok(actions !== null)
  return actions
}

function showEffect(effect: Effect): string {
  if (effect.kind === 'unknown') {
    return `unknown ${effect.legible ? 'legible' : 'illegible'}: ${effect.why}`
  }
  const { kind, resource, extent } = effect
  const within = Object.entries(resource.within).map(([place, id]) => ` in ${place}/${id}`)
  const undo = 'undo' in effect ? ` ${extent} ${effect.undo}` : ''
  return `${kind} ${showResource(resource).replace('railway:', '')}${within.join('')}${undo}`
}

function show(actions: NonEmpty<Action>): string {
  return actions
    .map(({ verb, effects }) => `${verb}: ${effects.map(showEffect).join(' + ')}`)
    .join(' ; ')
}

function worst(actions: NonEmpty<Action>): Effect {
  const [first, ...rest] = actions.flatMap(({ effects }) => effects)
  assert.ok(first)
  return worstEffect(first, ...rest)
}

type Folder = 'harmless' | 'destructive' | 'disguised' | 'unknown'

const belongs: Readonly<Record<Folder, (effect: Effect) => boolean>> = {
  harmless: ({ kind }) => kind === 'read' || kind === 'write',
  destructive: ({ kind }) => kind !== 'read' && kind !== 'write' && kind !== 'unknown',
  disguised: ({ kind }) => kind !== 'read' && kind !== 'write',
  unknown: ({ kind }) => kind === 'unknown',
}

let rows = 0
for (const folder of Object.keys(belongs) as Folder[]) {
  const directory = new URL(`${folder}/`, corpus)
  for (const name of readdirSync(directory).sort()) {
    const file = new URL(name, directory)
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const written = lines.map((line) => (line.startsWith('#') ? line : readRow(folder, name, line)))
    if (updating) writeFileSync(file, `${written.join('\n')}\n`)
  }
}

function readRow(folder: Folder, file: string, line: string): string {
  const [request = '', reading = '', plain] = line.split('\t')
  const actions = read(request)
  rows++
  test(`${folder}/${file}: ${request}`, () => {
    if (!updating) assert.equal(show(actions), reading)
    assert.ok(belongs[folder](worst(actions)), `this is not ${folder}: ${show(actions)}`)
    assert.equal(plain !== undefined, folder === 'disguised', 'a disguise names its plain form')
    if (plain !== undefined) assert.equal(show(actions), show(read(plain)))
    for (const { evidence } of actions) assert.ok(evidence.excerpt.length <= 200)
  })
  return [request, show(actions), ...(plain === undefined ? [] : [plain])].join('\t')
}

test('the corpus is not empty', () => assert.ok(rows > 500, String(rows)))
