import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { parseScript, playPhase } from '../script.ts'
import type { Phase, Printed } from '../script.ts'
import { missing } from './programs.ts'
import { openPostgresWorld } from './world.ts'

const folder = import.meta.dirname

/** A phase that starts with `needs psql` is skipped where there is none, and says so. */
function withoutNeeds(phase: Phase): Readonly<{ phase: Phase; skip: string | false }> {
  const needs = phase.lines.filter(({ words }) => words[0] === 'needs')
  const why = needs
    .flatMap(({ words }) => words.slice(1).map(missing))
    .filter((one) => one !== null)
  const lines = phase.lines.filter((line) => !needs.includes(line))
  return { phase: { ...phase, lines }, skip: why.length === 0 ? false : why.join('; ') }
}

for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
  const phases = parseScript(readFileSync(join(folder, name), 'utf8'))
  test(name, async (scenario) => {
    const home = mkdtempSync(join(tmpdir(), 'holdpoint-scenario-'))
    const last: { printed: Printed } = { printed: { stdout: '', stderr: '', code: 0 } }
    const world = await openPostgresWorld(home)
    // Later phases stand on earlier ones: the first that fails ends the scenario.
    const failed = new Set<string>()
    for (const one of phases) {
      const { phase, skip } = withoutNeeds(one)
      if (failed.size > 0) break
      await scenario.test(phase.title, { skip }, async () => {
        failed.add(phase.title)
        await playPhase(phase, world, last)
        failed.delete(phase.title)
      })
    }
    await world.stop()
    rmSync(home, { recursive: true, force: true })
  })
}
