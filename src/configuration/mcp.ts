// MCP servers: programs of this machine that the gate runs, or servers behind HTTP.
import { resolve } from 'node:path'

import { z } from 'zod'

import { effectKinds } from '../domain/effect.ts'
import type { KnownEffectKind } from '../domain/effect.ts'
import type { SecretName, UpstreamName } from '../domain/names.ts'
import type { Path } from './document.ts'
import { environmentName, name, path, secretName } from './values.ts'

export interface McpSettings {
  readonly name: UpstreamName
  /** where what it reaches is: `shop/production` */
  readonly environment: string
  /** as which server its tools are read; null: as one that nobody here knows */
  readonly known: KnownServer | null
  /** what single tools do, by a person's word */
  readonly tools: ReadonlyMap<string, KnownEffectKind>
  readonly way:
    | Readonly<{
        kind: 'command'
        command: string
        args: readonly string[]
        env: ReadonlyMap<string, McpSettingsValue>
        folder: string
      }>
    | Readonly<{
        kind: 'http'
        url: string
        headers: ReadonlyMap<string, McpSettingsValue>
        allowPrivate: boolean
      }>
}

export type McpSettingsValue = string | Readonly<{ secret: SecretName; prefix: string }>

/** Servers whose tools have a table. */
export const knownServers = [
  'filesystem',
  'github',
  'postgres',
  'railway',
  'supabase',
  'kubernetes',
  'aws',
  'cloudflare',
  'stripe',
] as const
export type KnownServer = (typeof knownServers)[number]

const value = z.union(
  [
    z.string().max(8192),
    z.strictObject({
      secret: secretName.describe('the secret of the vault that it is'),
      prefix: z.string().max(64).default('').describe('what goes before it, as in `Bearer `'),
    }),
  ],
  { error: 'a value is a text, or `{secret: NAME}`' },
)

const toolName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.\-/]{0,127}$/, '{value} is no tool')
const known = effectKinds.filter((kind) => kind !== 'unknown')

const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, '{value} is no variable')
const header = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, '{value} is no header in lower case')
  .refine((text) => !reserved.has(text) && !text.startsWith('mcp-'), '{value} is set by the gate')

const reserved = new Set([
  ...['host', 'accept', 'accept-encoding', 'content-type', 'content-length', 'connection'],
  ...['transfer-encoding', 'last-event-id'],
])

export const mcpServer = z.strictObject({
  environment: environmentName.describe('where what it reaches is, as in `shop/production`'),
  known: z.enum(knownServers).optional().describe('as which server its tools are read'),
  tools: z
    .record(toolName, z.enum(known))
    .default({})
    .describe('what single tools do that no table knows, or do otherwise here: `read`, `write`, …'),
  command: z.string().min(1).max(4096).optional().describe('the program, run by the gate itself'),
  args: z.array(z.string().max(4096)).max(64).default([]),
  env: z.record(variable, value).default({}).describe('what it finds in its environment'),
  folder: path.optional().describe('where it is run; where holdpoint.yaml is, when left out'),
  url: z
    .string()
    .max(300)
    .optional()
    .describe('a server behind HTTP, as in `https://x.example/mcp`'),
  headers: z.record(header, value).default({}).describe('sent with each request, with its secret'),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe('say true when the server is on a private address or spoken to without TLS'),
})

export const mcpSchema = z.record(name, mcpServer)

type McpServer = z.output<typeof mcpServer>
type Say = (path: Path, says: string) => void

/** Names that the door keeps for itself. */
const ownName = 'holdpoint'

export function checkMcp(
  servers: Readonly<Record<string, McpServer>>,
  upstreams: readonly string[],
  say: Say,
): void {
  for (const [server, one] of Object.entries(servers)) {
    const at = ['mcp', server]
    if (server === ownName)
      say(at, '`holdpoint` is the server of the gate itself; name it otherwise')
    if (upstreams.includes(server))
      say(at, `\`${server}\` is an upstream already; name it otherwise`)
    if ((one.command === undefined) === (one.url === undefined)) {
      say(at, 'say either `command` or `url`')
      continue
    }
    if (one.command === undefined && (one.args.length > 0 || Object.keys(one.env).length > 0)) {
      say(at, '`args` and `env` go with `command`')
    }
    if (one.url === undefined) {
      if (Object.keys(one.headers).length > 0) say([...at, 'headers'], '`headers` go with `url`')
      continue
    }
    const url = URL.canParse(one.url) ? new URL(one.url) : null
    if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
      say([...at, 'url'], 'not an address of a server; write `https://host/path`')
    } else if (url.protocol === 'http:' && !one.allowPrivate) {
      const says = '`http:` sends secrets in the clear; use `https:`, or say `allowPrivate: true`'
      say([...at, 'url'], says)
    }
  }
}

export function settleMcp(
  servers: Readonly<Record<string, McpServer>>,
  folder: string,
): readonly McpSettings[] {
  return Object.entries(servers).map(([server, one]) => ({
    name: server as UpstreamName,
    environment: one.environment,
    tools: new Map(Object.entries(one.tools)),
    known: one.known ?? knownServers.find((known) => known === server) ?? null,
    way:
      one.url === undefined
        ? {
            kind: 'command',
            command: one.command ?? '',
            args: one.args,
            env: values(one.env),
            folder: one.folder === undefined ? folder : resolve(folder, one.folder),
          }
        : {
            kind: 'http',
            url: one.url,
            headers: values(one.headers),
            allowPrivate: one.allowPrivate,
          },
  }))
}

function values(given: McpServer['env']): ReadonlyMap<string, McpSettingsValue> {
  return new Map(
    Object.entries(given).map(([key, one]) => [
      key,
      typeof one === 'string' ? one : { secret: one.secret as SecretName, prefix: one.prefix },
    ]),
  )
}
