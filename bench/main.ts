// `npm run bench [-- postgres] [--json] [--quick]`: the HTTP door, or the PostgreSQL door.
await import(process.argv.includes('postgres') ? './postgres/run.ts' : './run.ts')
