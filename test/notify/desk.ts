// What the console asks about telling people, over a world of tests.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { NotificationDesk } from '../../src/api/console/notifications/desk.ts'
import { clearToNotify } from '../../src/clearance.ts'
import { createVaultKeyFile } from '../../src/credentials/vault-key.ts'
import { createVault } from '../../src/credentials/vault.ts'
import { secretsOf } from '../../src/configuration/notify.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { SecretName } from '../../src/domain/names.ts'
import { createNotifier } from '../../src/notify/notifier.ts'
import type { Notifier } from '../../src/notify/notifier.ts'
import { openPushKey } from '../../src/notify/push-key.ts'
import { createChannel } from '../../src/notify/table.ts'
import type { Clock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import type { World } from '../console/world.ts'
import { settingsOf } from './receivers.ts'

export interface Desk extends NotificationDesk {
  readonly notifier: Notifier
  close(): Promise<void>
}

export function openDesk(
  { store, ledger, site }: Pick<World, 'store' | 'ledger' | 'site'>,
  clock: Clock,
  notify: object,
  secrets: Readonly<Record<string, string>>,
): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-notify-'))
  const key = createVaultKeyFile(join(folder, 'vault.key'), systemRandom)
  const vault = createVault({ file: join(folder, 'vault.json'), key, random: systemRandom })
  for (const [name, value] of Object.entries(secrets)) {
    vault.put(name as SecretName, new Concealed(name, value))
  }
  const settings = settingsOf(notify)
  const push = openPushKey(join(folder, 'push.key'))
  const channels = settings.channels.map((one) =>
    createChannel(one, {
      ...{ vault, clock, store, push, certificates: new Map<string, string>() },
      append: (fact) => ledger.append(fact),
    }),
  )
  const notifier = createNotifier({
    ...{ settings, channels, ledger, store, clock, random: systemRandom, clear: clearToNotify },
    ...{ origin: site.origins[0] ?? '', report: () => undefined },
  })
  const hosts = settings.channels.flatMap((one) => (one.kind === 'web-push' ? one.hosts : []))
  return {
    ...{ settings, notifier, push: { publicKey: push.publicKey, hosts } },
    missing: (channel) => secretsOf(channel).filter((name) => !vault.list().includes(name)),
    close: async () => {
      await notifier.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
