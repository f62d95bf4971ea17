// `npm run bench [-- NAME] [--json] [--quick]`: the HTTP door, or what the table below names.
const runs: Readonly<Record<string, string>> = {
  http: './run.ts',
  postgres: './postgres/run.ts',
  console: './console.ts',
  snapshots: './snapshots.ts',
  mcp: './mcp.ts',
  hook: './hook.ts',
  run: './sandbox.ts',
  'shell-parsers': './shell-parsers.ts',
}
const name = process.argv.slice(2).find((one) => !one.startsWith('-')) ?? 'http'
const run = Object.hasOwn(runs, name) ? runs[name] : undefined
if (run === undefined) throw new Error(`no bench \`${name}\`: ${Object.keys(runs).join(', ')}`)
await import(run)
