// Whose a token is, by two questions that change nothing: `me` answers for an account's token
// alone, `projects` for a workspace's too. A project's token travels in another header, and so is
// refused like one that is dead.
import type { AskRequest, Whose } from '../provider.ts'
import { members } from './discover-check.ts'

export const whoseRailway: Whose = {
  questions: [
    { says: 'account', request: question('{ me { id } }'), holds: (body) => answers(body, 'me') },
    {
      says: 'workspace',
      request: question('{ projects(first: 1) { edges { node { id } } } }'),
      holds: (body) => answers(body, 'projects'),
    },
  ],
}

function question(query: string): AskRequest {
  return {
    method: 'POST',
    target: '/graphql/v2',
    headers: [
      ['accept', 'application/json'],
      ['content-type', 'application/json'],
    ],
    body: JSON.stringify({ query }),
  }
}

function answers(body: Uint8Array, field: string): boolean {
  try {
    const answer = members(JSON.parse(new TextDecoder().decode(body)), 'answer')
    members(members(answer['data'], 'data')[field], field)
    return true
  } catch {
    return false
  }
}
