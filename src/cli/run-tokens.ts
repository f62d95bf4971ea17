// Which tokens a file in the work tree holds, and what stands for each: the lease, where the gate
// speaks to its provider.
import type { Configuration } from '../configuration/configuration.ts'
import type { FindTokens, FoundToken, Stand } from '../sandbox/mask.ts'
import { tokensByName } from '../sandbox/mask.ts'
import type { Found } from '../scan/found.ts'
import { findInText } from '../scan/text.ts'

export interface TokenStands {
  readonly find: FindTokens
  readonly stand: Stand
}

interface Standing {
  readonly lease: string
  /** of the PostgreSQL door, as seen inside; null where it is not open */
  readonly postgres: Readonly<{ host: string; port: number }> | null
}

const governedUrl = 'governed-url:'

export function tokenStands(
  configuration: Configuration,
  { lease, postgres }: Standing,
): TokenStands {
  const { upstreams, databases } = configuration
  const governed = new Set(upstreams.map(({ provider }) => provider))
  return {
    find(text, path) {
      const formed = findInText(path, text).map((found) => tokenOf(text, found))
      const named = /(^|\/)[^/]*\.env[^/]*$/.test(path) ? tokensByName(text) : []
      const apart = named.filter((one) => !formed.some((other) => meets(one, other)))
      return [...formed, ...apart]
    },
    stand(provider) {
      if (governed.has(provider)) return lease
      if (!provider.startsWith(governedUrl) || postgres === null) return null
      const [name, database] = provider.slice(governedUrl.length).split('/')
      return `postgres://${name ?? ''}:${lease}@${postgres.host}:${postgres.port}/${database ?? ''}`
    },
  }

  /** The URL of a governed database is replaced whole: its user means nothing at the door. */
  function tokenOf(text: string, { span, around, provider }: Found): FoundToken {
    const url = around === null ? null : URL.parse(text.slice(around.start, around.end))
    const server =
      url !== null && postgres !== null && /^postgres(ql)?:$/.test(url.protocol)
        ? databases.find(
            ({ host, port }) => host === url.hostname && port === Number(url.port || '5432'),
          )
        : undefined
    if (around === null || url === null || server === undefined) return { ...span, provider }
    return { ...around, provider: `${governedUrl}${server.name}/${url.pathname.slice(1)}` }
  }
}

function meets(one: FoundToken, other: FoundToken): boolean {
  return one.start < other.end && other.start < one.end
}
