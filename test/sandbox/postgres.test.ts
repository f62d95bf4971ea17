// A real PostgreSQL behind the gate, met from inside by those who were given leases without
// knowing: by the environment, by a file of the work tree, by the database's own name.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { missing } from '../scenarios/postgres/programs.ts'
import { databaseName } from './gate.ts'
import { asking, openSandboxWorld, sections, unavailable } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable !== false ? unavailable : (missing('psql') ?? false)
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld({ postgres: true })
})
after(() => opened?.stop())

const mandate = {
  task: 'look at the shop',
  agent: 'shopper',
  authorization_details: [
    {
      type: 'holdpoint',
      ...{ actions: ['read'], locations: ['shop/*'], resources: ['postgres:*'] },
    },
  ],
}
const secret = 'app-password'
const rows = 'select name from customers order by id'

test(
  'clients find the door where they look for the database, and hold leases',
  { skip },
  async () => {
    const port = world.postgres?.port ?? 0
    const url = `postgres://app:${secret}@${databaseName}:${port}/shop`
    writeFileSync(join(world.tree, '.env'), `DATABASE_URL=${url}\nMODE=development\n`)
    const psql = 'psql -X -At'
    const questions = {
      'by PG*': `${psql} -c '${rows}'`,
      'by DATABASE_URL': `${psql} "$DATABASE_URL" -c '${rows}'`,
      'by its name': `${psql} -h ${databaseName} -p ${port} -c '${rows}'`,
      'by .env': `. ./.env; ${psql} "$DATABASE_URL" -c '${rows}'`,
      'what is written in .env': 'cat .env',
      'what the environment has': 'env | grep -E "PG|DATABASE"',
      writing: `${psql} -c 'delete from customers'`,
      'by its own password': `PGPASSWORD=${secret} ${psql} -U app -h ${databaseName} -p ${port} -c '${rows}'`,
      'by where it is': `PGPASSWORD=${secret} ${psql} -U app -h 127.0.0.1 -p ${port} -c '${rows}'`,
    }
    const env = {
      DATABASE_URL: url,
      ...{ PGHOST: databaseName, PGPORT: String(port), PGUSER: 'app', PGPASSWORD: secret },
      PGDATABASE: 'shop',
    }
    const { stdout, stderr } = await world.run(asking(questions), { mandate, env })
    const said = sections(stdout)
    for (const name of ['by PG*', 'by DATABASE_URL', 'by its name', 'by .env']) {
      assert.equal(said.get(name), 'Ada\nGrace\nrc=0\n', `${name}: ${stderr}`)
    }
    assert.match(
      said.get('what is written in .env') ?? '',
      /^DATABASE_URL=postgres:\/\/shop-db:hpl_/,
    )
    assert.doesNotMatch(said.get('what is written in .env') ?? '', new RegExp(secret))
    assert.doesNotMatch(said.get('what the environment has') ?? '', new RegExp(secret))
    for (const name of ['writing', 'by its own password', 'by where it is']) {
      assert.doesNotMatch(said.get(name) ?? '', /rc=0|Ada/, name)
    }
    const direct = await world.postgres?.connect('shop', 'app', secret)
    const left = await direct?.query('select 1 from customers')
    assert.equal(left?.rowCount, 2, 'nothing was deleted')
  },
)

test('a server of its own, at the usual port and name, is its own', { skip }, async () => {
  const server =
    `node -e 'require("net").createServer((s) => s.once("data", () => s.end("E" + "mine"))).listen(5432, "127.0.0.1", () => console.log("up"))' > up & ` +
    'p=$!; until grep -q up up; do sleep 0.1; done'
  const questions = {
    own: `${server}; node -e 'const s = require("net").connect(5432, "localhost"); s.on("data", (d) => console.log(String(d))); s.write("hello")'; kill $p; rm -f up`,
  }
  const said = sections((await world.run(asking(questions), { mandate })).stdout)
  assert.match(said.get('own') ?? '', /^Emine\n/)
})
