// @modelcontextprotocol/server-postgres and postgres-mcp (crystaldba). The SQL is read as SQL; a
// "read-only" transaction of the server's own can be ended by the text that is put into it.
import { each, reads, sql } from './row.ts'
import type { ToolTable } from './row.ts'

export const postgres: ToolTable = {
  query: reads({ carries: sql('postgres', 'sql') }),
  ...each('execute_sql explain_query', reads({ carries: sql('postgres', 'sql') })),
  ...each('list_schemas list_objects get_object_details analyze_db_health', reads()),
  ...each('get_top_queries analyze_workload_indexes', reads()),
  // Each is put behind `EXPLAIN` as it is.
  analyze_query_indexes: reads({ carries: sql('postgres', 'queries') }),
}
