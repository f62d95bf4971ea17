import assert from 'node:assert/strict'
import { test } from 'node:test'

import { providers } from '../providers/table.ts'
import { readConfiguration } from './configuration.ts'
import { FileFault } from './problem.ts'

const upstream = (admin: string): string =>
  `{ provider: postgres, url: 'postgres://db.example', role: app, credential: c, database: shop,
     environment: shop/production${admin} }`

function read(backup: string) {
  return readConfiguration(
    `version: 1
upstreams:
  shop-db: ${upstream(', admin: { role: postgres, credential: a }')}
  scratch-db: ${upstream(', admin: { role: postgres, credential: a }')}
  bare-db: ${upstream('')}
safeguards:
  independent-backup: ${backup}
`,
    '/srv/holdpoint.yaml',
    providers,
  ).safeguards
}

test('an export is preferred to a command, and both can be said', () => {
  const command = "command: [save], artefact: 'x/{decision}'"
  const exporting = 'volumes: { vol_1: shop-db }, folder: ./backups, scratch: scratch-db'
  const settled = read(`{ ${exporting}, ${command}, minutesMax: 7 }`)
  assert.deepEqual(settled, [
    {
      ...{ kind: 'export', name: 'independent-backup', minutesMax: 7, database: null },
      volumes: new Map([['vol_1', 'shop-db']]),
      folder: '/srv/backups',
      scratch: 'scratch-db',
    },
    {
      ...{ kind: 'command', name: 'independent-backup', minutesMax: 7, command: ['save'] },
      artefact: '/srv/x/{decision}',
    },
  ])
  assert.deepEqual(
    read(`{ ${exporting} }`).map(({ kind }) => kind),
    ['export'],
  )
})

const refused: readonly (readonly [backup: string, says: RegExp])[] = [
  ['{}', /lacks `command`/],
  ['{ command: [save] }', /lacks `artefact`/],
  ['{ folder: x, scratch: scratch-db }', /lacks `volumes`/],
  ['{ database: shop-db, scratch: scratch-db }', /lacks `folder`/],
  ['{ database: shop-db, folder: x }', /lacks `scratch`/],
  ['{ database: shop-db, folder: x, scratch: shop-db }', /must be another/],
  ['{ database: bare-db, folder: x, scratch: scratch-db }', /needs an `admin`/],
  ['{ database: none, folder: x, scratch: scratch-db }', /no PostgreSQL upstream/],
  ["{ volumes: { 'my volume': shop-db }, folder: x, scratch: scratch-db }", /./],
  ["{ volumes: { '../x': shop-db }, folder: x, scratch: scratch-db }", /./],
]

for (const [backup, says] of refused) {
  test(`refused: ${backup}`, () => {
    assert.throws(
      () => read(backup),
      (fault) => fault instanceof FileFault && says.test(JSON.stringify(fault.problems)),
    )
  })
}
