// What Holdpoint reads from a Cedar policy's annotations, all of it, strictly: an unknown word is
// refused, because a misspelt hold would be a plain refusal, and a misspelt safeguard none.
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs'

import { Fault } from '../domain/fault.ts'
import { namePattern } from '../domain/names.ts'
import type { SafeguardName } from '../domain/names.ts'
import type { ReleaseRule } from '../domain/verdict.ts'

/** A policy, as far as verdicts are concerned. */
export interface Rule {
  readonly id: string
  /** one clause, lower case, no full stop: the reason, when this policy determines the verdict */
  readonly says: string
  readonly force: Force
}

export type Force =
  | Readonly<{ kind: 'permit'; safeguards: readonly SafeguardName[] }>
  | Readonly<{ kind: 'hold'; release: ReleaseRule; safeguards: readonly SafeguardName[] }>
  | Readonly<{ kind: 'deny'; instead: string | null }>

const annotationsKnown = ['id', 'verdict', 'release', 'safeguard', 'says', 'instead']
const releaseRules: readonly ReleaseRule[] = ['owner', 'other-person', 'two-person']
/** what a person reads stays readable */
const wordsMax = 200

/** Throws Fault('policy-invalid'); `place` is the policy's `file:line:column`. */
export function readRule(policy: PolicyJson, safeguards: readonly string[], place: string): Rule {
  const annotations = readAnnotations(policy, place)
  const id = annotations.get('id')
  if (id === undefined || !namePattern.test(id)) {
    throw invalid(place, 'a policy without a usable name; add `@id("a-name")` in lower case')
  }
  const says = readWords(annotations, 'says', place)
  if (says === null) throw invalid(place, `\`${id}\` does not say why; add \`@says("…")\``)
  return { id, says, force: readForce(policy, annotations, safeguards, place) }
}

export function invalid(place: string, message: string): Fault {
  return new Fault('policy-invalid', `${place}: ${message}`)
}

type Annotations = ReadonlyMap<string, string>

function readAnnotations({ annotations = {} }: PolicyJson, place: string): Annotations {
  const read = new Map<string, string>()
  // Cedar's own type says string, but an annotation without a value comes as null.
  for (const [name, value] of Object.entries<string | null>(annotations)) {
    if (!annotationsKnown.includes(name)) {
      const known = showList(annotationsKnown)
      throw invalid(place, `unknown annotation \`@${name}\`; known are ${known}`)
    }
    if (value === null || value === '') {
      throw invalid(place, `\`@${name}\` is empty; give it a value`)
    }
    read.set(name, value)
  }
  return read
}

function readForce(
  policy: PolicyJson,
  annotations: Annotations,
  known: readonly string[],
  place: string,
): Force {
  const kind = readKind(policy, annotations.get('verdict'), place)
  if (kind !== 'deny') refuse(annotations, 'instead', 'a plain forbid', place)
  if (kind !== 'hold') refuse(annotations, 'release', 'a hold', place)
  switch (kind) {
    case 'permit':
      return { kind, safeguards: readSafeguards(annotations, known, place) }
    case 'hold': {
      const safeguards = readSafeguards(annotations, known, place)
      return { kind, release: readRelease(annotations, place), safeguards }
    }
    case 'deny':
      refuse(annotations, 'safeguard', 'a hold or a permit', place)
      return { kind, instead: readWords(annotations, 'instead', place) }
  }
}

function readKind(
  { effect }: PolicyJson,
  verdict: string | undefined,
  place: string,
): Force['kind'] {
  if (verdict === undefined) return effect === 'permit' ? 'permit' : 'deny'
  if (verdict !== 'hold') {
    throw invalid(place, `unknown verdict \`${verdict}\`; the only one is \`hold\``)
  }
  if (effect === 'permit') {
    throw invalid(place, '`@verdict("hold")` on a permit; write it as a `forbid`')
  }
  return 'hold'
}

function readRelease(annotations: Annotations, place: string): ReleaseRule {
  const wanted = annotations.get('release') ?? 'owner'
  const rule = releaseRules.find((known) => known === wanted)
  if (rule !== undefined) return rule
  throw invalid(place, `unknown release \`${wanted}\`; known are ${showList(releaseRules)}`)
}

function readSafeguards(
  annotations: Annotations,
  known: readonly string[],
  place: string,
): readonly SafeguardName[] {
  const wanted = annotations.get('safeguard')
  if (wanted === undefined) return []
  return wanted.split(',').map((part) => {
    const name = part.trim()
    if (known.includes(name)) return name as SafeguardName
    throw invalid(place, `unknown safeguard \`${name}\`; known are ${showList(known)}`)
  })
}

function readWords(annotations: Annotations, name: string, place: string): string | null {
  const words = annotations.get(name)
  if (words === undefined) return null
  if (words.length <= wordsMax && !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(words)) return words
  const limit = `at most ${wordsMax} characters, all of them visible`
  throw invalid(place, `\`@${name}\` cannot be shown; write ${limit}`)
}

function refuse(annotations: Annotations, name: string, owner: string, place: string): void {
  if (!annotations.has(name)) return
  throw invalid(place, `\`@${name}\` has a meaning on ${owner} only; take it out`)
}

function showList(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}
