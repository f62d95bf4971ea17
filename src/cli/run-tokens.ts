// Which tokens a file in the work tree holds, and what stands for each: the lease, where the gate
// speaks to its provider.
import type { Configuration } from '../configuration/configuration.ts'
import type { FindTokens, FoundToken, Stand } from '../sandbox/mask.ts'
import { tokensByName } from '../sandbox/mask.ts'
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
      const urls = postgres === null ? [] : governedUrls(text, databases)
      const formed = findInText(path, text).map(({ span, provider }) => ({ ...span, provider }))
      const named = /(^|\/)[^/]*\.env[^/]*$/.test(path) ? tokensByName(text) : []
      return [formed, named].reduce(
        (known, more) => [
          ...known,
          ...more.filter((one) => !known.some((other) => meets(one, other))),
        ],
        urls,
      )
    },
    stand(provider) {
      if (governed.has(provider)) return lease
      if (!provider.startsWith(governedUrl) || postgres === null) return null
      const [, name = '', rest = ''] =
        /^([^/]*)\/(.*)$/.exec(provider.slice(governedUrl.length)) ?? []
      return `postgres://${name}:${lease}@${postgres.host}:${postgres.port}/${rest}`
    },
  }
}

/** The URL of a governed database is replaced whole: its user means nothing at the door. */
function governedUrls(text: string, databases: Configuration['databases']): readonly FoundToken[] {
  return [...text.matchAll(/\bpostgres(?:ql)?:\/\/[^\s"'`<>\\]+/g)].flatMap((match) => {
    const [written] = match
    const url = URL.parse(written)
    const server = databases.find(
      ({ host, port }) => host === url?.hostname && port === Number(url.port || '5432'),
    )
    if (url === null || server === undefined) return []
    // How it is reached is the door's to say; a schema, a pool's size and the like are not.
    for (const name of [...url.searchParams.keys()]) {
      if (/^(ssl|channel_binding|host|port|user|password)/.test(name)) url.searchParams.delete(name)
    }
    const provider = `${governedUrl}${server.name}/${url.pathname.slice(1)}${url.search}`
    return [{ start: match.index, end: match.index + written.length, provider }]
  })
}

function meets(one: FoundToken, other: FoundToken): boolean {
  return one.start < other.end && other.start < one.end
}
