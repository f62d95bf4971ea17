import type { DatabaseSync } from 'node:sqlite'

import { conflict } from './fold.ts'
import type { Folds } from './fold.ts'

type PushFolds = Pick<Folds, 'push-subscribed' | 'push-unsubscribed'>

const perPersonMax = 10

export function foldPush(database: DatabaseSync): PushFolds {
  const count = database.prepare(
    'SELECT count(*) AS browsers FROM push_subscriptions WHERE person = ?',
  )
  const add = database.prepare(
    'INSERT INTO push_subscriptions(subscription, idx, person) VALUES(?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const remove = database.prepare(
    'DELETE FROM push_subscriptions WHERE subscription = ? AND person = ?',
  )
  return {
    'push-subscribed'({ person, subscription }, { index }) {
      if (count.get(person)?.['browsers'] === perPersonMax) {
        conflict(`\`${person}\` has ${perPersonMax} browsers already`, 'remove one')
      }
      if (add.run(subscription, index, person).changes === 0) {
        conflict('this browser is subscribed already', 'nothing is to be done')
      }
    },
    'push-unsubscribed'({ person, subscription }) {
      if (remove.run(subscription, person).changes === 0) {
        conflict('this browser is not subscribed', 'nothing is to be done')
      }
    },
  }
}
