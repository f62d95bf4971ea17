// Started by others: prints a line of JSON when it is ready, and ends when its standard input does.
//   node simulators/railway/main.ts --mode legacy --folder DIR [--scene-folder DIR] [--no-postgres]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import type { SimulatorOptions } from './simulator.ts'
import { openSimulator } from './simulator.ts'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    port: { type: 'string', default: '0' },
    'admin-port': { type: 'string', default: '0' },
    mode: { type: 'string', default: 'legacy' },
    folder: { type: 'string' },
    'scene-folder': { type: 'string' },
    'rate-limit': { type: 'string' },
    postgres: { type: 'boolean', default: true },
    /** run on when standard input ends */
    linger: { type: 'boolean', default: false },
  },
})

const { mode, folder, linger } = values
if (mode !== 'legacy' && mode !== 'delayed') throw new Error(`--mode ${mode}: legacy or delayed`)

const own = folder === undefined ? mkdtempSync(join(tmpdir(), 'railway-simulator-')) : null
const options: SimulatorOptions = {
  port: Number(values.port),
  adminPort: Number(values['admin-port']),
  mode,
  folder: folder ?? own ?? '.',
  sceneFolder: values['scene-folder'] ?? null,
  postgres: values.postgres,
  rateLimit: values['rate-limit'] === undefined ? null : Number(values['rate-limit']),
}

// Whoever started us may be gone before we are ready.
let stopping = false
let close: () => Promise<void> = () => Promise.resolve()
function stop(): void {
  if (stopping) return
  stopping = true
  void close().finally(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
process.on('exit', () => {
  // Whatever else happens on the way out, nothing stays behind.
  rmSync(join(options.folder, 'volumes'), { recursive: true, force: true })
  if (own !== null) rmSync(own, { recursive: true, force: true })
})
if (!linger) {
  process.stdin.on('end', stop)
  process.stdin.on('error', stop)
  process.stdin.resume()
}

const simulator = await openSimulator(options)
close = () => simulator.close()
// `stopping` changes while we wait above, which control flow analysis cannot see.
if (stopping as boolean) await close().finally(() => process.exit(0))
if (options.postgres && simulator.ready.postgres === null) {
  process.stderr.write(`without postgresql: ${simulator.ready.postgresSays ?? ''}\n`)
}
process.stdout.write(`${JSON.stringify(simulator.ready)}\n`)
