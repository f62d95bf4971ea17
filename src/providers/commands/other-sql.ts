// SQL of engines whose grammar is not here: MySQL, SQLite, and others. Each statement is known by
// its first words; one that begins with none of these is `unknown`.
import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import { destroy, disarm, escalate, read, resource, unknown, write } from './effects.ts'

type Sql = Extract<Carried, { kind: 'sql' }>

const statementsMax = 500
const excerptCharactersMax = 200

export function readOtherSql({ engine, text, target }: Sql): readonly Action[] {
  const provider = engine === 'other' ? 'database' : engine
  const statements = split(text)
  if (statements.length > statementsMax) {
    return [actionOf('SQL', unknown(`more than ${statementsMax} statements`), text)]
  }
  return statements.map((statement) => {
    const words = statement.replace(/\s+/g, ' ').trim()
    return actionOf(words.split(' ', 2).join(' '), effectOf(words, provider, target), statement)
  })
}

function actionOf(verb: string, effect: Effect, text: string): Action {
  const excerpt = text.trim().slice(0, excerptCharactersMax).toWellFormed()
  return { verb, effects: [effect], evidence: { reader: 'sql', excerpt, span: null } }
}

/** Statements without comments; what is quoted stays whole. MySQL's own comments are code. */
function split(text: string): readonly string[] {
  const pieces =
    /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|\/\*!?\d*|\*\/|--[^\n]*|#[^\n]*|;|[^'"`/*\-#;]+|./gs
  const statements: string[] = []
  let current = ''
  let commented = false
  for (const [piece] of text.matchAll(pieces)) {
    if (piece === '*/') commented = false
    else if (commented) continue
    else if (piece === '/*') commented = true
    else if (/^\/\*!/.test(piece) || /^(--\s|--$|#)/.test(piece)) current += ' '
    else if (piece === ';') {
      statements.push(current)
      current = ''
    } else current += piece
  }
  return [...statements, current].filter((one) => one.trim() !== '')
}

interface Rule {
  readonly form: RegExp
  readonly effect: (on: (type: string) => Resource) => Effect
}

const rules: readonly Rule[] = [
  { form: /^drop (database|schema)/i, effect: (on) => destroy(on('database')) },
  { form: /^drop (user|role)/i, effect: (on) => destroy(on('role')) },
  { form: /^drop trigger/i, effect: (on) => disarm(on('table'), 'some') },
  {
    form: /^drop (\w+ )*(table|view|index|function|procedure|sequence|event)/i,
    effect: (on) => destroy(on('table')),
  },
  { form: /^drop /i, effect: (on) => destroy(on('database'), 'some') },
  { form: /^truncate/i, effect: (on) => destroy(on('table')) },
  { form: /^delete\b(?!.*\bwhere\b)/is, effect: (on) => destroy(on('table')) },
  { form: /^(with\b.*)?\bdelete\b/is, effect: (on) => destroy(on('table'), 'some') },
  { form: /^update\b(?!.*\bwhere\b)/is, effect: (on) => destroy(on('table'), 'some') },
  { form: /^(replace|load data|rename table)/i, effect: (on) => destroy(on('table'), 'some') },
  { form: /^alter\b.*\bdrop\b/is, effect: (on) => destroy(on('table'), 'some') },
  {
    form: /^(grant|create (user|role|login)|alter (user|role|login)|set password)/i,
    effect: (on) => escalate(on('role')),
  },
  { form: /^revoke/i, effect: (on) => disarm(on('role'), 'some') },
  {
    form: /^(purge|reset|flush) (binary|master|logs|slave|replica)/i,
    effect: (on) => destroy(on('server'), 'some'),
  },
  { form: /^(kill|shutdown)/i, effect: (on) => destroy(on('server'), 'some', 'trivial') },
  {
    form: /^(set (global|persist)|pragma \w+ *=|install plugin)/i,
    effect: (on) => disarm(on('server'), 'some'),
  },
  { form: /\binto (outfile|dumpfile)\b/i, effect: (on) => escalate(on('server'), 'some') },
  { form: /^(attach|detach)\b/i, effect: (on) => write(on('database')) },
  {
    form: /^(insert|update|create|alter|merge|upsert|call|analyze|optimize|repair|comment|reindex|vacuum)\b/i,
    effect: (on) => write(on('table')),
  },
  {
    form: /^(begin|start|commit|rollback|savepoint|release|set|use|lock|unlock|end)\b/i,
    effect: (on) => read(on('database'), 'some'),
  },
  {
    form: /^(select|with|show|describe|desc|explain|values|pragma|table|help|status|\.(tables?|schema|mode|headers?|databases|indexes|quit|exit))\b/i,
    effect: (on) => read(on('database'), 'some'),
  },
]

function effectOf(words: string, provider: string, target: string | null): Effect {
  const rule = rules.find(({ form }) => form.test(words))
  if (rule === undefined) return unknown('a statement that is not known here')
  return rule.effect((type) => resource(provider, type, nameIn(words) ?? target))
}

function nameIn(words: string): string | null {
  const named =
    /^(?:drop|truncate|alter|create)\s+(?:or replace\s+)?(?:temporary\s+)?\w+\s+(?:if (?:not )?exists\s+)?([\w.`"[\]-]+)/i.exec(
      words,
    ) ??
    /\b(?:from|into|update)\s+([\w.`"[\]-]+)/i.exec(words) ??
    /^truncate\s+([\w.`"]+)/i.exec(words)
  return named?.[1]?.replace(/[`"[\]]/g, '') ?? null
}
