import type { CommandRow } from '../commands.ts'
import { channelRows } from './channels.ts'
import { clientRows } from './clients.ts'
import { curlRow } from './curl.ts'

export const network: readonly CommandRow[] = [curlRow, ...clientRows, ...channelRows]
