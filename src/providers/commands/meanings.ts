// What rows of one provider say, so that each says only what is particular to it.
import type { Effect, Extent, Undo } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import { destroy, disarm, disclose, escalate, read, resource, unknown, write } from './effects.ts'
import { readArgs } from './match.ts'
import type { Args } from './match.ts'
import type { Call, Meaning, Meant } from './row.ts'
import { effectOf, isVerb, kindOfVerb, singular } from './verbs.ts'

export interface Where {
  /** options that name it, where no operand does */
  readonly from?: string
  /** each operand names one */
  readonly each?: boolean
  /** which operand names it; null: none */
  readonly at?: number | null
  readonly extent?: Extent
  readonly undo?: Undo
}

type Maker = (type: string, where?: Where) => Meaning

export interface Meanings {
  readonly destroys: Maker
  readonly stops: Maker
  readonly disarms: Maker
  readonly escalates: Maker
  readonly discloses: Maker
  readonly writes: Maker
  readonly reads: Maker
}

export function meaningsOf(provider: string): Meanings {
  const maker =
    (effect: (on: ReturnType<typeof resource>, where: Where) => Effect): Maker =>
    (type, where = {}) =>
    ({ args }) =>
      idsOf(args, where).map((id) => effect(resource(provider, type, id), where))
  return {
    destroys: maker((on, { extent, undo }) => destroy(on, extent, undo)),
    stops: maker((on) => destroy(on, 'some', 'trivial')),
    disarms: maker((on, { extent = 'some', undo }) => disarm(on, extent, undo)),
    escalates: maker((on, { extent = 'some', undo }) => escalate(on, extent, undo)),
    discloses: maker((on) => disclose(on)),
    writes: maker((on, { extent = 'some', undo = 'trivial' }) => write(on, extent, undo)),
    reads: maker((on) => read(on)),
  }
}

function idsOf(args: Args, { from = '', each = false, at = 0 }: Where): readonly (string | null)[] {
  const named = from
    .split(' ')
    .filter((one) => one !== '')
    .map((option) => valueOf(args, option)?.text ?? null)
    .find((text) => text !== null)
  if (named !== undefined) return [named]
  if (at === null) return [null]
  const words = each ? args.operands : args.operands.slice(at, at + 1)
  return words.length === 0 ? [null] : words.map(({ text }) => text)
}

/** Its value, whether or not the option is known to take one. */
export function valueOf(args: Args, option: string): Word | null {
  const flag = args.flags.filter(({ name }) => name === option).at(-1)
  if (flag === undefined) return null
  return flag.value ?? args.places.find(({ at }) => at === flag.at + 1)?.word ?? null
}

/** Both are done. */
export function both(...meanings: readonly Meaning[]): Meaning {
  return (call) => {
    const all = meanings.map((meaning) => meant(meaning(call)))
    return {
      effects: all.flatMap(({ effects }) => effects),
      carried: all.flatMap(({ carried }) => carried),
    }
  }
}

function meant(found: readonly Effect[] | Meant): Meant {
  return 'effects' in found ? found : { effects: found, carried: [] }
}

/** With one of these options it means something else. */
export function when(options: string, then: Meaning, otherwise: Meaning): Meaning {
  const names = options.split(' ')
  return (call) => (call.args.has(...names) ? then(call) : otherwise(call))
}

/** Noun, then verb: the first word after the first that is a verb says what is done. */
export function nounThenVerb(
  provider: string,
  options: { from?: string; verbFirst?: boolean } = {},
): (call: Call) => readonly Effect[] | null {
  return ({ args }) => {
    const words = args.operands.map(({ text }) => text)
    const first = options.verbFirst === true || words.length === 1 ? 0 : 1
    const hidden = words.indexOf(null)
    const known = (hidden < 0 ? words : words.slice(0, hidden)).map((word) => word ?? '')
    const plain = known.findIndex((word, at) => at >= first && isVerb(word))
    const at = plain < 0 ? known.findIndex((word, i) => i >= first && isLike(word)) : plain
    const kind = at < 0 ? null : kindOfVerb(known[at] ?? '')
    if (kind === null) return null
    const type = singular(known[at - 1] ?? 'account')
    const left = { ...args, operands: args.operands.slice(at + 1) }
    const [id = null] = idsOf(left, { from: options.from ?? '' })
    return [effectOf(kind, resource(provider, type, id))]
  }
}

function isLike(word: string): boolean {
  return kindOfVerb(word) !== null
}

/** Options of programs that run another with something added to its environment. */
const runnerValued =
  `-s --service -e --environment --env -p --project -c --config --env-file --account
  --scope --path --token --projectId --context`.split(/\s+/)

/** A command in the words that are left, run here with something added to its environment. */
export function runs(call: Call): Meant {
  const { operands } = readArgs(call.rest, { valued: runnerValued, stops: true })
  const directory = call.invocation.directory
  return { effects: [], carried: [{ kind: 'shell', text: shellText(operands), directory }] }
}

/** A command in the words that are left, run where the provider runs things. */
export function runsElsewhere(provider: string, type: string, words: readonly Word[]): Meant {
  const [first] = words
  const on = resource(provider, type, null)
  if (first === undefined || isShell(first)) {
    return { effects: [escalate(on, 'some')], carried: [] }
  }
  if (first.text === null) {
    return { effects: [unknown('what is run there is not known here')], carried: [] }
  }
  return { effects: [], carried: [{ kind: 'shell', text: shellText(words), directory: null }] }
}

function isShell({ text }: Word): boolean {
  return text !== null && /^(\/\S*\/)?(ba|z|da|k|fi|c)?sh(\s*|\s+-[il]+)$/.test(text)
}

/** The words, quoted so that a shell reads them as they are; what is not known stays as written. */
export function shellText(words: readonly Word[]): string {
  return words.map(({ text, raw }) => (text === null ? raw : quoted(text))).join(' ')
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
