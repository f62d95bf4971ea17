// How fast `holdpoint scan` reads: a generated tree of 100 MB, half code, a quarter JSON, a lock
// file, and a minified bundle, with a credential here and there. Usage: node bench/scan/tree.ts
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { scan } from '../../src/scan/scan.ts'
import { filled } from '../../test/scan/values.ts'

const megabytes = 100

function code(seed: number): string {
  const lines: string[] = []
  for (let at = 0; at < 400; at++) {
    lines.push(
      `  const item${at} = await this.repository.find({ id: input.id, token: input.token }) // ${seed}`,
      `  if (item${at}.password !== confirmation) throw new Error('passwords differ, see RFC 6750')`,
    )
  }
  return lines.join('\n')
}

function data(seed: number): string {
  const rows = Array.from({ length: 400 }, (_, at) => {
    return {
      id: filled('{uuid}', `${seed}/${at}`),
      name: `customer ${at}`,
      path: `/files/${at}.png`,
    }
  })
  return JSON.stringify(rows, null, 2)
}

function lock(seed: number): string {
  return Array.from(
    { length: 400 },
    (_, at) => `"p${at}": {"integrity": "sha512-${filled('{b64:86}', `${seed}/${at}`)}=="},`,
  ).join('\n')
}

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-'))
try {
  let bytes = 0
  let files = 0
  const write = (name: string, text: string): void => {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    bytes += text.length
    files += 1
  }
  const [someCode, someData, someLock] = [code(1), data(1), lock(1)]
  const bundle = someCode.replaceAll('\n', ';').repeat(8)
  for (let at = 0; bytes < megabytes * 1e6; at++) {
    write(`src/${at % 50}/a${at}.ts`, someCode)
    write(`src/${at % 50}/b${at}.py`, someCode)
    write(`data/${at % 50}/${at}.json`, someData)
    if (at % 4 === 0) write(`packages/${at}/package-lock.json`, someLock)
    if (at % 8 === 0) write(`public/${at}.js`, bundle)
    if (at % 40 === 0) write(`services/${at}/.env`, filled('RAILWAY_TOKEN={uuid}\n', String(at)))
  }
  for (const round of ['cold', 'warm']) {
    const [started, before] = [performance.now(), process.cpuUsage()]
    const { findings } = await scan({
      world: {
        ...{ cwd: folder, paths: [folder], home: folder, environment: {}, proc: '/proc' },
        ...{
          platform: process.platform,
          pid: process.pid,
          uid: null,
          now: () => performance.now(),
        },
      },
      only: ['work-tree'],
      salt: Buffer.alloc(32),
      progress: () => undefined,
    })
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(before)
    const processor = (user + system) / 1e6
    process.stdout.write(
      `${round}: ${files} files, ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s, ` +
        `${processor.toFixed(1)} s of processor; ${findings.length} found; ` +
        `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident\n`,
    )
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
