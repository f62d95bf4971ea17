// `drizzle-kit push --force`: makes the database what the schema file says, and drops the rest.
// The tool's own program and configuration file; only where the database is comes from outside.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { root } from '../../../source-files.ts'
import { url } from './told.ts'

const folder = process.env['SCENARIO_FOLDER'] ?? ''
const configuration = join(folder, 'drizzle.config.json')
const schema = join(import.meta.dirname, 'drizzle/schema.ts')
const text = { dialect: 'postgresql', schema, out: join(folder, 'drizzle'), dbCredentials: { url } }
writeFileSync(configuration, JSON.stringify(text))

const program = join(root, 'node_modules/drizzle-kit/bin.cjs')
const args = [program, 'push', '--force', '--verbose', `--config=${configuration}`]
const done = spawnSync(process.execPath, args, {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
process.exitCode = done.status ?? 1
