// What a path of the console's API is, and how a request finds its own.
import type { z } from 'zod'

import { Fault } from '../../domain/fault.ts'
import { namePattern } from '../../domain/names.ts'
import type {
  AgentName,
  DecisionId,
  HoldId,
  LeaseId,
  MandateId,
  PersonName,
} from '../../domain/names.ts'
import type { JsonValue } from '../../languages/json/value.ts'
import type { ConsoleParts } from './parts.ts'
import type { ConsoleSession } from './session.ts'

export type Answer = JsonAnswer | FileAnswer

export interface JsonAnswer {
  readonly body: object
  readonly setCookie?: string
}

/** Something to keep; a browser saves it, and never shows it as a page. */
export interface FileAnswer {
  readonly bytes: Uint8Array
  readonly type: string
  /** letters, digits, `.`, `-` and `_` */
  readonly fileName: string
}

/** What a route is given. */
export interface Call {
  readonly parts: ConsoleParts
  /** what stood in the path, by the name in braces */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** an empty object for GET */
  readonly body: JsonValue
  /** whoever asked has hung up: nobody waits for the answer any more */
  readonly signal: AbortSignal
}

export interface PersonCall extends Call {
  readonly session: ConsoleSession
  readonly person: PersonName
}

export interface Route {
  readonly method: 'GET' | 'POST'
  /** `{hold}` and its like stand for one segment, as `paramPatterns` has it */
  readonly path: string
}

export type OpenRoute = Route & Readonly<{ answer: (call: Call) => Promise<Answer> | Answer }>

/**
 * For whoever is signed in. What is posted is for owners and approvers, unless it says that it only
 * reads, or concerns nobody but the person themselves.
 */
export type PersonRoute = Route &
  Readonly<{
    only?: 'reads' | 'own'
    /** takes the gate much time: fewer of them a minute */
    heavy?: true
    answer: (call: PersonCall) => Promise<Answer> | Answer
  }>

const paramPatterns: Readonly<Partial<Record<string, RegExp>>> = {
  hold: /^hold_[a-z0-9]{16}$/,
  decision: /^dec_[a-z0-9]{16,25}$/,
  mandate: /^[a-z0-9_]{1,80}$/,
  lease: /^[a-z0-9_]{1,80}$/,
  agent: namePattern,
  index: /^(0|[1-9]\d{0,14})$/,
}

/** The route, and what its path names; null for none. */
export function findRoute<R extends Route>(
  routes: readonly R[],
  method: string,
  path: string,
): Readonly<{ route: R; params: Readonly<Record<string, string>> }> | null {
  const segments = path.split('/')
  for (const route of routes) {
    const wanted = route.path.split('/')
    if (route.method !== method || wanted.length !== segments.length) continue
    const params = paramsOf(wanted, segments)
    if (params !== null) return { route, params }
  }
  return null
}

function paramsOf(
  wanted: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | null {
  const params: Record<string, string> = {}
  for (const [at, segment] of wanted.entries()) {
    const given = segments[at] ?? ''
    const name = /^\{(\w+)\}$/.exec(segment)?.[1]
    if (name === undefined) {
      if (segment !== given) return null
      continue
    }
    if (paramPatterns[name]?.test(given) !== true) return null
    params[name] = given
  }
  return params
}

/** What a part of the path is, once its pattern has found it to be like one. */
interface ParamNames {
  readonly hold: HoldId
  readonly decision: DecisionId
  readonly mandate: MandateId
  readonly lease: LeaseId
  readonly agent: AgentName
  readonly index: string
}

export function param<K extends keyof ParamNames>(
  { params }: Pick<Call, 'params'>,
  name: K,
): ParamNames[K] {
  return (params[name] ?? '') as ParamNames[K]
}

/** The body, or the query as an object of texts, in the shape that this path takes. */
export function read<T>(shape: z.ZodType<T>, given: JsonValue | URLSearchParams): T {
  const value = given instanceof URLSearchParams ? Object.fromEntries(given) : given
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  throw new Fault('body-malformed', 'this is not what the path takes')
}
