import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

import { trustInstructions } from './trust.ts'

test('names a way for every tool, with the path', () => {
  const text = trustInstructions('/var/lib/holdpoint/ca.pem', 'http://127.0.0.1:8321')
  for (const word of [
    '--cacert /var/lib/holdpoint/ca.pem',
    'CURL_CA_BUNDLE',
    'NODE_EXTRA_CA_CERTS',
    'NODE_USE_ENV_PROXY=1',
    'REQUESTS_CA_BUNDLE',
    'SSL_CERT_FILE',
    'http.sslCAInfo',
    'keytool -importcert',
    'HTTPS_PROXY=http://127.0.0.1:8321',
  ]) {
    assert.ok(text.includes(word), word)
  }
  assert.ok(text.split('\n').every((line) => line.length <= 120))
})

test('a path is one word to a shell, whatever is in it', () => {
  const path = '/tmp/it\'s $(touch here); a "CA".pem'
  const text = trustInstructions(path, 'http://127.0.0.1:1')
  const line = text.split('\n').find((each) => each.includes('GIT_SSL_CAINFO')) ?? ''
  const script = `${line.trim()}; printf %s "$GIT_SSL_CAINFO"`
  assert.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }), path)
})
