// The lines of test/corpus/shell: a command and its reading per line, in folders by what they do;
// `disguised` has a third column, the command in plain form; `missed` does
// harm, and is not read so. `␤` stands for a line feed.
import { readFileSync, readdirSync } from 'node:fs'

import type { Surroundings } from '../../src/providers/commands/commands.ts'

export const folders = ['harmless', 'destructive', 'disguised', 'unknown', 'missed'] as const
export type Folder = (typeof folders)[number]

export interface Line {
  readonly folder: Folder
  /** the name of its file: `git` */
  readonly family: string
  readonly text: string
  readonly reading: string
  readonly plain: string | null
}

export const corpus = new URL('shell/', import.meta.url)

/** Where every line is read. */
export const around: Surroundings = {
  directory: '/home/dev/shop',
  home: '/home/dev',
  workTree: '/home/dev/shop',
  temporary: ['/tmp', '/var/tmp'],
  variables: { HOME: '/home/dev', PWD: '/home/dev/shop', TMPDIR: '/tmp', USER: 'dev' },
}

export function decoded(text: string): string {
  return text.replaceAll('␤', '\n')
}

export function lineOf(folder: Folder, family: string, line: string): Line | null {
  if (line === '' || (line.startsWith('#') && !line.includes('\t'))) return null
  const [text = '', reading = '', plain = null] = line.split('\t')
  return { folder, family, text, reading, plain }
}

export function filesOf(folder: Folder): readonly URL[] {
  const directory = new URL(`${folder}/`, corpus)
  return readdirSync(directory)
    .filter((name) => name.endsWith('.tsv'))
    .sort()
    .map((name) => new URL(name, directory))
}

export function familyOf(file: URL): string {
  return (file.pathname.split('/').at(-1) ?? '').replace(/\.tsv$/, '')
}

export function allLines(): readonly Line[] {
  return folders.flatMap((folder) =>
    filesOf(folder).flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => lineOf(folder, familyOf(file), line) ?? []),
    ),
  )
}
