// Joins who tells people: channels with the vault behind them, and the notifier over the ledger.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { NotificationDesk } from '../api/console/notifications/desk.ts'
import type { NotificationReport } from '../api/control.ts'
import { clearToNotify } from '../clearance.ts'
import { secretsOf } from '../configuration/notify.ts'
import type { ChannelSettings } from '../configuration/notify.ts'
import { Fault } from '../domain/fault.ts'
import { lastByChannel, recentEnds } from '../notify/ends.ts'
import { createNotifier } from '../notify/notifier.ts'
import { openPushKey } from '../notify/push-key.ts'
import { createChannel } from '../notify/table.ts'
import type { State } from './state.ts'

const tickMilliseconds = 1000

/** Starts telling people. `origin` is where they open the console. */
export function openNotifications(
  state: State,
  origin: string,
): NotificationDesk & { close(): Promise<void> } {
  const { configuration, ledger, store, clock, random, opening } = state
  const { notify: settings } = configuration
  const pushing = settings.channels.filter(({ kind }) => kind === 'web-push')
  const push = pushing.length === 0 ? null : openPushKey(join(configuration.state, 'push.key'))
  const vault = settings.channels.some((one) => secretsOf(one).length > 0) ? state.vault() : noVault
  const certificates = readCertificates(settings.channels)
  const channels = settings.channels.map((one) =>
    createChannel(one, { vault, clock, store, certificates, push, append: ledger.append }),
  )
  const notifier = createNotifier({
    ...{ settings, channels, ledger, store, clock, random, origin },
    ...{ clear: clearToNotify, report: opening.report },
  })
  const timer = setInterval(() => notifier.tick(), tickMilliseconds)
  timer.unref()
  return {
    notifier,
    missing: (channel) => {
      const needed = secretsOf(channel)
      const there = needed.length === 0 ? [] : state.vault().list()
      return needed.filter((secret) => !there.includes(secret))
    },
    settings,
    push:
      push === null
        ? null
        : { publicKey: push.publicKey, hosts: pushing.flatMap((one) => hostsOf(one)) },
    async close() {
      clearInterval(timer)
      await notifier.close()
    },
  }
}

/** What a running gate says of it on the command line. */
export function reportNotifications(
  desk: NotificationDesk,
  store: State['store'],
): NotificationReport {
  const last = lastByChannel(recentEnds(store))
  return {
    channels: desk.settings.channels.map((channel) => {
      const end = last.get(channel.name)?.fact.end
      const failure = end?.kind === 'failed' ? end.why : null
      return { name: channel.name, kind: channel.kind, missing: desk.missing(channel), failure }
    }),
    unreachable: desk.notifier.state().unreachable,
  }
}

function hostsOf(settings: ChannelSettings): readonly string[] {
  return settings.kind === 'web-push' ? settings.hosts : []
}

function readCertificates(channels: readonly ChannelSettings[]): ReadonlyMap<string, string> {
  const files = channels.flatMap((one) =>
    'certificate' in one && one.certificate !== null ? [one.certificate] : [],
  )
  return new Map(files.map((file) => [file, readFileSync(file, 'utf8')]))
}

const noVault = {
  open: (): never => {
    throw new Fault('bug', 'no channel has a secret')
  },
}
