// What the hook's client starts where no daemon answers, and the daemon itself. A file of its own:
// an agent waits for it, and the whole command line takes longer to load than to answer.
//   ask AGENT   the event on stdin; ends with 0 or 2
//   daemon      answers on the socket until nobody has asked for a while
import { homedir } from 'node:os'

import { faultReason } from '../doors/hook/desk.ts'
import { isHookAgent } from '../doors/hook/event.ts'
import { answerOne, runDaemon } from '../main/advice-daemon.ts'

const surroundings = {
  environment: process.env,
  home: process.env['HOME'] ?? homedir(),
  user: process.getuid?.() ?? null,
  pid: process.pid,
  node: process.execPath,
  entry: import.meta.filename,
}

const [work, agent = ''] = process.argv.slice(2)
if (work === 'daemon') {
  await runDaemon(surroundings).catch(() => (process.exitCode = 1))
} else {
  let exit = 2
  try {
    if (work !== 'ask') throw new Error('called without `ask` or `daemon`')
    const answer = await answerOne(surroundings, agent, process.stdin)
    if (answer.stdout !== '') process.stdout.write(`${answer.stdout}\n`)
    if (answer.stderr !== '') process.stderr.write(`${answer.stderr}\n`)
    exit = answer.exit
  } catch (fault) {
    const named = isHookAgent(agent) ? agent : 'claude-code'
    process.stderr.write(`${faultReason(named, fault)}\n`)
  }
  process.stdout.write('', () => process.exit(exit))
}
