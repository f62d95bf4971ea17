import { z } from 'zod'

import { consoleSchema } from './console.ts'
import { databaseUpstream } from './databases.ts'
import { mcpSchema } from './mcp.ts'
import { notifySchema } from './notify.ts'
import { name, path, secretName } from './values.ts'

const bodyBytesHighest = 16_777_216
const minutesOfADay = 1440

const address = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9.-]+):\d{1,5}$/, {
    error: '{value} is not an address and port, as in `127.0.0.1:7400`',
    abort: true,
  })
  .refine((text) => Number(text.split(':').at(-1)) <= 65_535, '{value} has no port from 0 to 65535')

const hostName = z
  .string()
  .max(253)
  .regex(
    /^(?!\d+(\.\d+)*$)[a-z0-9-]+(\.[a-z0-9-]+)*$/,
    '{value} is not a host name in lower case, without scheme, port or final dot',
  )

/** `name`, `pocketos/staging`, `*`: whole segments, so that `prod*` cannot be written. */
const environmentPattern = z
  .string()
  .max(200)
  .regex(
    /^(\*|[^*/\s]+)(\/(\*|[^*/\s]+))*$/,
    '{value} is not an environment: write whole segments, as in `shop/production` or `*/staging`',
  )

const vaultKey = z.union(
  [
    z.literal('passphrase'),
    z.strictObject({ file: path }),
    z.strictObject({ environment: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/) }),
  ],
  { error: 'a vault key is `passphrase`, `{file: PATH}` or `{environment: VARIABLE}`' },
)

const listen = z.strictObject({
  agents: address.default('127.0.0.1:7400').describe('where agents send their requests'),
  console: address
    .default('127.0.0.1:7401')
    .describe('where people release holds; keep agents away'),
  postgres: address
    .default('127.0.0.1:7432')
    .describe('where agents connect to databases; only when an upstream is one'),
  mcp: address.default('127.0.0.1:7480').describe('where agents speak MCP'),
  beyondLoopback: z
    .boolean()
    .default(false)
    .describe('say true to listen on addresses that other machines can reach'),
})

function httpUpstream(providers: readonly string[]) {
  return z.strictObject({
    provider: z.enum(providers).describe('who runs it, and so how its requests are read'),
    url: z
      .string()
      .max(300)
      .optional()
      .describe("where its API is, an origin; the provider's own when left out"),
    hosts: z.array(hostName).max(50).default([]).describe('more host names that are this upstream'),
    credential: secretName.describe('the secret put into requests that were let through'),
    credentialHeader: z
      .enum(['authorization', 'project-access-token'])
      .optional()
      .describe("the header it travels in; the provider's usual one when left out"),
    discoverWith: secretName
      .optional()
      .describe('a read-only secret with which Holdpoint itself looks at what exists'),
    allowPrivate: z
      .boolean()
      .default(false)
      .describe('say true when the upstream is on a private address or spoken to without TLS'),
  })
}

const environments = z
  .array(
    z.strictObject({
      match: environmentPattern.describe('`project/environment`; `*` is one segment'),
      protection: z.enum(['critical', 'standard', 'open']),
    }),
  )
  .max(500)
  .default([])
  .describe('how protected each environment is; the first match counts, and no match is critical')

const limits = z.strictObject({
  bodyBytesMax: z.int().min(1024).max(bodyBytesHighest).default(1_048_576),
  bodySeconds: z.int().min(1).max(600).default(15),
  connectionsMax: z.int().min(1).max(100_000).default(1024),
})

const independentBackup = z.strictObject({
  volumes: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/), name)
    .optional()
    .describe('which PostgreSQL upstream lives in which volume, by the id of the volume'),
  database: name.optional().describe('the PostgreSQL upstream of every other volume'),
  folder: path.optional().describe('where exports are kept, outside the provider'),
  scratch: name
    .optional()
    .describe('another PostgreSQL upstream, on which exports are restored and compared'),
  command: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(64)
    .optional()
    .describe('program and arguments, no shell; `{resource}` and `{decision}` are filled in'),
  artefact: path
    .optional()
    .describe('the file it leaves; `{resource}` and `{decision}` are filled in'),
  minutesMax: z.int().min(1).max(minutesOfADay).default(30),
})

export function configurationSchema(providers: readonly string[]) {
  return z.strictObject({
    version: z.literal(1, { error: 'must be 1; this Holdpoint knows no other version' }),
    state: path.default('./.holdpoint').describe('the folder of ledger, store and vault'),
    operator: name.optional().describe('who acts on the command line when `--as` is not given'),
    listen: listen.prefault({}),
    vault: z.strictObject({ key: vaultKey.optional() }).prefault({}),
    upstreams: z
      .record(name, z.discriminatedUnion('provider', [httpUpstream(providers), databaseUpstream]))
      .default({})
      .describe('what is governed'),
    mcp: mcpSchema.default({}).describe('MCP servers that agents reach through the gate'),
    environments,
    holds: z
      .strictObject({
        minutes: z
          .int()
          .min(1)
          .max(minutesOfADay)
          .default(60)
          .describe('silence for so long is a no'),
      })
      .prefault({}),
    limits: limits.prefault({}),
    policies: z
      .strictObject({
        folder: path
          .optional()
          .describe('a folder of your own `.cedar` files, beside the shipped ones'),
        optional: z
          .array(name)
          .max(100)
          .default([])
          .describe('shipped policies that are off by default'),
      })
      .prefault({}),
    safeguards: z.strictObject({ 'independent-backup': independentBackup.optional() }).prefault({}),
    inventory: z
      .strictObject({
        refreshSeconds: z.int().min(5).max(86_400).default(60),
        freshSeconds: z.int().min(0).max(3600).default(10),
      })
      .prefault({}),
    console: consoleSchema.prefault({}),
    notify: notifySchema.prefault({}).describe('who is told of holds, trips and kills'),
    ledger: z
      .strictObject({
        origin: z
          .string()
          .max(200)
          .regex(
            /^[a-z0-9][a-z0-9.\-/:]*$/,
            '{value} is not an origin such as `example.com/holdpoint`',
          )
          .optional()
          .describe("the log's name in its checkpoints; never change it"),
      })
      .prefault({}),
  })
}

export type HttpUpstream = z.output<ReturnType<typeof httpUpstream>>
export type ConfigurationFile = z.output<ReturnType<typeof configurationSchema>>
