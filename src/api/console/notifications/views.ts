import type { ChannelSettings } from '../../../configuration/notify.ts'
import type { HoldId, Instant, PersonName } from '../../../domain/names.ts'
import { lastByChannel, recentEnds } from '../../../notify/ends.ts'
import type { NotifiedEntry } from '../../../notify/ends.ts'
import { factWords } from '../../../words/entries.ts'
import { sentenceOf } from '../../../words/words.ts'
import type { ConsoleParts } from '../parts.ts'
import type { NotificationDesk } from './desk.ts'
import type { ChannelView, NotificationsView, NotifiedView, UnreachableView } from './shapes.ts'

const recentMax = 30

export function viewNotifications(
  { store, clock }: Pick<ConsoleParts, 'store' | 'clock'>,
  desk: NotificationDesk,
  person: PersonName,
): NotificationsView {
  const ends = recentEnds(store)
  const state = desk.notifier.state()
  return {
    now: clock.now(),
    channels: state.channels.map(({ settings, queued }) =>
      viewChannel(desk, settings, queued, ends),
    ),
    recent: ends.slice(0, recentMax).map(viewEnd),
    dropped: state.dropped,
    unreachable: unreachableOf(store, state.unreachable),
    push: desk.push === null ? null : { publicKey: desk.push.publicKey, mine: mine(store, person) },
  }
}

/** Asked by every page that shows it: nothing is looked for in the ledger. */
export function viewUnreachable({
  store,
  notifications,
}: Pick<ConsoleParts, 'store' | 'notifications'>): Pick<NotificationsView, 'unreachable'> {
  return { unreachable: unreachableOf(store, notifications?.notifier.state().unreachable ?? []) }
}

function unreachableOf(
  store: ConsoleParts['store'],
  holds: readonly HoldId[],
): readonly UnreachableView[] {
  return holds.flatMap((hold) => {
    const decision = store.hold(hold)?.decision
    return decision === undefined ? [] : [{ hold, sentence: sentenceOf(decision) }]
  })
}

/** Where nothing tells anybody. */
export function nobodyTold(now: Instant): NotificationsView {
  return { now, channels: [], recent: [], dropped: 0, unreachable: [], push: null }
}

function viewChannel(
  desk: NotificationDesk,
  settings: ChannelSettings,
  queued: number,
  ends: readonly NotifiedEntry[],
): ChannelView {
  const { name, kind, person } = settings
  const own = ends.filter(({ fact }) => fact.channel === name)
  const last = lastByChannel(own).get(name)
  const arrived = own.findIndex(({ fact }) => fact.end.kind === 'delivered')
  const { on, escalate } = desk.settings
  return {
    ...{ name, kind, person, queued, missing: desk.missing(settings) },
    on: (['held', 'asked', 'tripped', 'killed'] as const).filter((occasion) =>
      on[occasion].includes(name),
    ),
    escalatesAfterMinutes:
      escalate.find(({ channels }) => channels.includes(name))?.afterMinutes ?? null,
    last: last === undefined ? null : viewEnd(last),
    failures: arrived === -1 ? own.length : arrived,
  }
}

function viewEnd(entry: NotifiedEntry): NotifiedView {
  const { index, at, fact } = entry
  const { channel, topic, about, end } = fact
  return { index, at, channel, topic, about, end, says: factWords(entry.fact) }
}

function mine(store: ConsoleParts['store'], person: PersonName) {
  return store.pushSubscriptions(person).map(({ subscription }) => subscription)
}
