import { serveStdio } from '@modelcontextprotocol/server/stdio'

import { createEverything } from './everything.ts'

serveStdio(createEverything)
