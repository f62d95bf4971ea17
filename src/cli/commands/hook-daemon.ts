import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { daemonSurroundings } from '../hook-world.ts'

export const hookDaemon: CommandRow = {
  name: 'hook daemon',
  summary: 'answer hooks here, until nobody asks for half an hour; hooks start it by themselves',
  async run(call) {
    // Much code, that no other command needs.
    const { runDaemon } = await import('../../main/advice-daemon.ts')
    await runDaemon(daemonSurroundings(call))
    return exitCodes.done
  },
}
