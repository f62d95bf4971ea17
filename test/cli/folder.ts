// A folder with a holdpoint.yaml whose upstream is nowhere: nothing leaves the machine.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export const configuration = `version: 1
listen: {agents: '127.0.0.1:0', console: '127.0.0.1:0', mcp: '127.0.0.1:0'}
upstreams:
  railway:
    provider: railway
    url: http://127.0.0.1:9
    allowPrivate: true
    credential: railway
environments:
  - {match: '*/staging', protection: standard}
`

export function openFolder(t: TestContext, text: string | null = configuration): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdpoint-cli-')))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  if (text !== null) writeFileSync(join(folder, 'holdpoint.yaml'), text)
  return folder
}
