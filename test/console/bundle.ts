import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** The page itself and every script and style that it names, gzipped, in bytes. */
export function firstLoadBytes(folder: string): number {
  const page = readFileSync(join(folder, 'index.html'))
  const named = page.toString().matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)
  const files = [...named].map(([, path = '']) => readFileSync(join(folder, path)))
  return [page, ...files].reduce((sum, bytes) => sum + gzipSync(bytes).length, 0)
}
