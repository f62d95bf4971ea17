import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readCarriedRequests } from './over-http.ts'
import type { HttpCarrier } from './over-http.ts'

const encoder = new TextEncoder()

function post(body: string, contentType?: string, search: string | null = null): HttpCarrier {
  const contentTypes = contentType === undefined ? [] : [contentType]
  return { method: 'POST', search, contentTypes, body: encoder.encode(body) }
}

function get(search: string | null, body = ''): HttpCarrier {
  return { method: 'GET', search, contentTypes: [], body: encoder.encode(body) }
}

const me = { query: '{me{id}}', operationName: null, variables: {} }

for (const [name, carrier, expected] of [
  ['json', post('{"query":"{me{id}}"}', 'application/json'), [me]],
  ['no content type', post('{"query":"{me{id}}"}'), [me]],
  ['as curl sends it', post('{"query":"{me{id}}"}', 'application/x-www-form-urlencoded'), [me]],
  ['called text', post('{"query":"{me{id}}"}', 'text/plain; charset=UTF-8'), [me]],
  ['null variables', post('{"query":"{me{id}}","variables":null,"operationName":null}'), [me]],
  ['known extension', post('{"query":"{me{id}}","extensions":{"clientLibrary":{}}}'), [me]],
  ['batch', post('[{"query":"{me{id}}"},{"query":"{me{id}}"}]'), [me, me]],
  [
    'variables',
    post('{"query":"{me{id}}","variables":{"a":[1]},"operationName":"A"}'),
    [{ query: '{me{id}}', operationName: 'A', variables: { a: [1] } }],
  ],
  ['get', get('query=%7Bme%7Bid%7D%7D'), [me]],
  [
    'get with variables',
    get('query={me{id}}&variables=%7B%22a%22%3A+1%7D&operationName=A'),
    [{ query: '{me{id}}', operationName: 'A', variables: { a: 1 } }],
  ],
] as const) {
  test(`read: ${name}`, () => {
    assert.deepEqual(readCarriedRequests(carrier), { kind: 'requests', requests: expected })
  })
}

const persistedWhy = 'a persisted query: its text is not in the request'
const noRequest = 'not a GraphQL request, which is an object with a `query`'
const noQuery = 'no `query` text'
const noJson = 'the body: not JSON'
const charset = 'a charset other than UTF-8'
const twoInOne = 'a POST with query parameters: two requests in one'
const otherParameter = 'a query parameter of the request that is not read'
const twice = 'a JSON object names a member twice'
const bodyTwice = `the body: ${twice}`
const hidden = 'a member of the request that is not read'

for (const [name, carrier, why] of [
  ['put', { ...post('{"query":"{me}"}'), method: 'PUT' }, 'GraphQL comes with GET or POST'],
  ['both', post('{"query":"{me}"}', '', 'query={me}'), twoInOne],
  ['bare ?', post('{"query":"{me}"}', '', ''), twoInOne],
  ['get body', get('query={me}', '{"query":"{me}"}'), 'a GET with a body: two requests in one'],
  ['get without query', get(null), noQuery],
  ['get twice', get('query={me}&query=mutation{a}'), 'a query parameter comes twice'],
  ['get twice, encoded', get('query={me}&qu%65ry=mutation{a}'), 'a query parameter comes twice'],
  ['get broken escape', get('query=%ff'), 'a query parameter that is not percent-encoded UTF-8'],
  ['get other', get('query={me}&_method=POST'), otherParameter],
  ['get array', get('query[]={me}'), otherParameter],
  ['get hash', get('extensions={"persistedQuery":{"version":1}}'), persistedWhy],
  ['get bad variables', get('query={me}&variables={"a":1,"a":2}'), `\`variables\`: ${twice}`],
  ['duplicate key', post('{"query":"{me}","query":"mutation{a}"}'), bodyTwice],
  ['duplicate variable', post('{"query":"{me}","variables":{"id":"a","id":"b"}}'), bodyTwice],
  ['graphql body', post('mutation{volumeDelete(volumeId:"x")}', 'application/graphql'), noJson],
  ['form', post('query=mutation%7Ba%7D', 'application/x-www-form-urlencoded'), noJson],
  ['empty', post(''), noJson],
  ['string', post('"{me}"'), noRequest],
  ['no query', post('{}'), noQuery],
  ['null query', post('{"query":null}'), noQuery],
  ['list query', post('{"query":["{me}"]}'), noQuery],
  ['empty batch', post('[]'), 'an empty batch'],
  ['batch of batches', post('[[{"query":"{me}"}]]'), noRequest],
  [
    'large batch',
    post(`[${Array(65).fill('{"query":"{me}"}').join()}]`),
    'a batch of more than 64 requests',
  ],
  ['operationName', post('{"query":"{me}","operationName":1}'), '`operationName` is not text'],
  ['variables as text', post('{"query":"{me}","variables":"{}"}'), '`variables` is not an object'],
  ['variables as list', post('{"query":"{me}","variables":[]}'), '`variables` is not an object'],
  ['hash', post('{"extensions":{"persistedQuery":{"sha256Hash":"0"}}}'), persistedWhy],
  ['hash beside text', post('{"query":"{me}","extensions":{"persistedQuery":{}}}'), persistedWhy],
  ['documentId', post('{"documentId":"1","variables":{}}'), persistedWhy],
  ['id', post('{"id":"1","query":"{me}"}'), persistedWhy],
  [
    'other extension',
    post('{"query":"{me}","extensions":{"x":1}}'),
    'an extension of the request that is not read',
  ],
  ['other member', post('{"query":"{me}","Query":"mutation{a}"}'), hidden],
  ['prototype', post('{"query":"{me}","__proto__":{"query":"mutation{a}"}}'), hidden],
  [
    'multipart',
    post('{"query":"{me}"}', 'multipart/form-data; boundary=x'),
    'multipart bodies are not read',
  ],
  ['utf-7', post('{"query":"{me}"}', 'application/json; charset=utf-7'), charset],
  ['utf-16', post('{"query":"{me}"}', 'application/json;charset="UTF-16LE"'), charset],
  [
    'two types',
    { ...post('{"query":"{me}"}'), contentTypes: ['a', 'b'] },
    'more than one content type',
  ],
] as const) {
  test(`refused: ${name}`, () => {
    assert.deepEqual(readCarriedRequests(carrier), { kind: 'refused', why })
  })
}

const form = 'application/x-www-form-urlencoded'

for (const [name, query] of [
  ['plainly', '{me{id}} #&query=mutation{volumeDelete(volumeId:1)}&'],
  ['with escapes', '{me{id}} #&%71u%65ry=mutation{volumeDelete(volumeId:1)}&'],
  ['as a list', '{me{id}} #&query[]=mutation{volumeDelete(volumeId:1)}&'],
  ['after a semicolon', '{me{id}} #;query=mutation{volumeDelete(volumeId:1)};'],
  ['with a method', '{me{id}} #&_method=PUT&'],
] as const) {
  test(`a body that is JSON and a form at once is refused: ${name}`, () => {
    const body = JSON.stringify({ query })
    assert.equal(readCarriedRequests(post(body, form)).kind, 'refused')
    assert.equal(readCarriedRequests(post(body, 'application/json')).kind, 'requests')
  })
}
