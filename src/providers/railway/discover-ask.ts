// GraphQL over HTTP, as far as reading an inventory needs it: POST with `query` and `variables`, an
// answer with `data` and without `errors`. Values travel as variables, never in the query's text.
// https://graphql.github.io/graphql-over-http/draft/
import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import type { Ask } from '../provider.ts'
import type { Members } from './discover-check.ts'
import { list, members, text } from './discover-check.ts'

/** Asks one question; rejects unless all of it was answered. */
export type Question = (
  query: string,
  variables: Readonly<Record<string, string | number | null>>,
) => Promise<Members>

const requestsMax = 200
const answerBytesMax = 16 * 1_048_576
const messageLengthMax = 200

const utf8 = new TextDecoder('utf-8', { fatal: true })

export function createQuestion(ask: Ask): Question {
  let requests = 0
  return async (query, variables) => {
    if (++requests > requestsMax) {
      throw new Fault('discover-too-large', `more than ${requestsMax} requests for one walk`)
    }
    const answer = await ask({
      method: 'POST',
      target: '/graphql/v2',
      headers: [
        ['accept', 'application/json'],
        ['content-type', 'application/json'],
      ],
      body: JSON.stringify({ query, variables }),
    })
    return readAnswer(answer)
  }
}

function readAnswer(bytes: Uint8Array): Members {
  const answer = members(parse(bytes), 'answer')
  const errors = answer['errors'] ?? []
  const [first] = list(errors, 'errors')
  if (first !== undefined) {
    const message = text(members(first, 'errors')['message'], 'errors.message')
    const said = inert(message.slice(0, messageLengthMax))
    throw new Fault('discover-refused', `railway answered \`${said}\``)
  }
  return members(answer['data'], 'data')
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length > answerBytesMax) {
    throw new Fault('discover-too-large', `an answer of more than ${answerBytesMax} bytes`)
  }
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw new Fault('discover-malformed', 'railway answered something that is not json', { cause })
  }
}
