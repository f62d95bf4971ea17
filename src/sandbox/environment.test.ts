import assert from 'node:assert/strict'
import { test } from 'node:test'

import { environmentFor } from './environment.ts'
import type { AgentEnvironment } from './environment.ts'

function environment(
  given: Readonly<Record<string, string>>,
  database: Readonly<{ server: string; database: string }> | null = null,
): AgentEnvironment {
  return environmentFor({
    given,
    ...{ own: ['ANTHROPIC_API_KEY'], set: {}, lease: 'hpl_x', proxy: '127.0.0.1:7400' },
    ...{ certificate: '/c', bundle: '/b', providers: ['railway'], path: '/bin' },
    database: database === null ? null : { ...database, host: '127.0.0.1', port: 7432 },
    runtimeFolder: '/run/user/1',
  })
}

const secrets = [
  ...['GITHUB_TOKEN', 'GH_PAT', 'OPENAI_API_KEY', 'STRIPE_SECRET', 'DB_PASSWORD', 'NPM_TOKEN'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'KUBECONFIG', 'SSH_AUTH_SOCK', 'DOCKER_HOST'],
  ...['DBUS_SESSION_BUS_ADDRESS', 'GNUPGHOME', 'SENTRY_DSN', 'SESSION_COOKIE', 'apiToken'],
]

for (const name of secrets) {
  test(`${name} stays outside`, () => {
    const { variables, left } = environment({ [name]: 'value' })
    assert.equal(variables[name], undefined)
    assert.deepEqual(left, [name])
  })
}

for (const name of ['LANG', 'TERM', 'EDITOR', 'NODE_ENV', 'AWS_REGION', 'KEYMAP', 'MONKEY', 'CI']) {
  test(`${name} is passed`, () => {
    assert.equal(environment({ [name]: 'value' }).variables[name], 'value')
  })
}

test('a value that is a secret by its form stays outside, whatever its name', () => {
  const values = ['https://me:word@example.com/', 'ghp_0123456789', 'AKIA0123', '-----BEGIN X']
  for (const value of values) assert.deepEqual(environment({ PLAIN: value }).left, ['PLAIN'])
  assert.equal(environment({ PLAIN: 'https://example.com/a:b@c' }).variables['PLAIN'] !== '', true)
})

test('the agent keeps its own credential at its model', () => {
  assert.equal(environment({ ANTHROPIC_API_KEY: 'k' }).variables['ANTHROPIC_API_KEY'], 'k')
})

test('leases stand where the gate stands for a token, and a database has its door', () => {
  const given = {
    RAILWAY_TOKEN: 'real',
    DATABASE_URL: 'postgres://u:real@db/x',
    PGPASSWORD: 'real',
  }
  const { variables, leased } = environment(given, { server: 'shop-db', database: 'shop' })
  assert.doesNotMatch(JSON.stringify(variables), /real/)
  assert.equal(variables['DATABASE_URL'], 'postgres://shop-db:hpl_x@127.0.0.1:7432/shop')
  assert.equal(variables['PGUSER'], 'shop-db')
  assert.deepEqual(leased, ['DATABASE_URL', 'PGPASSWORD', 'RAILWAY_TOKEN'])
  assert.deepEqual(environment(given).left, ['DATABASE_URL', 'PGPASSWORD'])
})

test('proxies and authorities of outside are replaced', () => {
  const { variables } = environment({ HTTPS_PROXY: 'http://corp', SSL_CERT_FILE: '/corp.pem' })
  assert.equal(variables['HTTPS_PROXY'], 'http://lease:hpl_x@127.0.0.1:7400')
  assert.equal(variables['SSL_CERT_FILE'], '/b')
})
