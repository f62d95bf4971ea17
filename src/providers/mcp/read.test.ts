import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { UpstreamName } from '../../domain/names.ts'
import type { ToolClaim, ToolPayload } from '../../domain/request.ts'
import { readToolRequest } from './read.ts'
import { toolTables } from './tables.ts'

function read(
  server: string | null,
  name: string,
  args: object,
  claims: ToolClaim = 'nothing',
): string {
  const payload: ToolPayload = {
    ...{ kind: 'tool', upstream: 'it' as UpstreamName, form: 'request', id: 1 },
    ...{ method: 'tools/call', name, headers: [], definition: null, unreadable: null, claims },
    params: JSON.stringify({ name, arguments: args }),
  }
  const table = server === null ? null : (toolTables[server] ?? null)
  const { action, carried } = readToolRequest(payload, {
    ...{ name: payload.upstream, table, tools: new Map([['declared', 'read']]) },
  })
  const inside = carried.map((one) => `${one.kind} ${one.kind === 'http' ? one.url : one.text}`)
  return [...action.effects.map(({ kind }) => kind), ...inside].join(' + ')
}

/** Each destructive line has its harmless look-alike beside it. */
const table: readonly (readonly [string | null, string, object, string])[] = [
  ['filesystem', 'write_file', { path: '/w/a.txt', content: 'x' }, 'destroy'],
  ['filesystem', 'read_text_file', { path: '/w/a.txt' }, 'read'],
  ['filesystem', 'read_text_file', { path: '/home/me/.aws/credentials' }, 'disclose'],
  ['filesystem', 'read_text_file', { path: '/w/.env' }, 'disclose'],
  ['filesystem', 'read_text_file', { path: '/w/.env.example' }, 'read'],
  ['filesystem', 'read_multiple_files', { paths: ['/w/a', '/w/id_ed25519'] }, 'disclose'],
  ['filesystem', 'read_multiple_files', { paths: ['/w/a', '/w/id_ed25519.pub'] }, 'read'],
  ['github', 'delete_file', { path: 'a' }, 'destroy'],
  ['github', 'get_file_contents', { path: 'a' }, 'read'],
  ['github', 'label_write', { method: 'delete' }, 'destroy'],
  ['github', 'label_write', { method: 'create' }, 'write'],
  ['github', 'create_issue', { title: 'rm -rf / and DROP TABLE users' }, 'write'],
  ['postgres', 'query', { sql: 'DROP TABLE users' }, 'read + sql DROP TABLE users'],
  ['railway', 'volume_delete', { volumeId: 'v' }, 'destroy'],
  ['railway', 'volume_list', {}, 'read'],
  ['railway', 'list-variables', {}, 'disclose'],
  ['supabase', 'delete_branch', { branch_id: 'b' }, 'destroy'],
  ['supabase', 'list_branches', {}, 'read'],
  ['supabase', 'execute_sql', { query: 'select 1' }, 'read + sql select 1'],
  ['kubernetes', 'kubectl_delete', { resourceType: 'pod', name: 'a' }, 'destroy'],
  ['kubernetes', 'kubectl_get', { resourceType: 'pods' }, 'read'],
  ['kubernetes', 'kubectl_get', { resourceType: 'secret' }, 'disclose'],
  ['aws', 'delete_resource', { identifier: 'b' }, 'destroy'],
  ['aws', 'call_aws', { cli_command: 's3 ls' }, 'escalate + shell aws s3 ls'],
  ['cloudflare', 'r2_bucket_delete', { name: 'b' }, 'destroy'],
  ['cloudflare', 'r2_buckets_list', {}, 'read'],
  ['stripe', 'create_refund', { payment_intent: 'p' }, 'destroy'],
  ['stripe', 'list_invoices', {}, 'read'],
  ['github', 'toString', {}, 'unknown'],
  ['github', 'Delete_file', {}, 'unknown'],
  [null, 'anything', { command: ['rm', '-rf', '/a b'] }, "unknown + shell rm -rf '/a b'"],
  [null, 'declared', {}, 'read'],
  [null, 'declared', { sql: 'DELETE FROM t' }, 'read + sql DELETE FROM t'],
  [null, 'declared', { query: 'drop table t' }, 'read + sql drop table t'],
  [null, 'declared', { query: 'how to drop a table' }, 'read'],
  [
    null,
    'declared',
    { deep: [{ request: { url: 'https://a.b/c', method: 'delete' } }] },
    'read + http https://a.b/c',
  ],
]

test('what a tool does, by its table and by what it is given', () => {
  for (const [server, name, args, expected] of table) {
    assert.equal(
      read(server, name, args),
      expected,
      `${server ?? ''} ${name} ${JSON.stringify(args)}`,
    )
  }
})

test('annotations raise, and never lower', () => {
  assert.equal(read('github', 'list_issues', {}, 'destroys'), 'destroy')
  assert.equal(read('github', 'list_issues', {}, 'writes'), 'write')
  assert.equal(read('github', 'delete_file', {}, 'writes'), 'destroy')
  assert.equal(read(null, 'anything', {}, 'writes'), 'unknown')
})
