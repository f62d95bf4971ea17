// cloudflare/mcp-server-cloudflare
import { destroys, each, escalates, reads, sql, writes } from './row.ts'
import type { ToolTable } from './row.ts'

export const cloudflare: ToolTable = {
  ...each('accounts_list zones_list zone_details workers_list', reads()),
  ...each('workers_get_worker workers_get_worker_code search_cloudflare_documentation', reads()),
  ...each('kv_namespaces_list kv_namespace_get r2_buckets_list r2_bucket_get', reads()),
  ...each('d1_databases_list d1_database_get hyperdrive_configs_list', reads()),
  ...each('hyperdrive_config_get query_worker_observability observability_keys', reads()),
  ...each('observability_values workers_builds_list_builds workers_builds_get_build', reads()),
  ...each('workers_builds_get_build_logs dns_records_list dns_report', reads()),
  ...each('kv_namespace_create kv_namespace_update r2_bucket_create', writes()),
  ...each('d1_database_create hyperdrive_config_create', writes()),
  hyperdrive_config_edit: writes({ undo: 'never' }),
  d1_database_query: reads({ carries: sql('sqlite', 'sql') }),
  ...each('kv_namespace_delete r2_bucket_delete d1_database_delete', destroys()),
  ...each('hyperdrive_config_delete worker_delete dns_record_delete', destroys()),
  // What is asked next is asked of another account.
  set_active_account: escalates(),
  ...each('worker_put worker_deploy container_exec', escalates()),
}
