import type { DatabaseSync } from 'node:sqlite'

import type { AgentName } from '../domain/names.ts'
import { conflict } from './fold.ts'
import type { Folds } from './fold.ts'

type AgentFolds = Pick<Folds, 'agent-added' | 'tripped' | 'resumed' | 'killed' | 'kill-lifted'>

/** How the kill of everyone is kept: no agent can have this name. */
const everyone = ''

export function foldAgents(database: DatabaseSync): AgentFolds {
  const agent = database.prepare('SELECT frozen FROM agents WHERE name = ?')
  const addAgent = database.prepare('INSERT INTO agents(name, idx) VALUES(?, ?)')
  const freeze = database.prepare('UPDATE agents SET frozen = coalesce(frozen, ?) WHERE name = ?')
  const thaw = database.prepare('UPDATE agents SET frozen = NULL WHERE name = ?')
  const kill = database.prepare('INSERT INTO kills(agent, idx) VALUES(?, ?) ON CONFLICT DO NOTHING')
  const liftKill = database.prepare('DELETE FROM kills WHERE agent = ?')

  function known(name: AgentName): { frozen: boolean } {
    const row = agent.get(name)
    if (row === undefined)
      conflict(`there is no agent \`${name}\``, 'add it with `holdpoint agent add`')
    return { frozen: row['frozen'] !== null }
  }

  return {
    'agent-added'({ agent: name }, { index }) {
      if (agent.get(name) !== undefined) {
        conflict(`there is an agent \`${name}\` already`, 'choose another name')
      }
      addAgent.run(name, index)
    },
    tripped({ agent: name }, { index }) {
      known(name)
      freeze.run(index, name)
    },
    resumed({ agent: name }) {
      if (!known(name).frozen) conflict(`\`${name}\` is not frozen`, 'there is nothing to do')
      thaw.run(name)
    },
    // Pulling it twice is no mistake: a kill is never refused for being in force.
    killed({ agent: name }, { index }) {
      if (name !== null) known(name)
      kill.run(name ?? everyone, index)
    },
    'kill-lifted'({ agent: name }) {
      if (liftKill.run(name ?? everyone).changes !== 0) return
      const whom = name === null ? 'everyone' : `\`${name}\``
      conflict(`no kill of ${whom} is in force`, 'there is nothing to do')
    },
  }
}
