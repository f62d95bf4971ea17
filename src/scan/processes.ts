// What processes hold: the environment of this one, those and the arguments of the user's others.
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { readFileText } from './bytes.ts'
import type { Budget } from './budget.ts'
import type { Collector } from './collect.ts'
import type { ScanWorld, Source } from './source.ts'

const limits = { texts: 20_000, bytes: 256 * 2 ** 20, fileBytes: 2 ** 20, milliseconds: 10_000 }

export const ownEnvironment: Source = {
  name: 'environment',
  about: 'the environment in which this was started',
  limits,
  read(world, collector, budget) {
    const lines = Object.entries(world.environment).map(([name, value]) => `${name}=${value ?? ''}`)
    const text = lines.join('\n')
    budget.spend(text.length)
    const place = { source: 'environment', name: 'environment', commit: null, file: null } as const
    collector.offer({ place, path: 'environment', text, lineless: true })
  },
}

export const processes: Source = {
  name: 'processes',
  about: "environments and arguments of this user's other processes",
  limits,
  read(world, collector, budget) {
    if (world.platform !== 'linux') {
      budget.notDone(`processes are not looked at on ${world.platform}`)
      return
    }
    for (const pid of pidsOf(world, budget)) {
      if (!budget.left) return
      readProcess(pid, world, collector, budget)
    }
  },
}

function pidsOf({ proc, pid, uid }: ScanWorld, budget: Budget): readonly string[] {
  try {
    return readdirSync(proc).filter((name) => {
      if (!/^\d+$/.test(name) || Number(name) === pid) return false
      return lstatSync(join(proc, name), { throwIfNoEntry: false })?.uid === uid
    })
  } catch {
    budget.notDone('the list of processes could not be read')
    return []
  }
}

function readProcess(pid: string, { proc }: ScanWorld, collector: Collector, budget: Budget): void {
  const name = readFileText(join(proc, pid, 'comm'), 64)
  const shown = name.kind === 'text' ? ` (${name.text.trim()})` : ''
  for (const [file, what] of [
    ['environ', 'process'],
    ['cmdline', 'arguments of process'],
  ] as const) {
    const read = readFileText(join(proc, pid, file), limits.fileBytes)
    if (read.kind === 'passed') {
      if (read.why !== 'empty') budget.pass(read.why)
      continue
    }
    budget.spend(read.bytes)
    // Ended by zeros: an argument a word, a variable a line.
    const text = read.text.replaceAll('\0', file === 'environ' ? '\n' : ' ')
    const place = {
      source: 'processes',
      name: `${what} ${pid}${shown}`,
      commit: null,
      file: null,
    } as const
    collector.offer({ place, path: file, text, lineless: true })
  }
}
