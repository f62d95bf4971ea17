// `npm run bench [-- postgres|console] [--json] [--quick]`: the HTTP door, the PostgreSQL door, or
// the console.
const asked = process.argv.find((one) => one === 'postgres' || one === 'console')
const runs = { postgres: './postgres/run.ts', console: './console.ts' } as const
await import(asked === undefined ? './run.ts' : runs[asked])
