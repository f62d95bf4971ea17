import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isOriginForm, readTarget } from './target.ts'

const plain = [
  '/',
  '/graphql/v2',
  '/graphql/v2/',
  '/a.b/c-d_e~f',
  '/.well-known/x',
  '/...',
  '/a%20b',
  '/a%C3%A9',
  "/a:b@c,d=e+f!$&'()*",
  '/graphql?query={project(id:"x"){id}}&variables=%7B%7D',
  '/x?a=..&b=//&c=%2e%2e%2f',
  '/x?monkey=1&tokens=2&keyboard=3&method=GET',
  '/x?',
  '/x?a&b=&=c',
  '/x?q=a?b?c',
]
for (const target of plain) {
  test(`plain: ${target}`, () => {
    assert.ok(isOriginForm(target))
    assert.deepEqual(readTarget(target), { unreadable: null, presented: [] })
  })
}

const notHttp = [
  '',
  'a',
  '*',
  '/#',
  '/a#b',
  '/a\\b',
  '/a b',
  '/a\tb',
  '/a\0',
  '/a\r\nb',
  '/é',
  '/\u2028',
  '/a\x7f',
]
for (const target of notHttp) {
  test(`no target: ${JSON.stringify(target)}`, () => assert.ok(!isOriginForm(target)))
}

const unreadable: readonly (readonly [target: string, why: RegExp])[] = [
  ['//graphql/v2', /empty segment/],
  ['/graphql//v2', /empty segment/],
  ['/a//', /empty segment/],
  ['/./graphql', /dot segment/],
  ['/x/../graphql', /dot segment/],
  ['/x/..', /dot segment/],
  ['/x/.', /dot segment/],
  ['/%2e%2e/graphql', /%2e/],
  ['/%2E/graphql', /%2E/],
  ['/x/.%2e/graphql', /%2e/],
  ['/graphql%2fv2', /%2f/],
  ['/graphql%5cv2', /%5c/],
  ['/%67raphql/v2', /%67/],
  ['/graphql%252fv2', /%25/],
  ['/graphql%00', /%00/],
  ['/graphql%0d%0a', /%0d/],
  ['/graphql%3bx', /%3b/],
  ['/graphql/v2;x=1', /matrix/],
  ['/graphql%', /broken escape/],
  ['/graphql%g1', /broken escape/],
  ['/a{b}', /characters that a URL escapes/],
  ['/x/hpl_abc', /lease/],
  ['/x?_method=DELETE', /override the method/],
  ['/x?a=1&_METHOD=DELETE', /override the method/],
  ['/x?%5fmethod=DELETE', /override the method/],
  ['/x?a=%', /broken escape/],
  ['/x?a=%ff', /broken escape/],
  [`/x?${'a&'.repeat(300)}`, /more than 256/],
]
for (const [target, why] of unreadable) {
  test(`unreadable: ${target.slice(0, 40)}`, () => {
    assert.ok(isOriginForm(target))
    assert.match(readTarget(target).unreadable ?? '', why)
  })
}

const carriers = [
  '/x?token=abc',
  '/x?ACCESS_TOKEN=abc',
  '/x?a=b&api_key=abc',
  '/x?%6bey=abc',
  '/x?auth=abc',
]
for (const target of carriers) {
  test(`a credential in the URL: ${target}`, () => {
    const { unreadable: why, presented } = readTarget(target)
    assert.match(why ?? '', /credential is in the URL/)
    assert.deepEqual(
      presented.map(({ place, value }) => [place, value.reveal()]),
      [['query', 'abc']],
    )
  })
}

test('a lease is found under any name, and shown to nobody', () => {
  const { presented } = readTarget('/x?q=%68pl_secret')
  assert.equal(presented[0]?.value.reveal(), 'hpl_secret')
  assert.ok(!JSON.stringify(presented).includes('hpl_'))
})
