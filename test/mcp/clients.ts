// Clients at the MCP door: the official SDK's over HTTP and through `holdpoint mcp serve`, in either
// era, and messages as no client would send them.
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

import type { Scene } from './gate.ts'

export const quiet = '--disable-warning=ExperimentalWarning'
export const cli = join(import.meta.dirname, '../../src/cli/main.ts')
export const everything = join(import.meta.dirname, 'everything-stdio.ts')

export type Era = 'sessions' | 'stateless'

/** It answers what servers ask with yes, whatever they ask. */
export function agreeing(era: Era): Client {
  const negotiation = era === 'sessions' ? {} : { versionNegotiation: { mode: 'auto' as const } }
  const client = new Client(
    { name: 'test', version: '1' },
    { ...negotiation, capabilities: { elicitation: { form: {} } } },
  )
  client.setRequestHandler('elicitation/create', () => ({
    ...{ action: 'accept', content: { response: 'yes' } },
  }))
  return client
}

export async function overHttp(
  t: TestContext,
  scene: Scene,
  entry: string,
  { lease = scene.lease, era = 'sessions' }: Readonly<{ lease?: string; era?: Era }> = {},
): Promise<{ client: Client; transport: StreamableHTTPClientTransport }> {
  const client = agreeing(era)
  const headers = { authorization: `Bearer ${lease}` }
  const url = new URL(scene.url(entry))
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } })
  await client.connect(transport)
  t.after(() => client.close())
  return { client, transport }
}

export async function overStdio(
  t: TestContext,
  scene: Scene,
  entry: string,
  era: Era = 'sessions',
): Promise<Client> {
  const client = agreeing(era)
  const env = { HOLDPOINT_LEASE: scene.lease, HOLDPOINT_MCP: `http://${scene.gate.mcp}` }
  const args = [quiet, cli, 'mcp', 'serve', ...(entry === '' ? [] : [entry])]
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }),
  )
  t.after(() => client.close())
  return client
}

export interface Raw {
  readonly status: number
  readonly text: string
  readonly session: string | null
}

/** A message as no client would send it; the status and the body of the answer. */
export async function raw(
  scene: Scene,
  entry: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Raw> {
  const answer = await fetch(scene.url(entry), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${scene.lease}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body,
  })
  const session = answer.headers.get('mcp-session-id')
  return { status: answer.status, text: await answer.text(), session }
}

export const initialize = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'x', version: '1' },
  },
})

/** A session begun by hand, and the header that names it. */
export async function begun(
  scene: Scene,
  entry: string,
  lease = scene.lease,
): Promise<Readonly<Record<string, string>>> {
  const authorization = `Bearer ${lease}`
  const { session } = await raw(scene, entry, initialize, { authorization })
  const named = { authorization, 'mcp-session-id': session ?? '' }
  await raw(scene, entry, '{"jsonrpc":"2.0","method":"notifications/initialized"}', named)
  return named
}

/** Whether it came to be, within ten seconds. */
export async function until(what: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (what()) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}
