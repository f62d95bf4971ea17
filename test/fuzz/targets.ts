import { fuzzClientHello } from './client-hello.ts'
import { fuzzGraphql } from './graphql.ts'
import { fuzzHttpAuthority, fuzzHttpTarget } from './http-target.ts'
import { fuzzJson } from './json.ts'
import { fuzzPostgresBackend, fuzzPostgresFrontend, fuzzPostgresStartup } from './postgres.ts'
import { fuzzRailway } from './railway.ts'
import { fuzzResponse } from './response.ts'
import { fuzzShell } from './shell.ts'
import { fuzzSql } from './sql.ts'
import type { FuzzTarget } from './target.ts'

/** A row per parser of untrusted bytes. */
export const targets: readonly FuzzTarget[] = [
  fuzzJson,
  fuzzGraphql,
  fuzzRailway,
  fuzzClientHello,
  fuzzHttpTarget,
  fuzzHttpAuthority,
  fuzzResponse,
  fuzzPostgresStartup,
  fuzzPostgresFrontend,
  fuzzPostgresBackend,
  fuzzSql,
  fuzzShell,
]
