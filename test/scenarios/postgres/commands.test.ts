// The commands of databases as people type them, and what they see: in 80 columns.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import pg from 'pg'

import type { Printed } from '../script.ts'
import { openPostgresWorld } from './world.ts'

/** A statement that is shown whole stays as it was written. */
function narrow({ stdout, stderr }: Printed): string {
  const lines = `${stdout}${stderr}`.split('\n')
  const wide = lines.filter((line) => line.length > 80 && !line.includes('long long'))
  assert.deepEqual(wide, [])
  return stdout
}

test('enrol, look, take back: what a person sees of a change', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-scenario-'))
  const world = await openPostgresWorld(folder)
  t.after(async () => {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const again = narrow(await world.cli(['postgres', 'enroll', 'shop-db', '--database', 'shop_dev']))
  assert.match(again, /^enrolled shop_dev of shop-db: version \d+, as before\n/)
  const status = narrow(await world.cli(['postgres', 'status']))
  assert.match(status, /^shop-db\/shop {2}shop\/production\n {2}PostgreSQL \d+/)
  assert.match(status, /shop-db\/shop_dev {2}shop\/development\n/)
  assert.match(status, /0 changes kept/)
  assert.match(narrow(await world.cli(['trash', 'list'])), /^nothing is kept\n/)

  const { token } = await world.leaseOf('typist')
  const connection = { host: '127.0.0.1', port: world.port, user: 'shop-db' }
  const agent = new pg.Client({ ...connection, password: token.reveal(), database: 'shop_dev' })
  await agent.connect()
  await agent.query(`DELETE FROM customers WHERE id = 1 -- ${'long '.repeat(40)}`)
  await agent.end()

  const listed = narrow(await world.cli(['trash', 'list']))
  assert.match(listed, /^ {2}.{77}…$/m)
  assert.match(listed, /^dec_\w+ {2}\d{4}-\S+Z {2}shop-db\/shop_dev\n {2}DELETE FROM customers/)
  const [decision = ''] = /^dec_\w+/.exec(listed) ?? []
  const shown = narrow(await world.cli(['trash', 'show', decision]))
  assert.ok(shown.includes('long '.repeat(40).trimEnd()), shown)
  assert.match(shown, new RegExp(`next: holdpoint undo ${decision} --dry-run\n$`))
  const dry = narrow(await world.cli(['undo', decision, '--dry-run']))
  assert.match(dry, /^would undo dec_\w+ in shop-db\/shop_dev; nothing was\n* *changed\n/)
  assert.match(dry, /public\.customers: 1 row/)
  const undone = narrow(await world.cli(['undo', decision]))
  assert.match(undone, /^undone dec_\w+ in shop-db\/shop_dev: everything is as it\n* *was\n/)
  const doctor = narrow(await world.cli(['doctor']))
  assert.match(doctor, /^ok +postgres +127\.0\.0\.1:\d+ answers$/m)
  assert.match(doctor, /^ok +database +shop-db\/shop/m)
  await world.cli(['ledger', 'verify'])
})
