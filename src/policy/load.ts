// Cedar skips a policy that errors, a forbid included: so everything is parsed and validated here,
// strictly, against the schema, and a warning is an error. https://docs.cedarpolicy.com
import {
  getCedarVersion,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs'

import { Fault } from '../domain/fault.ts'
import type { Digest } from '../domain/names.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { byteLength, positionOf, showPosition } from './position.ts'
import { invalid, readRule } from './rule.ts'
import type { Rule } from './rule.ts'

export interface PolicySource {
  /** file name, as people will look for it */
  readonly name: string
  readonly text: string
}

export interface PolicyOptions {
  readonly sources: readonly PolicySource[]
  /** text of `schema.cedarschema` */
  readonly schema: string
  readonly digest: (canonical: string) => Digest
  /** safeguards that a policy may ask for; those that Holdpoint has, by default */
  readonly safeguards?: readonly string[]
}

/** A set that Cedar has parsed, validated and kept under a name of its own. */
export interface LoadedSet {
  readonly digest: Digest
  readonly setName: string
  readonly schemaName: string
  /** by id, in the order in which reasons are given */
  readonly rules: ReadonlyMap<string, Rule>
}

const sourcesMax = 200
const sourceBytesMax = 262_144
/** a decision costs about 2 µs for each */
const policiesMax = 1_000
const safeguardsKnown: readonly string[] = ['independent-backup']
const schemaFile = 'schema.cedarschema'

/** A policy where it stands. */
interface Placed {
  readonly source: PolicySource
  /** UTF-8 bytes before it */
  readonly offset: number
  readonly text: string
  readonly rule: Rule
}

/** Tells sets apart that are alike: closing one must not disturb the other. */
let setsLoaded = 0

/** Throws Fault('policy-invalid') that names file, line and column. */
export function loadSet(options: PolicyOptions): LoadedSet {
  const { schema, digest, safeguards = safeguardsKnown } = options
  const sources = sortByName(options.sources)
  const policies = sources.flatMap((source) => readSource(source, safeguards))
  const byId = indexById(policies)
  const schemaName = `schema ${digest(schema)}`
  const parsedSchema = preparseSchema(schemaName, schema)
  if (parsedSchema.type === 'failure') {
    throw cedarFault({ name: schemaFile, text: schema }, 0, parsedSchema.errors)
  }
  const staticPolicies = Object.fromEntries(policies.map(({ rule, text }) => [rule.id, text]))
  validateStrictly(byId, schema, staticPolicies)
  const set = digest(canonicalJson({ cedar: getCedarVersion(), schema, sources }))
  setsLoaded += 1
  const setName = `set ${setsLoaded} ${set}`
  const parsed = preparsePolicySet(setName, { staticPolicies })
  if (parsed.type === 'failure') {
    throw new Fault('policy-invalid', `${firstMessage(parsed.errors)}; run \`holdpoint doctor\``)
  }
  const rules = new Map(policies.map(({ rule }) => [rule.id, rule]))
  return { digest: set, setName, schemaName, rules }
}

/** A rule, and the line of its file on which it begins. */
export interface RuleInFile {
  readonly rule: Rule
  readonly line: number
}

/** What one file has in it, in its order; for files that are trusted to be read right here. */
export function rulesIn(
  source: PolicySource,
  safeguards: readonly string[] = safeguardsKnown,
): readonly RuleInFile[] {
  return readSource(source, safeguards).map(({ rule, offset }) => ({
    rule,
    line: positionOf(source.text, offset).line,
  }))
}

/** Frees the set. Cedar keeps no way to forget a name, so an empty set takes its place. */
export function unloadSet(set: LoadedSet): void {
  preparsePolicySet(set.setName, { staticPolicies: {} })
}

function sortByName(sources: readonly PolicySource[]): readonly PolicySource[] {
  if (sources.length > sourcesMax) {
    throw new Fault('policy-invalid', `more than ${sourcesMax} policy files; join some`)
  }
  return sources
    .map(({ name, text }) => ({ name, text }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readSource(source: PolicySource, safeguards: readonly string[]): readonly Placed[] {
  const { name, text } = source
  if (byteLength(text) > sourceBytesMax) {
    throw invalid(name, `longer than ${sourceBytesMax} bytes; split it`)
  }
  if (!text.isWellFormed()) throw invalid(name, 'not valid Unicode; save it as UTF-8')
  const parts = policySetTextToParts(text)
  if (parts.type === 'failure') throw cedarFault(source, 0, parts.errors)
  const [template] = parts.policy_templates
  if (template !== undefined) {
    const place = showPosition(name, text, offsetOf(text, template))
    throw invalid(place, 'a template; write a policy without `?principal` and `?resource`')
  }
  return parts.policies
    .map((policy) => readPolicy(source, policy, safeguards))
    .sort((a, b) => a.offset - b.offset)
}

function readPolicy(source: PolicySource, text: string, safeguards: readonly string[]): Placed {
  const offset = offsetOf(source.text, text)
  const answer = policyToJson(text)
  if (answer.type === 'failure') throw cedarFault(source, offset, answer.errors)
  const place = showPosition(source.name, source.text, offset)
  return { source, offset, text, rule: readRule(answer.json, safeguards, place) }
}

function offsetOf(whole: string, part: string): number {
  return byteLength(whole.slice(0, Math.max(0, whole.indexOf(part))))
}

function indexById(policies: readonly Placed[]): ReadonlyMap<string, Placed> {
  if (policies.length === 0) {
    throw new Fault('policy-invalid', 'no policies: everything would be refused; add some')
  }
  if (policies.length > policiesMax) {
    throw new Fault('policy-invalid', `more than ${policiesMax} policies; join or remove some`)
  }
  const byId = new Map<string, Placed>()
  for (const policy of policies) {
    const { id } = policy.rule
    const first = byId.get(id)
    if (first !== undefined) {
      const where = showPlace(first)
      throw invalid(showPlace(policy), `\`${id}\` is taken by ${where}; choose another \`@id\``)
    }
    byId.set(id, policy)
  }
  return byId
}

function validateStrictly(
  byId: ReadonlyMap<string, Placed>,
  schema: string,
  staticPolicies: Record<string, string>,
): void {
  const answer = validate({
    schema,
    policies: { staticPolicies },
    validationSettings: { mode: 'strict' },
  })
  if (answer.type === 'failure') {
    throw new Fault('policy-invalid', `${firstMessage(answer.errors)}; run \`holdpoint doctor\``)
  }
  const [first] = [...answer.validationErrors, ...answer.validationWarnings]
  if (first !== undefined) {
    const policy = byId.get(first.policyId)
    const source = policy?.source ?? { name: schemaFile, text: schema }
    throw cedarFault(source, policy?.offset ?? 0, [first.error])
  }
  if (answer.otherWarnings.length > 0) {
    throw cedarFault({ name: schemaFile, text: schema }, 0, answer.otherWarnings)
  }
}

function cedarFault(source: PolicySource, offset: number, errors: readonly DetailedError[]): Fault {
  const [first] = errors
  const start = first?.sourceLocations?.[0]?.start ?? 0
  const next = first?.help ?? 'correct it, or take the policy out'
  const place = showPosition(source.name, source.text, offset + start)
  return invalid(place, `${firstMessage(errors)}; ${next}`)
}

function firstMessage(errors: readonly DetailedError[]): string {
  return errors[0]?.message ?? 'Cedar gave no reason'
}

function showPlace({ source, offset }: Placed): string {
  return showPosition(source.name, source.text, offset)
}
