// The read-only HTTP interface of C2SP tlog-tiles, over the published folder. A path is parsed into
// what it names and the file's name is made from that, so there is no path to escape with.
// https://c2sp.org/tlog-tiles#apis
import { openLogFiles } from './log-files.ts'
import { parseTilePath, tilePath } from '../wire/tiles.ts'

export interface LogRequest {
  readonly method: string
  /** below the log's prefix: `/checkpoint`, `/tile/0/000.p/5`; without query */
  readonly path: string
}

export interface LogResponse {
  readonly status: 200 | 404 | 405
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

interface Servable {
  readonly file: string
  readonly type: string
  readonly cache: string
}

const plain = 'text/plain; charset=utf-8'

/** Answers for one folder. Nothing but what the log consists of is ever read. */
export function createLogServer(folder: string): (request: LogRequest) => Promise<LogResponse> {
  const files = openLogFiles(folder)
  return async ({ method, path }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      return refusal(405, 'a ledger is only read: GET or HEAD\n', [['allow', 'GET, HEAD']])
    }
    const servable = parsePath(path)
    const bytes = servable === null ? null : await files.read(servable.file)
    if (servable === null || bytes === null) {
      return refusal(404, 'not here; a partial tile may be gone once it is whole\n', [])
    }
    const headers = [
      ['content-type', servable.type],
      ['content-length', String(bytes.length)],
      ['cache-control', servable.cache],
      ['x-content-type-options', 'nosniff'],
    ] as const
    return { status: 200, headers, body: method === 'HEAD' ? new Uint8Array() : bytes }
  }
}

function parsePath(path: string): Servable | null {
  if (path === '/checkpoint') return { file: 'checkpoint', type: plain, cache: 'public, max-age=1' }
  if (path === '/vkey') return { file: 'vkey', type: plain, cache: 'public, max-age=60' }
  const tile = path.startsWith('/') ? parseTilePath(path.slice(1)) : null
  if (tile === null) return null
  return {
    file: tilePath(tile),
    type: 'application/octet-stream',
    cache: 'public, max-age=31536000, immutable',
  }
}

function refusal(status: 404 | 405, text: string, headers: LogResponse['headers']): LogResponse {
  const body = Buffer.from(text)
  const described = [
    ['content-type', plain],
    ['content-length', String(body.length)],
    ['cache-control', 'no-store'],
  ] as const
  return { status, headers: [...described, ...headers], body }
}
