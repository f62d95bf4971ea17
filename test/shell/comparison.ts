// Makes the table of docs/reading-shell.md: run it to print it, with `--write` to put it into the
// page. Every line of test/corpus/shell is read once; what the hook would advise is asked of the
// same readings, and cc-safety-net (https://github.com/kenryu42/cc-safety-net) of the same text.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { checkCommand } from 'cc-safety-net/api'

import { advise } from '../../src/advice/advise.ts'
import type { Action } from '../../src/domain/action.ts'
import { createCommandReading } from '../../src/reading/commands.ts'
import { createSqlReading } from '../../src/reading/reading.ts'
import { allLines, around, decoded } from '../corpus/shell-lines.ts'
import type { Line } from '../corpus/shell-lines.ts'
import { root } from '../source-files.ts'

export const page = join(root, 'docs/reading-shell.md')
const [opening, closing] = ['<!-- test/shell/comparison.ts -->', '<!-- end -->']

/** The page with the table in the place of the one that is there. */
export function withTable(text: string, table: string): string {
  const [before = '', after = ''] = [text.split(opening)[0], text.split(closing)[1]]
  return `${before}${opening}\n\n${table}\n${closing}${after}`
}

interface Counted {
  lines: number
  flagged: number
  refused: number
  kept: number
  net: number
}

type Sort = 'harm' | 'harmless' | 'unknown'

const sortOf: Readonly<Record<Line['folder'], Sort>> = {
  harmless: 'harmless',
  destructive: 'harm',
  disguised: 'harm',
  missed: 'harm',
  unknown: 'unknown',
}

const circumstances = {
  workTree: around.workTree,
  home: around.home,
  temporary: around.temporary,
  snapshots: true,
  confined: false,
  governed: [],
}

function isFlagged(actions: readonly Action[]): boolean {
  const effects = actions.flatMap((action) => action.effects)
  return effects.some(({ kind }) => kind !== 'read' && kind !== 'write')
}

/** It refuses everything in a folder that is not there: it gets one, and paths are moved to it. */
function netRefuses(command: string, home: string): boolean {
  const moved = command.replaceAll('/home/dev', home)
  return checkCommand({ command: moved, cwd: join(home, 'shop') }).kind === 'deny'
}

export async function comparisonTable(): Promise<string> {
  // Not below the temporary folder: there everything passes.
  const home = mkdtempSync(join(root, 'node_modules/.compare-'))
  mkdirSync(join(home, 'shop'))
  process.env['HOME'] = home
  const sql = await createSqlReading()
  const commands = createCommandReading({ sql })
  const counts: Record<Sort, Map<string, Counted>> = {
    harm: new Map(),
    harmless: new Map(),
    unknown: new Map(),
  }
  try {
    for (const { folder, family, text } of allLines()) {
      const command = decoded(text)
      const actions = await commands.read(command, around)
      const advice = advise(actions, circumstances)
      const families = counts[sortOf[folder]]
      const name = folder === 'disguised' ? `${family} (disguised)` : family
      const counted = families.get(name) ?? { lines: 0, flagged: 0, refused: 0, kept: 0, net: 0 }
      counted.lines += 1
      counted.flagged += Number(isFlagged(actions))
      counted.refused += Number(advice.kind === 'refuse')
      counted.kept += Number(advice.kind === 'pass' && advice.snapshot)
      counted.net += Number(netRefuses(command, home))
      families.set(name, counted)
    }
  } finally {
    await sql.close()
    rmSync(home, { recursive: true, force: true })
  }
  return [
    ...tableOf('Lines that do harm', counts.harm),
    ...tableOf('Lines that do none, and look as if they did', counts.harmless),
    ...tableOf('Lines of which the text does not tell what they run', counts.unknown),
  ].join('\n')
}

function tableOf(title: string, families: ReadonlyMap<string, Counted>): readonly string[] {
  const rows = [...families].sort(([a], [b]) => (a < b ? -1 : 1))
  const all = rows.map(([, counted]) => counted)
  const total = (pick: (counted: Counted) => number): number =>
    all.reduce((sum, counted) => sum + pick(counted), 0)
  const sum: Counted = {
    lines: total(({ lines }) => lines),
    flagged: total(({ flagged }) => flagged),
    refused: total(({ refused }) => refused),
    kept: total(({ kept }) => kept),
    net: total(({ net }) => net),
  }
  return [
    `${title}:`,
    '',
    '| family | lines | read as harm | advice: refused | advice: kept first | cc-safety-net: denied |',
    '|---|---|---|---|---|---|',
    ...rows.map(([name, counted]) => rowOf(name, counted)),
    rowOf('**all**', sum),
    '',
  ]
}

function rowOf(name: string, { lines, flagged, refused, kept, net }: Counted): string {
  const share = (count: number): string =>
    name === '**all**' ? `${count} (${((100 * count) / lines).toFixed(1)} %)` : String(count)
  return `| ${name} | ${lines} | ${share(flagged)} | ${share(refused)} | ${share(kept)} | ${share(net)} |`
}

if (import.meta.main) {
  const table = await comparisonTable()
  if (process.argv.includes('--write')) {
    writeFileSync(page, withTable(readFileSync(page, 'utf8'), table))
  } else {
    process.stdout.write(table)
  }
}
