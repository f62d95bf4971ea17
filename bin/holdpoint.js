#!/usr/bin/env node
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

// Plain JavaScript, so that a Node that is too old can still say so.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `holdpoint: Node 22.18 or later is needed, and this is ${process.versions.node}; ` +
      'in a checkout, `npm run -s holdpoint --` brings its own\n',
  )
  process.exit(1)
}

// Type stripping and node:sqlite are what we build on; nobody who uses Holdpoint can do anything
// about their being called experimental.
const { emitWarning } = process
process.emitWarning = (warning, ...rest) => {
  const [type] = rest
  const kind = typeof type === 'string' ? type : type?.type
  if (kind !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest)
}

// Read and stripped once, for each version: half of what starting takes. In a folder of one's own,
// for what is in it is run.
const { enableCompileCache } = await import('node:module')
const caches = process.env.XDG_CACHE_HOME ?? (homedir() === '' ? '' : join(homedir(), '.cache'))
if (isAbsolute(caches)) enableCompileCache(join(caches, 'holdpoint'))

await import('../src/cli/main.ts')
