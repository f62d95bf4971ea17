// `npm run bench [-- postgres|console|snapshots|mcp|hook] [--json] [--quick]`: the HTTP door, the
// PostgreSQL door, the console, snapshots of a work tree, the MCP door, or agents' hooks.
const runs = {
  postgres: './postgres/run.ts',
  console: './console.ts',
  snapshots: './snapshots.ts',
  mcp: './mcp.ts',
  hook: './hook.ts',
} as const
const asked = process.argv.find((one): one is keyof typeof runs => Object.hasOwn(runs, one))
await import(asked === undefined ? './run.ts' : runs[asked])
