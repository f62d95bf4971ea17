import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { parseScript, playPhase } from './script.ts'
import type { Printed } from './script.ts'
import { openWorld } from './world.ts'
import type { World } from './world.ts'

const folder = import.meta.dirname

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  const phases = parseScript(readFileSync(join(folder, name), 'utf8'))
  suite(name, async () => {
    const home = mkdtempSync(join(tmpdir(), 'holdpoint-scenario-'))
    const last: { printed: Printed } = { printed: { stdout: '', stderr: '', code: 0 } }
    let world: World | null = null
    // Later phases stand on earlier ones: after a failure they say so instead of failing obscurely.
    let broken: string | null = null
    for (const phase of phases) {
      await test(phase.title, async () => {
        if (broken !== null) throw new Error(`not played: \`${broken}\` failed before it`)
        broken = phase.title
        world ??= await openWorld(home)
        await playPhase(phase, world, last)
        broken = null
      })
    }
    await test('the world ends', async () => {
      await world?.stop()
      rmSync(home, { recursive: true, force: true })
    })
  })
}
