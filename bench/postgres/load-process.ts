// Point SELECTs as pgbench makes them, where there is none: `node bench/postgres/load-process.ts
// '{"port":…,"user":…,"password":…,"protocol":…,"clients":…,"seconds":…}'`.
import { randomInt } from 'node:crypto'

import pg from 'pg'

import type { Protocol } from './load.ts'

interface Order {
  readonly port: number
  readonly user: string
  readonly password: string
  readonly protocol: Protocol
  readonly clients: number
  readonly seconds: number
}

const order = JSON.parse(process.argv[2] ?? '') as Order
const { port, user, password, protocol, seconds } = order
const accounts = 100_000
const select = 'SELECT abalance FROM pgbench_accounts WHERE aid = '

function ask(client: pg.Client): Promise<unknown> {
  const aid = randomInt(1, accounts + 1)
  switch (protocol) {
    case 'simple':
      return client.query(`${select}${aid};`)
    case 'extended':
      return client.query(`${select}$1;`, [aid])
    case 'prepared':
      return client.query({ name: 'P_0', text: `${select}$1;`, values: [aid] })
  }
}

const clients = Array.from(
  { length: order.clients },
  () => new pg.Client({ host: '127.0.0.1', port, user, password, database: 'bench' }),
)
await Promise.all(clients.map((client) => client.connect()))
const start = performance.now()
const until = start + seconds * 1000
let answered = 0
let failures = 0
await Promise.all(
  clients.map(async (client) => {
    while (performance.now() < until) {
      await ask(client).then(
        () => (answered += 1),
        () => (failures += 1),
      )
    }
  }),
)
const perSecond = (answered * 1000) / (performance.now() - start)
await Promise.all(clients.map((client) => client.end()))
process.stdout.write(JSON.stringify({ perSecond, failures }))
