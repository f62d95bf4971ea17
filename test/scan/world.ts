import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

import type { Finding, ScanReport, SourceName } from '../../src/scan/finding.ts'
import { scan } from '../../src/scan/scan.ts'
import type { ScanWorld } from '../../src/scan/source.ts'
import { filled } from './values.ts'

export interface Scene {
  readonly folder: string
  readonly home: string
  readonly proc: string
  /** A file below the work tree, its text with values filled in; returns the text. */
  write(path: string, template: string): string
  scan(only: readonly SourceName[], change?: Partial<ScanWorld>): Promise<ScanReport>
}

export function createScene(t: TestContext): Scene {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdpoint-scan-')))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const [folder, home, proc] = [join(root, 'tree'), join(root, 'home'), join(root, 'proc')]
  for (const path of [folder, home, proc]) mkdirSync(path)
  return {
    folder,
    home,
    proc,
    write(path, template) {
      const file = join(folder, path)
      const text = filled(template, template)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return text
    },
    scan: (only, change = {}) =>
      scan({
        only,
        salt: Buffer.alloc(32, 7),
        progress: () => undefined,
        world: {
          ...{ cwd: folder, paths: [folder], home, proc, environment: { PATH: pathOf() } },
          ...{ platform: 'linux', pid: 1, uid: process.getuid?.() ?? null, now: () => Date.now() },
          ...change,
        },
      }),
  }
}

export function pathOf(): string {
  return process.env['PATH'] ?? ''
}

export function kindsOf({ findings }: ScanReport): readonly string[] {
  return findings.map(({ kind }) => kind)
}

export function placesOf({ places }: Finding): readonly string[] {
  return places.map(({ name, line }) => (line === null ? name : `${name}:${line}`))
}
