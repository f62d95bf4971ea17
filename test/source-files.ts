import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** The root of the checkout. */
export const root = join(import.meta.dirname, '..')

export interface SourceFile {
  /** from the root, with `/` */
  readonly path: string
  readonly text: string
}

/** Every TypeScript file below the folders, tests included. */
export function sourceFiles(...folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !/\/(node_modules|dist)\//.test(path))
      .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') })),
  )
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith('test/')
}
