import { runDaemon } from '../../main/advice-daemon.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { daemonSurroundings } from '../hook-world.ts'

export const hookDaemon: CommandRow = {
  name: 'hook daemon',
  summary: 'answer hooks here, until nobody asks for half an hour; hooks start it by themselves',
  async run(call) {
    await runDaemon(daemonSurroundings(call))
    return exitCodes.done
  },
}
