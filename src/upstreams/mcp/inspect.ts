// What tools a server has, as it says itself, held against what is pinned. The first list that is
// ever seen of a server is taken as it is, but for what is odd; later changes wait for a person.
import type { FactOf } from '../../domain/fact.ts'
import type { Digest, UpstreamName } from '../../domain/names.ts'
import type { McpTool } from '../../domain/request.ts'
import { sha256 } from '../../system/hash.ts'
import { isToolName, readDefinitions } from '../../wire/mcp/definitions.ts'
import type { ToolDefinition } from '../../wire/mcp/definitions.ts'
import type { JsonValue } from '../../languages/json/value.ts'
import { toolsMax } from './limits.ts'

export interface PinBook {
  /** by the tool's name */
  readonly pinned: (upstream: UpstreamName) => ReadonlyMap<string, Digest>
  /** Durable when it resolves. */
  readonly pin: (fact: FactOf<'tool-pinned'>) => Promise<unknown>
}

/** A tool as a server has shown it last, for people to look at. */
export interface SeenTool {
  readonly upstream: UpstreamName
  readonly tool: string
  readonly definition: Digest
  /** canonical JSON, as the server gave it: the words are its own */
  readonly text: string
  /** null: it may be called */
  readonly withheld: string | null
}

export interface ToolBook {
  /** Takes note of a whole list, and pins it where it is the first. */
  learn(upstream: UpstreamName, definitions: readonly ToolDefinition[]): Promise<void>
  stand(upstream: UpstreamName, definition: ToolDefinition): McpTool
  seen(): readonly SeenTool[]
}

export function createToolBook({ pinned, pin }: PinBook): ToolBook {
  const seen = new Map<UpstreamName, ReadonlyMap<string, ToolDefinition>>()

  function stand(upstream: UpstreamName, definition: ToolDefinition): McpTool {
    const { name, canonical, claims, structured, odd } = definition
    const digest = sha256(canonical)
    const known = pinned(upstream).get(name)
    if (known === digest) return { kind: 'pinned', definition: digest, claims, structured }
    if (!isToolName(name)) return withheld(`a tool's name is not of letters, digits and \`_.-/\``)
    const accept = `a person accepts it with \`holdpoint mcp accept ${upstream} ${name}\``
    const why =
      known === undefined
        ? (odd ?? 'it was not there when the tools of this server were pinned')
        : 'its definition is not the one that was pinned'
    return withheld(`\`${name}\` of \`${upstream}\` is withheld: ${why}; ${accept}`)
  }

  async function learn(
    upstream: UpstreamName,
    definitions: readonly ToolDefinition[],
  ): Promise<void> {
    seen.set(upstream, new Map(definitions.map((one) => [one.name, one])))
    if (pinned(upstream).size > 0) return
    const plain = definitions.filter(({ odd }) => odd === null)
    await Promise.all(
      plain.map(({ name: tool, canonical }) =>
        pin({ kind: 'tool-pinned', upstream, tool, definition: sha256(canonical), by: null }),
      ),
    )
  }

  function seenTools(): readonly SeenTool[] {
    return [...seen].flatMap(([upstream, tools]) =>
      [...tools.values()].map((one) => {
        const standing = stand(upstream, one)
        return {
          ...{ upstream, tool: one.name, definition: sha256(one.canonical), text: one.canonical },
          withheld: standing.kind === 'withheld' ? standing.why : null,
        }
      }),
    )
  }

  return { learn, stand, seen: seenTools }
}

function withheld(why: string): McpTool {
  return { kind: 'withheld', why }
}

/** A page of a list; null: it is none, or there are more tools than may be. */
export function pageOf(
  result: JsonValue | null,
): Readonly<{ definitions: readonly ToolDefinition[]; next: string | null }> | null {
  const definitions = readDefinitions(result)
  if (definitions === null || definitions.length > toolsMax) return null
  const next: unknown =
    typeof result === 'object' && result !== null ? Reflect.get(result, 'nextCursor') : undefined
  return { definitions, next: typeof next === 'string' ? next : null }
}
