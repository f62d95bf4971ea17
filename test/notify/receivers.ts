// Those who are told, on this machine: an HTTP server that answers as it is bid, a mail server, and
// the notifier over a real ledger with a clock that is turned by hand.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { stringify } from 'yaml'

import { clearToNotify } from '../../src/clearance.ts'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import type { NotifySettings } from '../../src/configuration/notify.ts'
import { createVaultKeyFile } from '../../src/credentials/vault-key.ts'
import { createVault } from '../../src/credentials/vault.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { Fact, FactKind, FactOf } from '../../src/domain/fact.ts'
import type { SecretName } from '../../src/domain/names.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import type { Notifier, NotifierOptions } from '../../src/notify/notifier.ts'
import { openPushKey } from '../../src/notify/push-key.ts'
import { createChannel } from '../../src/notify/table.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import type { FakeClock } from '../../src/system/clock.ts'
import { createFakeRandom, systemRandom } from '../../src/system/random.ts'
import { openWorld, worldStart } from '../console/world.ts'
import type { World } from '../console/world.ts'
import { temporaryFolder } from '../receipts.ts'

export interface Got {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly got: Got[]
  /** from now on */
  answer(how: (response: ServerResponse) => void): void
  stop(): Promise<void>
}

export async function openReceiver(t: Pick<TestContext, 'after'>): Promise<Receiver> {
  const got: Got[] = []
  let how = (response: ServerResponse): void => void response.writeHead(204).end()
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      got.push({ path: url, headers, body: Buffer.concat(chunks) })
      how(response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  t.after(stop)
  return { url: `http://127.0.0.1:${port}`, port, got, answer: (next) => (how = next), stop }
}

export function status(code: number, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => void response.writeHead(code, headers).end('no')
}

export interface Told {
  readonly world: World
  readonly clock: FakeClock
  readonly notifier: Notifier
  readonly faults: unknown[]
  /** every fact of these kinds, in order */
  facts<K extends FactKind>(...kinds: readonly K[]): readonly FactOf<K>[]
  /** time goes on, and what is due is done */
  after(seconds: number): Promise<void>
  settled(): Promise<void>
  /** as after a restart, over the same ledger */
  again(notify?: object): Notifier
}

export interface TellOptions {
  readonly secrets?: Readonly<Record<string, string>>
  /** files of authorities to trust */
  readonly certificates?: readonly string[]
  readonly wrap?: (options: NotifierOptions) => NotifierOptions
}

export const signingSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

export async function openTold(
  t: Pick<TestContext, 'after'>,
  notify: object,
  { secrets = {}, certificates: files = [], wrap = (options) => options }: TellOptions = {},
): Promise<Told> {
  const folder = temporaryFolder(t)
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const key = createVaultKeyFile(join(folder, 'vault.key'), systemRandom)
  const vault = createVault({ file: join(folder, 'vault.json'), key, random: systemRandom })
  for (const [name, value] of Object.entries(secrets)) {
    vault.put(name as SecretName, new Concealed(name, value))
  }
  const faults: unknown[] = []
  const push = openPushKey(join(folder, 'push.key'))

  const open = (written: object): Notifier => {
    const settings = settingsOf(written)
    const certificates = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
    const parts = { vault, clock, store: world.store, certificates, push }
    const channels = settings.channels.map((one) =>
      createChannel(one, { ...parts, append: (fact) => world.ledger.append(fact) }),
    )
    const notifier = createNotifier(
      wrap({
        ...{ settings, channels, clock, ledger: world.ledger, store: world.store },
        ...{ random: createFakeRandom(1), origin: 'http://localhost:7401', clear: clearToNotify },
        report: (fault) => faults.push(fault),
      }),
    )
    t.after(() => notifier.close())
    return notifier
  }

  let notifier = open(notify)
  const settled = async (): Promise<void> => {
    // What was appended is heard of a moment after it is durable.
    await new Promise((resolve) => setImmediate(resolve))
    await notifier.idle()
  }
  return {
    ...{ world, clock, faults, settled },
    get notifier() {
      return notifier
    },
    facts: (...kinds) =>
      world.store
        .entries(0, 10_000)
        .map(({ fact }): Fact => fact)
        .filter((fact): fact is FactOf<(typeof kinds)[number]> =>
          (kinds as readonly string[]).includes(fact.kind),
        ),
    after: async (seconds) => {
      clock.advance(seconds)
      notifier.tick()
      await settled()
    },
    again: (written = notify) => (notifier = open(written)),
  }
}

export function settingsOf(notify: object): NotifySettings {
  return readConfiguration(stringify({ version: 1, notify }), '/tmp/holdpoint.yaml', []).notify
}
