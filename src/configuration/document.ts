// A file that a person writes: YAML 1.2 core (JSON is YAML), one document. Refused, because they
// let one reader see what another does not: duplicate keys, anchors and aliases, tags, directives,
// keys that are not strings. https://yaml.org/spec/1.2.2/
import { isAlias, isMap, isNode, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { z } from 'zod'

import { isNonEmpty } from '../domain/nonempty.ts'
import { explainIssue } from './explain-issue.ts'
import { FileFault } from './problem.ts'
import type { Problem } from './problem.ts'

const charactersMax = 131_072
const problemsMax = 20

export type Path = readonly PropertyKey[]

/** A document as read: its value, and where each part of it stands. */
export interface DocumentRead<T> {
  readonly value: T
  /** A problem that points at the value of a path, or at the nearest part around it that exists. */
  readonly problemAt: (path: Path, code: string, says: string) => Problem
}

interface Source {
  readonly file: string
  readonly document: Document
  readonly lines: LineCounter
  readonly value: unknown
}

/** Reads `text` as `schema` says, or throws a FileFault that names every problem. */
export function readDocument<T>(text: string, file: string, schema: z.ZodType<T>): DocumentRead<T> {
  const source = parse(text, file)
  const parsed = schema.safeParse(source.value)
  if (parsed.success) {
    return {
      value: parsed.data,
      problemAt: (path, code, says) => ({
        code,
        at: valuePosition(source, path),
        path: path.join('.'),
        says,
      }),
    }
  }
  const explained = parsed.error.issues.flatMap((issue) =>
    explainIssue(issue, source.value, schema),
  )
  const problems = explained.slice(0, problemsMax).map(({ path, key, code, says }) => {
    const at = key === null ? valuePosition(source, path) : keyPosition(source, path, key)
    return { code, at, path: path.join('.'), says }
  })
  problems.sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0))
  throw isNonEmpty(problems)
    ? new FileFault(file, problems)
    : fault(file, 'config-wrong-value', 'this is not what was expected')
}

function parse(text: string, file: string): Source {
  if (text.length > charactersMax) {
    throw fault(file, 'config-too-large', `more than ${charactersMax} characters; shorten it`)
  }
  try {
    return parseWhole(text, file)
  } catch (error) {
    if (error instanceof RangeError) throw fault(file, 'config-too-deep', 'nests too deeply')
    throw error
  }
}

function parseWhole(text: string, file: string): Source {
  const lines = new LineCounter()
  const [document, second] = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    strict: true,
    uniqueKeys: true,
  })
  if (document === undefined || document.contents === null) {
    throw fault(file, 'config-empty', 'the file is empty')
  }
  const refuse = (offset: number, code: string, says: string): FileFault =>
    new FileFault(file, [{ code, at: pointOf(lines, offset), path: '', says }])
  const found = document.errors[0] ?? document.warnings[0]
  if (found?.code === 'DUPLICATE_KEY') {
    throw refuse(found.pos[0], 'config-duplicate-key', 'this key is written twice; keep one')
  }
  if (found !== undefined) throw refuse(found.pos[0], 'config-syntax', inOurWords(found.message))
  if (second !== undefined) {
    throw refuse(second.range[0], 'config-syntax', 'a second document starts here; keep one')
  }
  const disguise = disguiseIn(document)
  if (disguise !== null) throw refuse(disguise.offset, 'config-syntax', disguise.says)
  return { file, document, lines, value: document.toJS({ maxAliasCount: 0 }) }
}

/** What would make the same text mean something else to another reader; null when there is none. */
function disguiseIn(document: Document): { offset: number; says: string } | null {
  if (document.directives?.yaml.explicit ?? false) {
    return { offset: 0, says: '`%` directives are not taken; remove this line' }
  }
  const found: { offset: number; says: string }[] = []
  visit(document, (_, node) => {
    const says = isNode(node) ? disguiseOf(node) : null
    if (says === null || !isNode(node)) return undefined
    found.push({ offset: node.range?.[0] ?? 0, says })
    return visit.BREAK
  })
  return found[0] ?? null
}

function disguiseOf(node: Node): string | null {
  if (isAlias(node) || node.anchor !== undefined) return anchorsSay
  return node.tag === undefined ? null : 'tags (`!`) are not taken; write the plain value'
}

const anchorsSay = 'anchors (`&`) and aliases (`*`) are not taken; write the value out'

/** Where the value of a path begins, or of the nearest part around it that exists. */
function valuePosition({ document, lines }: Source, path: Path): Problem['at'] {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return pointOf(lines, node.range[0])
  }
  return pointOf(lines, document.contents?.range?.[0] ?? 0)
}

function keyPosition(source: Source, path: Path, key: string): Problem['at'] {
  const parent = path.length === 0 ? source.document.contents : source.document.getIn(path, true)
  if (!isMap(parent)) return valuePosition(source, path)
  const found = parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)
  const range = isScalar(found?.key) ? found.key.range : undefined
  return range ? pointOf(source.lines, range[0]) : valuePosition(source, path)
}

function pointOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

function inOurWords(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

function fault(file: string, code: string, says: string): FileFault {
  return new FileFault(file, [{ code, at: null, path: '', says }])
}
