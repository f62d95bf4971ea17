// `npm run bench [-- postgres|console|snapshots|mcp] [--json] [--quick]`: the HTTP door, the PostgreSQL
// door, the console, snapshots of a work tree, or the MCP door.
const runs = {
  postgres: './postgres/run.ts',
  console: './console.ts',
  snapshots: './snapshots.ts',
  mcp: './mcp.ts',
} as const
const asked = process.argv.find((one): one is keyof typeof runs => Object.hasOwn(runs, one))
await import(asked === undefined ? './run.ts' : runs[asked])
