// supabase-community/supabase-mcp
import { destroys, discloses, each, escalates, reads, sql, writes } from './row.ts'
import type { ToolTable } from './row.ts'

export const supabase: ToolTable = {
  ...each('list_organizations get_organization list_projects get_project', reads()),
  ...each('get_cost confirm_cost list_tables list_extensions list_migrations', reads()),
  ...each('get_logs get_advisors search_docs list_branches get_project_url', reads()),
  ...each('list_edge_functions get_edge_function generate_typescript_types', reads()),
  ...each('list_storage_buckets get_storage_config', reads()),
  ...each('get_anon_key get_publishable_keys', discloses()),
  execute_sql: reads({ carries: sql('postgres', 'query') }),
  apply_migration: writes({ undo: 'never', carries: sql('postgres', 'query') }),
  ...each('create_project create_branch restore_project', writes({ undo: 'never' })),
  // A paused project answers nobody.
  ...each('pause_project delete_branch reset_branch rebase_branch', destroys()),
  merge_branch: destroys({ extent: 'some' }),
  deploy_edge_function: escalates(),
  update_storage_config: writes({ undo: 'never' }),
}
