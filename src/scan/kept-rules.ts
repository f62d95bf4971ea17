// Token formats from a rule set that others keep: secretlint's recommended preset. Its rules are
// asked one by one and not through its core, which answers later, carries the text and the values
// in its answer, and obeys `secretlint-disable` comments: whoever writes a file could hide a token
// in it with one. Left out are rules that read the disk (gcp), that name what is no secret (ids of
// accounts), and those that this folder reads more closely: URLs, private keys, npm's settings.
// https://github.com/secretlint/secretlint
import { rules } from '@secretlint/secretlint-rule-preset-recommend'

import type { Destroys, Kind, ReachKind, Span } from './found.ts'

export interface KeptMatch {
  readonly kind: Kind
  readonly span: Span
  readonly prefix: string
}

interface Row extends Kind {
  /** what is public by its format */
  readonly prefix: RegExp
}

function row(
  provider: string,
  says: string,
  reach: ReachKind,
  destroys: Destroys,
  prefix: RegExp,
): Row {
  const id = `${provider}-${says.toLowerCase().replace(/[^a-z]+/g, '-')}`
  return { id, provider, says, reach, destroys, prefix }
}

/** By the last word of the rule's id. */
const rows: Readonly<Record<string, Row>> = {
  npm: row('npm', 'access token', 'account', 'yes', /^npm_/),
  slack: row('slack', 'token or webhook', 'workspace', 'unknown', /^xox[a-z]-|^xapp-|^https:/),
  sendgrid: row('sendgrid', 'API key', 'account', 'unknown', /^SG\./),
  shopify: row('shopify', 'access token', 'resource', 'yes', /^shp\w{2}_/),
  github: row('github', 'token', 'account', 'yes', /^gh[a-z]_|^github_pat_/),
  gitlab: row('gitlab', 'access token', 'account', 'yes', /^glpat-/),
  grafana: row('grafana', 'service token', 'workspace', 'yes', /^gl(?:c|sa)_/),
  openai: row('openai', 'API key', 'project', 'no', /^sk-(?:proj-|svcacct-|admin-)?/),
  anthropic: row('anthropic', 'API key', 'workspace', 'no', /^sk-ant-api0\d-/),
  groq: row('groq', 'API key', 'account', 'no', /^gsk_/),
  huggingface: row('huggingface', 'access token', 'account', 'yes', /^hf_/),
  linear: row('linear', 'API key', 'account', 'yes', /^lin_api_/),
  notion: row('notion', 'integration token', 'workspace', 'yes', /^ntn_/),
  '1password': row('1password', 'service account token', 'workspace', 'unknown', /^ops_/),
  'hashicorp-vault': row('hashicorp-vault', 'token', 'unknown', 'yes', /^hv[sbr]\./),
  vercel: row('vercel', 'access token', 'account', 'yes', /^vc[a-z]_/),
  databricks: row('databricks', 'access token', 'workspace', 'yes', /^dapi/),
  docker: row('docker-hub', 'personal token', 'account', 'yes', /^dckr_pat_/),
  figma: row('figma', 'personal token', 'account', 'unknown', /^figd_/),
}

/** Rules of the set that are asked; a test compares this with what the set has. */
export const keptRuleNames: readonly string[] = Object.keys(rows)

interface Reported {
  readonly message: Readonly<{ data: Readonly<Record<string, unknown>> }>
  readonly range: readonly number[]
}

/** All that a rule of the set is given and answers. */
interface KeptRule {
  readonly meta: Readonly<{ id: string }>
  create(context: object, options: object): { file?(source: object): unknown }
}

export function keptMatches(text: string): readonly KeptMatch[] {
  const matches: KeptMatch[] = []
  for (const rule of rules as readonly KeptRule[]) {
    const kind = rows[lastWord(rule.meta.id)]
    if (kind === undefined) continue
    ask(rule, text, (reported) => {
      const span = spanOf(text, reported)
      const [prefix = ''] = kind.prefix.exec(text.slice(span.start, span.end)) ?? []
      matches.push({ kind, span, prefix })
    })
  }
  return matches
}

export function lastWord(ruleId: string): string {
  return ruleId.replace('@secretlint/secretlint-rule-', '')
}

function ask(rule: KeptRule, text: string, hear: (reported: Reported) => void): void {
  const context = {
    locale: 'en',
    sharedOptions: {},
    // The set's own sentences quote the value: they are not asked for.
    createTranslator: () => (messageId: string, data: object) => ({ messageId, data }),
    report: hear,
    ignore: () => undefined,
  }
  rule.create(context, {}).file?.({
    content: text,
    contentType: 'text',
    ext: '',
    filePath: undefined,
    hasBOM: false,
  })
}

/** The range of some rules begins at the name before the value: what they quote is the value. */
function spanOf(text: string, { message, range }: Reported): Span {
  const [start = 0, end = start] = range
  for (const quoted of Object.values(message.data)) {
    if (typeof quoted !== 'string' || quoted.length < 16) continue
    const at = text.indexOf(quoted, start)
    if (at >= start && at <= end) return { start: at, end: at + quoted.length }
  }
  return { start, end }
}
