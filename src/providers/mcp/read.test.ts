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
  // A move goes over what is at its end; making a folder does not.
  ['filesystem', 'move_file', { source: '/w/a', destination: '/w/b' }, 'destroy'],
  ['filesystem', 'create_directory', { path: '/w/b' }, 'write'],
  ['github', 'push_files', { files: [{ path: '.github/workflows/x.yml' }] }, 'escalate'],
  ['github', 'push_files', { files: [{ path: 'docs/.github/workflows.md' }] }, 'write'],
  ['github', 'create_or_update_file', { path: './.github/workflows/x.yml' }, 'escalate'],
  ['github', 'create_or_update_file', { path: '.github/CODEOWNERS.md' }, 'write'],
  ['github', 'pull_request_review_write', { method: 'create', event: 'APPROVE' }, 'disarm'],
  ['github', 'pull_request_review_write', { method: 'create', event: 'COMMENT' }, 'write'],
  ['github', 'pull_request_review_write', { method: 'delete_pending' }, 'destroy'],
  ['github', 'discussion_comment_write', { method: 'delete' }, 'destroy'],
  ['github', 'discussion_comment_write', { method: 'reply', body: 'delete' }, 'write'],
  ['github', 'actions_get', { method: 'download_workflow_run_artifact' }, 'disclose'],
  ['github', 'actions_get', { method: 'get_workflow_run' }, 'read'],
  [
    'postgres',
    'analyze_query_indexes',
    { queries: ['select 1', 'select 1; drop table t'] },
    'read + sql select 1 + sql select 1; drop table t',
  ],
  ['postgres', 'analyze_workload_indexes', {}, 'read'],
  ['aws', 'transact', { sql_list: ['DROP TABLE t'] }, 'write + sql DROP TABLE t'],
  ['aws', 'readonly_query', { sql: 'select 1' }, 'read + sql select 1'],
  [
    'aws',
    'call_aws',
    { cli_command: ['aws s3 ls', 'aws s3 rb s3://b --force'] },
    'escalate + shell aws s3 ls + shell aws s3 rb s3://b --force',
  ],
  ['aws', 'create_resource', { resource_type: 'AWS::IAM::Role' }, 'escalate'],
  ['aws', 'create_resource', { resource_type: 'AWS::SQS::Queue' }, 'write'],
  ['kubernetes', 'kubectl_get', { resourceType: 'pods,secrets' }, 'disclose'],
  ['kubernetes', 'kubectl_get', { resourceType: 'secret/db' }, 'disclose'],
  ['kubernetes', 'kubectl_get', { resourceType: 'pods', name: 'secret' }, 'read'],
  ['kubernetes', 'kubectl_context', { operation: 'set', name: 'prod' }, 'escalate'],
  ['kubernetes', 'kubectl_context', { operation: 'list' }, 'read'],
  [
    'kubernetes',
    'kubectl_generic',
    { command: 'delete', args: ['ns', 'a b'], flags: { now: true, 'grace-period': 0 } },
    "escalate + shell kubectl delete --now --grace-period=0 ns 'a b'",
  ],
  [
    'kubernetes',
    'kubectl_generic',
    { command: 'get', resourceType: 'pods' },
    'escalate + shell kubectl get pods',
  ],
  [
    'kubernetes',
    'exec_in_pod',
    { name: 'a', command: ['rm', '-rf', '/var/lib/x'] },
    'escalate + shell rm -rf /var/lib/x',
  ],
  ['kubernetes', 'exec_in_pod', { name: 'a', command: ['ls'] }, 'escalate + shell ls'],
  ['railway', 'service_update', { startCommand: 'sh -c true' }, 'escalate'],
  ['railway', 'service_update', { name: 'web' }, 'write'],
  ['cloudflare', 'set_active_account', { activeAccountIdParam: 'a' }, 'escalate'],
  ['cloudflare', 'accounts_list', {}, 'read'],
  ['cloudflare', 'd1_database_query', { sql: 'DROP TABLE t' }, 'read + sql DROP TABLE t'],
  ['stripe', 'cancel_subscription', { subscription: 's' }, 'destroy'],
  ['stripe', 'list_subscriptions', {}, 'read'],
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
