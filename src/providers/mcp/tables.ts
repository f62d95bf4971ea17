// The servers that have a table. Names are those of the servers' own documentation; a tool that is
// in no table is unknown, until a person says in the configuration what it does.
import { aws } from './aws.ts'
import { cloudflare } from './cloudflare.ts'
import { filesystem } from './filesystem.ts'
import { github } from './github.ts'
import { kubernetes } from './kubernetes.ts'
import { postgres } from './postgres.ts'
import { railway } from './railway.ts'
import type { ToolTable } from './row.ts'
import { stripe } from './stripe.ts'
import { supabase } from './supabase.ts'

export const toolTables: Readonly<Record<string, ToolTable>> = {
  ...{ aws, cloudflare, filesystem, github, kubernetes, postgres, railway, stripe, supabase },
}
