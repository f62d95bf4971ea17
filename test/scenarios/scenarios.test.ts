import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { parseScript, playPhase } from './script.ts'
import type { Printed } from './script.ts'
import { openWorld } from './world.ts'

const folder = import.meta.dirname

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  const phases = parseScript(readFileSync(join(folder, name), 'utf8'))
  test(name, async (scenario) => {
    const home = mkdtempSync(join(tmpdir(), 'holdpoint-scenario-'))
    const last: { printed: Printed } = { printed: { stdout: '', stderr: '', code: 0 } }
    const world = await openWorld(home)
    // Later phases stand on earlier ones: the first that fails ends the scenario.
    let failed = false
    for (const phase of phases) {
      if (failed) break
      await scenario.test(phase.title, async () => {
        failed = true
        await playPhase(phase, world, last)
        failed = false
      })
    }
    await world.stop()
    rmSync(home, { recursive: true, force: true })
  })
}
