// What Railway's answers mean. Errors come under status 200: `failed` only where there is no data
// beside them. A server error after a mutation may have happened after all: `unknown`.
import type { Outcome } from '../../domain/outcome.ts'
import { parseStrictJson } from '../../languages/json/strict.ts'
import { isList, isObject, member } from '../../languages/json/value.ts'
import type { JsonValue } from '../../languages/json/value.ts'

const limits = { bytesMax: 16_777_216, depthMax: 256, nodesMax: 4_000_000 }
const codePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

export function outcomeOf(status: number, body: Uint8Array | null): Outcome {
  if (status >= 500) return { kind: 'unknown', why: `the provider answered with status ${status}` }
  if (status === 429) return { kind: 'failed', code: 'rate-limited', status }
  if (status < 200 || status >= 300) return { kind: 'failed', code: `http-${status}`, status }
  if (body === null) return { kind: 'succeeded', status }
  const parsed = parseStrictJson(body, limits)
  if (parsed.kind === 'refused') {
    return { kind: 'unknown', why: 'the provider answered with something that is not JSON' }
  }
  const { value } = parsed
  if (!isList(value)) return outcomeOfOne(status, value)
  return together(value.map((each) => outcomeOfOne(status, each)))
}

/** Of a batch: what all of it came to, or that it cannot be said in one word. */
function together(outcomes: readonly Outcome[]): Outcome {
  const [first] = outcomes
  if (first !== undefined && outcomes.every(({ kind }) => kind === first.kind)) return first
  return { kind: 'unknown', why: 'the provider carried out a part of the batch' }
}

function outcomeOfOne(status: number, answer: JsonValue): Outcome {
  if (!isObject(answer)) {
    return { kind: 'unknown', why: 'the provider answered with something that is not GraphQL' }
  }
  const data = member(answer, 'data')
  const errors = member(answer, 'errors')
  if (isList(errors) && errors.length > 0) {
    if (hasResult(data)) {
      return { kind: 'unknown', why: 'the provider answered with data and errors' }
    }
    return { kind: 'failed', code: codeOf(errors[0]), status }
  }
  if (isObject(data)) return { kind: 'succeeded', status }
  return { kind: 'unknown', why: 'the provider answered with neither data nor errors' }
}

function hasResult(data: JsonValue | undefined): boolean {
  return isObject(data) && Object.values(data).some((value) => value !== null)
}

/** The provider's code where it is one; never its message, which may hold anything. */
function codeOf(error: JsonValue | undefined): string {
  const extensions = isObject(error) ? member(error, 'extensions') : undefined
  const code = isObject(extensions) ? member(extensions, 'code') : undefined
  return typeof code === 'string' && codePattern.test(code) ? code : 'graphql-error'
}
