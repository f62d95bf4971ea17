#!/usr/bin/env node
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

await import('../src/cli/main.ts')
