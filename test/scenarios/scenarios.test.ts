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
    const played = new Set<string>()
    for (const [index, phase] of phases.entries()) {
      if (played.size < index) break
      await scenario.test(phase.title, async () => {
        await playPhase(phase, world, last)
        played.add(`${index}`)
      })
    }
    await world.stop()
    rmSync(home, { recursive: true, force: true })
  })
}
