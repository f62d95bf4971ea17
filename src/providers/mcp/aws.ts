// awslabs/mcp: the API server, which runs `aws` commands, and servers of single services.
import { destroys, each, escalates, reads, shell, sql, textOf, writes } from './row.ts'
import type { ToolTable } from './row.ts'

/** Kinds of resources that say who may do what. */
const powers = (args: Parameters<typeof textOf>[0]) =>
  /^AWS::(IAM|Organizations|SSO|KMS|SecretsManager|EC2::SecurityGroup|S3::BucketPolicy)/i.test(
    textOf(args, 'resource_type') ?? '',
  )
    ? ('escalate' as const)
    : null

export const aws: ToolTable = {
  // The command says what it does; by itself the tool could do anything.
  ...each('call_aws use_aws', escalates({ carries: shell('cli_command', 'aws') })),
  ...each('suggest_aws_commands search_documentation read_documentation recommend', reads()),
  ...each('get_resource list_resources get_resource_schema_information', reads()),
  ...each('get_resource_request_status create_template', reads()),
  ...each('create_resource update_resource', writes({ undo: 'never', graver: powers })),
  delete_resource: destroys(),
  ...each('get_cost_and_usage get_cost_forecast get_dimension_values get_tag_values', reads()),
  ...each('describe_log_groups execute_log_insights_query get_logs_insight_query_results', reads()),
  ...each('get_metric_data get_active_alarms get_alarm_history lookup_events', reads()),
  readonly_query: reads({ carries: sql('postgres', 'sql') }),
  transact: writes({ undo: 'never', carries: sql('postgres', 'sql_list') }),
  run_query: reads({ carries: sql('postgres', 'sql') }),
}
