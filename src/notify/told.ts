// Who was told of what, out of the ledger: after a restart nobody is told twice of what arrived,
// and what was begun and has no end is begun again.
import type { FactOf, LedgerEntry, NotificationTopic } from '../domain/fact.ts'
import type { Instant } from '../domain/names.ts'
import type { StoreReads } from '../store/store.ts'

export interface Told {
  /** it arrived there, at or after `since` */
  delivered(channel: string, topic: NotificationTopic, about: string, since: Instant): boolean
}

const pageEntries = 500
/** as far back as a restart looks: what is older than this in entries is told again */
const pagesMax = 200

export function readTold(store: Pick<StoreReads, 'search'>, since: Instant): Told {
  const last = new Map<string, Instant>()
  let before: number | null = null
  for (let page = 0; page < pagesMax; page++) {
    const found = store.search({
      ...{ kinds: ['notified'], since, limit: pageEntries },
      ...(before === null ? {} : { before }),
    })
    for (const { at, fact } of found.entries as readonly NotifiedEntry[]) {
      const key = keyOf(fact.channel, fact.topic, fact.about)
      if (fact.end.kind === 'delivered' && !last.has(key)) last.set(key, at)
    }
    before = found.next
    if (before === null) break
  }
  return {
    delivered: (channel, topic, about, from) =>
      (last.get(keyOf(channel, topic, about)) ?? '') >= from,
  }
}

type NotifiedEntry = LedgerEntry & Readonly<{ fact: FactOf<'notified'> }>

function keyOf(channel: string, topic: NotificationTopic, about: string): string {
  return `${channel} ${topic} ${about}`
}
