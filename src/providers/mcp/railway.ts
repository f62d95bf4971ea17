// railway/mcp and railwayapp/railway-mcp-server.
import { destroys, discloses, each, escalates, reads, writes } from './row.ts'
import type { textOf } from './row.ts'
import type { ToolTable } from './row.ts'

/** A command that it is started or built with. */
const running = (args: Parameters<typeof textOf>[0]) =>
  Object.keys(args).some((name) => /command|image|repo|source/i.test(name))
    ? ('escalate' as const)
    : null

export const railway: ToolTable = {
  ...each('check-railway-status list-projects list-services list-deployments', reads()),
  ...each('get-logs list-environments list-volumes list-domains list-templates', reads()),
  ...each('project_list project_info project_environments service_list service_info', reads()),
  ...each('deployment_list deployment_logs deployment_status domain_list domain_check', reads()),
  ...each('volume_list tcp_proxy_list list_service_plugins database_list_types', reads()),
  ...each('list-variables variable_list list_service_variables', discloses()),
  ...each('create-project-and-link create-environment link-service link-environment', writes()),
  ...each('project_create service_create_from_repo service_create_from_image', writes()),
  ...each('set-variables variable_set variable_bulk_set variable_copy', writes({ undo: 'never' })),
  ...each('database_deploy_from_template volume_create', writes()),
  service_update: writes({ undo: 'never', graver: running }),
  ...each('domain_create domain_update generate-domain', writes()),
  ...each('deploy deploy-template deployment_trigger service_restart redeploy', escalates()),
  // It publishes a port.
  tcp_proxy_create: escalates(),
  ...each('project_delete service_delete environment_delete volume_delete', destroys()),
  ...each('project_delete_batch domain_delete variable_delete volume_update', destroys()),
  ...each('delete-project delete-service delete-environment delete-volume', destroys()),
  tcp_proxy_delete: destroys({ undo: 'trivial' }),
}
