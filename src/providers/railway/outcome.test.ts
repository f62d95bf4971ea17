import assert from 'node:assert/strict'
import { test } from 'node:test'

import { outcomeOf } from './outcome.ts'

const notJson = 'the provider answered with something that is not JSON'
const both = 'the provider answered with data and errors'
const neither = 'the provider answered with neither data nor errors'
const part = 'the provider carried out a part of the batch'

for (const [status, body, expected] of [
  [200, '{"data":{"volumeDelete":true}}', 'succeeded'],
  [200, '{"data":{"volumeDelete":false}}', 'succeeded'],
  [200, '{"data":{"deleted":null}}', 'succeeded'],
  [200, '{"data":{},"errors":[]}', 'succeeded'],
  [200, null, 'succeeded'],
  [200, '{"errors":[{"message":"Not Authorized"}]}', 'failed graphql-error'],
  [200, '{"errors":[{"extensions":{"code":"FORBIDDEN"}}],"data":null}', 'failed FORBIDDEN'],
  [200, '{"errors":[{"extensions":{"code":"a b\\n"}}],"data":{"a":null}}', 'failed graphql-error'],
  [200, '{"errors":[{}],"data":{"a":true,"b":null}}', `unknown ${both}`],
  [200, '{"data":null}', `unknown ${neither}`],
  [200, '{}', `unknown ${neither}`],
  [200, 'null', 'unknown the provider answered with something that is not GraphQL'],
  [200, '<html>', `unknown ${notJson}`],
  [200, '{"data":{},"data":null}', `unknown ${notJson}`],
  [200, '', `unknown ${notJson}`],
  [200, '[{"data":{"a":1}},{"data":{"a":1}}]', 'succeeded'],
  [200, '[{"data":{"a":1}},{"errors":[{}]}]', `unknown ${part}`],
  [200, '[]', `unknown ${part}`],
  [400, '{"errors":[{"message":"x"}]}', 'failed http-400'],
  [401, '', 'failed http-401'],
  [429, '', 'failed rate-limited'],
  [302, '', 'failed http-302'],
  [500, '{"errors":[{"message":"x"}]}', 'unknown the provider answered with status 500'],
  [502, null, 'unknown the provider answered with status 502'],
] as const) {
  test(`${status} ${body ?? '(too long)'}: ${expected}`, () => {
    const outcome = outcomeOf(status, body === null ? null : new TextEncoder().encode(body))
    const shown =
      outcome.kind === 'succeeded'
        ? 'succeeded'
        : `${outcome.kind} ${outcome.kind === 'failed' ? outcome.code : outcome.why}`
    assert.equal(shown, expected)
    if (outcome.kind !== 'unknown') assert.equal(outcome.status, status)
  })
}
