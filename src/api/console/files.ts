import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'

import { sha256 } from '../../system/hash.ts'

/** The console's page, in memory: what is served cannot change while the gate runs. */
export interface ConsoleFiles {
  find(path: string): ConsoleFile | null
}

export interface ConsoleFile {
  readonly bytes: Buffer
  readonly type: string
  readonly tag: string
  /** its name holds a hash of its content */
  readonly immutable: boolean
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

const filesMax = 200
const fileBytesMax = 4 * 1_048_576

/** Paths that are pages of the console; each is the same document. */
const page =
  /^\/(?:(?:enrol|openid|holds|plans|purges|asks|agents|environments|incidents|ledger|policies|people|notifications)(?:\/[a-z0-9_-]{1,80}){0,2})?$/

const unbuilt = `<!doctype html><html lang="en"><title>Holdpoint</title>
<h1>The console is not built</h1>
<p>Run <code>npm run build:console</code> and start Holdpoint again.`

/** Reads the whole folder; without it there is one page, which says how to build it. */
export function readConsoleFiles(folder: string): ConsoleFiles {
  const files = new Map<string, ConsoleFile>()
  for (const path of listFiles(folder)) {
    const type = types[extname(path)]
    if (type === undefined || files.size >= filesMax) continue
    const bytes = readFileSync(join(folder, path))
    if (bytes.length <= fileBytesMax)
      files.set(`/${path}`, fileOf(bytes, type, path.startsWith('assets/')))
  }
  const index =
    files.get('/index.html') ?? fileOf(Buffer.from(unbuilt), types['.html'] ?? '', false)
  return { find: (path) => (page.test(path) ? index : (files.get(path) ?? null)) }
}

function fileOf(bytes: Buffer, type: string, immutable: boolean): ConsoleFile {
  return { bytes, type, tag: `"${sha256(bytes).slice(0, 32)}"`, immutable }
}

function listFiles(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    return names.filter((name) => statSync(join(folder, name)).isFile())
  } catch {
    return []
  }
}
