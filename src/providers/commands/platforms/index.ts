import type { CommandRow } from '../commands.ts'
import { backends } from './backends.ts'
import { codeHosts } from './code-hosts.ts'
import { dataPlatforms } from './data.ts'
import { flyRow } from './fly.ts'
import { herokuRow } from './heroku.ts'
import { hosting } from './hosting.ts'
import { railwayRow } from './railway.ts'
import { secretStores } from './secrets.ts'
import { services } from './subscriptions.ts'

export const platforms: readonly CommandRow[] = [
  railwayRow,
  flyRow,
  herokuRow,
  ...hosting,
  ...dataPlatforms,
  ...backends,
  ...codeHosts,
  ...services,
  ...secretStores,
]
