// The provider's own SDK, pointed at the gate by RAILWAY_GRAPHQL_ENDPOINT, with a lease as
// RAILWAY_API_TOKEN:
//   railway-sdk.ts ENVIRONMENT-ID
// Lists what is there, starts a machine, and says what it was told.
import { Sandbox } from 'railway'

process.env['RAILWAY_ENVIRONMENT_ID'] = process.argv[2] ?? ''
await Sandbox.list()
process.stdout.write('listed\n')
try {
  await Sandbox.create()
  process.stdout.write('created\n')
} catch (error) {
  process.stdout.write(`told: ${error instanceof Error ? error.message : String(error)}\n`)
}
process.exit(0)
