// What people are told, in words. Pure: the same facts make the same message. Names that agents and
// providers chose are inert, fenced, short, and no link of theirs can be followed; what an agent
// sent, wrote or ran is not in it.
import type { Ask } from '../domain/ask.ts'
import type { Decision } from '../domain/decision.ts'
import type { NotificationTopic, TripReason } from '../domain/fact.ts'
import type { Hold } from '../domain/hold.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { AgentName, Instant, PersonName } from '../domain/names.ts'
import type { Reversibility } from '../domain/effect.ts'
import { inert } from '../wire/inert.ts'
import { environmentsOf, reversibilityWords, sentenceWords } from '../words/words.ts'

export interface Message {
  readonly topic: NotificationTopic
  /** the id of a hold, an agent's name, `all`, or who asked for a test */
  readonly about: string
  /** when that happened */
  readonly at: Instant
  /** Holdpoint's own words alone, one line */
  readonly subject: string
  /** each is one line */
  readonly lines: readonly string[]
  /** a page of the console, where a passkey is asked for whatever is done */
  readonly link: string
  /** what the link is called */
  readonly linkText: string
  /** for programs */
  readonly data: MessageData
}

export type MessageData = Readonly<Record<string, string | null | readonly EnvironmentData[]>>

export interface EnvironmentData {
  /** null where it is not known */
  readonly name: string | null
  readonly protection: string
}

export interface HeldNow {
  readonly hold: Hold
  readonly decision: Decision
}

const namesMax = 80
const sentenceMax = 700
const environmentsMax = 5

export function heldMessage({ hold, decision }: HeldNow, origin: string): Message {
  const told = toldOf({ hold, decision })
  const subject = `Holdpoint: a hold waits for a person (${told.gravest}, ${told.reversibility})`
  return { topic: 'held', at: hold.openedAt, subject, ...bodyOf(hold, told, origin, []) }
}

export function escalatedMessage(
  { hold, decision }: HeldNow,
  origin: string,
  afterMinutes: number,
  at: Instant,
): Message {
  const told = toldOf({ hold, decision })
  const subject =
    `Holdpoint: nobody has answered a hold for ${minutes(afterMinutes)} ` +
    `(${told.gravest}, ${told.reversibility})`
  const first = `Nobody has answered for ${minutes(afterMinutes)}, so you are told too.`
  return { topic: 'escalated', at, subject, ...bodyOf(hold, told, origin, [first]) }
}

interface Told {
  readonly sentence: string
  readonly environments: readonly EnvironmentData[]
  readonly gravest: string
  readonly reversibility: Reversibility
}

function toldOf({ decision }: HeldNow): Told {
  const words = sentenceWords(decision)
  const sentence = words.map(({ kind, text }) => (kind === 'own' ? text : nameWords(text))).join('')
  const environments = environmentsOf(decision).map(({ name, protection }) => ({
    ...{ name: name === null ? null : shownName(name), protection },
  }))
  return {
    sentence: cut(sentence, sentenceMax),
    environments,
    gravest: environments[0]?.protection ?? 'critical',
    reversibility: reversibilityWords(decision),
  }
}

function bodyOf(
  hold: Hold,
  told: Told,
  origin: string,
  first: readonly string[],
): Pick<Message, 'about' | 'lines' | 'link' | 'linkText' | 'data'> {
  const link = `${origin}/holds/${hold.id}`
  const { sentence, environments, reversibility } = told
  return {
    about: hold.id,
    lines: [
      ...first,
      `${sentence}.`,
      environmentLine(environments),
      takingBack[reversibility],
      ...(hold.release === 'two-person' ? ['Two people must say yes.'] : []),
      silenceLine(hold),
      'Nothing is decided by this message or its link.',
    ],
    link,
    linkText: 'Open the hold',
    data: {
      ...{ hold: hold.id, agent: hold.agent, sentence, environments, reversibility },
      ...{ openedAt: hold.openedAt, expiresAt: hold.expiresAt, release: hold.release, link },
    },
  }
}

const takingBack: Readonly<Record<Reversibility, string>> = {
  irreversible: 'Irreversible: it could not be taken back.',
  recoverable: 'Recoverable, from what a safeguard keeps.',
  reversible: 'Reversible.',
}

function environmentLine(environments: readonly EnvironmentData[]): string {
  const shown = environments.slice(0, environmentsMax).map(({ name, protection }) => {
    if (name === null) return 'an UNKNOWN environment, treated as CRITICAL'
    return `${fenced(name)} (${protection === 'critical' ? 'CRITICAL' : protection})`
  })
  const rest = environments.length - shown.length
  return `It reaches ${shown.join(', ')}${rest === 0 ? '' : `, and ${rest} more`}.`
}

/** Messages are read later than they are sent: the time is said by the clock. */
function silenceLine({ openedAt, expiresAt }: Pick<Hold, 'openedAt' | 'expiresAt'>): string {
  const left = Math.round((millisecondsOf(expiresAt) - millisecondsOf(openedAt)) / 60_000)
  return `Silence means no at ${clockTime(expiresAt)}, ${minutes(left)} after it opened.`
}

/** `03:13 UTC` */
function clockTime(instant: Instant): string {
  return `${instant.slice(11, 16)} UTC`
}

function minutes(count: number): string {
  return count === 1 ? '1 minute' : `${count} minutes`
}

const tripWords: Readonly<Record<TripReason, string>> = {
  budget: 'it spent more than its mandate allows',
  'credential-pivot': 'it used a credential that Holdpoint did not give it',
  'escalation-after-refusal': 'it looked for another way after a refusal',
}

export interface Tripped {
  readonly agent: AgentName
  readonly reason: TripReason
  readonly at: Instant
}

export function trippedMessage({ agent, reason, at }: Tripped, origin: string): Message {
  const sentence = `${nameWords(agent)} is frozen: ${tripWords[reason]}`
  const link = `${origin}/agents`
  return {
    ...{ topic: 'tripped', about: agent, at, link, linkText: 'Open the console' },
    subject: 'Holdpoint: a breaker tripped',
    lines: [`${sentence}.`, 'It stays frozen until a person lets it go on.'],
    data: { agent, sentence, reason, link },
  }
}

/** Nothing of what the agent wrote is in it. */
export function askedMessage(ask: Ask, origin: string): Message {
  const { id, agent, askedAt, expiresAt, wants } = ask
  const stuck = wants.kind === 'help'
  const sentence = stuck
    ? `${nameWords(agent)} says that it is stuck, and asks a person what to do`
    : `${nameWords(agent)} asks a person for more than its mandate, for ${minutes(wants.minutes)}`
  const link = `${origin}/asks`
  return {
    ...{ topic: 'asked', about: id, at: askedAt, link, linkText: 'Open what agents ask' },
    subject: stuck ? 'Holdpoint: an agent is stuck' : 'Holdpoint: an agent asks for more access',
    lines: [
      `${sentence}.`,
      silenceLine({ openedAt: askedAt, expiresAt }),
      'Nothing is decided by this message or its link.',
    ],
    data: { ask: id, agent, sentence, wants: wants.kind, expiresAt, link },
  }
}

export interface Killed {
  readonly agent: AgentName | null
  readonly by: PersonName
  readonly at: Instant
}

export function killedMessage({ agent, by, at }: Killed, origin: string): Message {
  const whom = agent === null ? 'every agent' : nameWords(agent)
  const sentence = `${nameWords(by)} pulled the kill switch for ${whom}`
  const link = `${origin}/agents`
  return {
    ...{ topic: 'killed', about: agent ?? 'all', at, link, linkText: 'Open the console' },
    subject: 'Holdpoint: the kill switch was pulled',
    lines: [`${sentence}.`, 'It stays so until a person lifts it.'],
    data: { agent, sentence, by, link },
  }
}

export function testMessage(by: PersonName, at: Instant, origin: string): Message {
  const sentence = `${nameWords(by)} asked whether this channel arrives`
  const link = `${origin}/notifications`
  return {
    ...{ topic: 'test', about: by, at, link, linkText: 'Open the console' },
    subject: 'Holdpoint: this is a test',
    lines: [`This is a test: ${sentence}. Nothing waits, and nothing is to be done.`],
    data: { sentence, by, link },
  }
}

/** A name, never to be read as part of the sentence. It may have been made inert before. */
function nameWords(text: string): string {
  return fenced(shownName(text))
}

function fenced(text: string): string {
  return `\`${text}\``
}

function shownName(text: string): string {
  const plain = inertOnce(text).replaceAll('`', '⟨U+0060⟩')
  return cut(withoutLinks(plain), namesMax)
}

/** Escapes that are there already stay as they are. */
function inertOnce(text: string): string {
  return text
    .split(/(⟨U\+[0-9A-F]{4,6}⟩)/)
    .map((piece, at) => (at % 2 === 0 ? inert(piece) : piece))
    .join('')
}

/** Endings with which mail programs and chats take two words and a dot for an address. */
const endings =
  /\.(?:com|net|org|io|dev|app|ai|co|info|xyz|link|site|online|me|us|uk|de|fr|eu|ru|cn|top|click|zip|mov|sh|cloud|page|live|to|ly|gg)(?![\p{L}\p{N}_-])/iu
const looksLikeLink = /:\/\/|\bwww\.|@|(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}_-]+[/:?#]|mailto:|tel:/iu

/** Programs make links of what looks like one: those of agents are broken, visibly. */
function withoutLinks(text: string): string {
  if (!looksLikeLink.test(text) && !endings.test(text)) return text
  return text
    .replaceAll('://', '[:]//')
    .replaceAll('@', '[at]')
    .replace(/(mailto|tel):/gi, '$1[:]')
    .replace(/\.(?=[\p{L}\p{N}_])/gu, '[.]')
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${text
    .slice(0, most)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`
}
