// A process that takes snapshots or undoes, to be killed.
import { openSnapshots } from '../../src/snapshots/open.ts'
import { createClock } from '../../src/system/clock.ts'
import { searchPath } from './scene.ts'

const [workTree = '', folder = '', what = '', operand = ''] = process.argv.slice(2)
const clock = createClock(null)
const snapshots = await openSnapshots({ workTree, folder, clock, searchPath: searchPath() })
process.stdout.write('ready\n')
if (what === 'restore') await snapshots.restore(operand, { paths: [], exact: true })
else for (let round = 0; round < Number(operand); round++) await snapshots.take(`${what} ${round}`)
process.stdout.write('done\n')
await snapshots.close()
