import type { SourceName } from './finding.ts'
import { gitHistory } from './git.ts'
import { agentTranscripts, home, mcpServers, shellHistories } from './home.ts'
import { ownEnvironment, processes } from './processes.ts'
import { sockets } from './sockets.ts'
import type { Source } from './source.ts'
import { workTree } from './tree.ts'

/** In the order in which they are read. */
export const sources: readonly Source[] = [
  workTree,
  ownEnvironment,
  mcpServers,
  home,
  processes,
  shellHistories,
  agentTranscripts,
  sockets,
  gitHistory,
]

/** What paths have to do with: when some are given, only these are read. */
export const sourcesOfPaths: readonly SourceName[] = ['work-tree', 'git']
