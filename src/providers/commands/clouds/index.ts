import type { CommandRow } from '../commands.ts'
import { aws } from './aws.ts'
import { az } from './azure.ts'
import { cloudflareRows } from './cloudflare.ts'
import { google } from './google.ts'
import { hosts } from './hosts.ts'
import { objects } from './objects.ts'

export const clouds: readonly CommandRow[] = [
  aws,
  az,
  ...google,
  ...hosts,
  ...objects,
  ...cloudflareRows,
]
