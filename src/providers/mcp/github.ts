// github/github-mcp-server, and the older @modelcontextprotocol/server-github.
import { textOf } from './row.ts'
import { destroys, disarms, discloses, each, escalates, reads, writes } from './row.ts'
import type { ToolTable } from './row.ts'

const method =
  (...destroying: readonly string[]) =>
  (args: Parameters<typeof textOf>[0]) =>
    destroying.includes(textOf(args, 'method') ?? '') ? ('destroy' as const) : null

export const github: ToolTable = {
  ...each('get_me get_file_contents get_commit list_commits list_branches list_tags', reads()),
  ...each('get_tag list_releases get_latest_release get_release_by_tag', reads()),
  ...each('search_repositories search_code search_issues search_pull_requests', reads()),
  ...each('search_users search_orgs issue_read list_issues get_issue', reads()),
  ...each('get_issue_comments list_issue_types pull_request_read', reads()),
  ...each('list_pull_requests get_pull_request get_pull_request_files', reads()),
  ...each('get_pull_request_status get_pull_request_comments', reads()),
  ...each('get_pull_request_reviews get_pull_request_diff get_label list_label', reads()),
  ...each('list_workflows list_workflow_runs get_workflow_run get_job_logs', reads()),
  ...each('get_workflow_run_logs list_workflow_jobs get_workflow_run_usage', reads()),
  ...each('list_workflow_run_artifacts list_notifications', reads()),
  ...each('get_notification_details list_discussions get_discussion', reads()),
  ...each('get_discussion_comments list_gists get_gist get_teams', reads()),
  ...each('get_team_members get_repository_tree list_starred_repositories', reads()),
  ...each('list_code_scanning_alerts get_code_scanning_alert', reads()),
  ...each('list_dependabot_alerts get_dependabot_alert', reads()),
  ...each('list_secret_scanning_alerts get_secret_scanning_alert', discloses()),
  download_workflow_run_artifact: discloses(),
  ...each('create_issue update_issue add_issue_comment issue_write', writes()),
  ...each('sub_issue_write add_sub_issue remove_sub_issue', writes()),
  ...each('create_branch create_pull_request update_pull_request', writes()),
  ...each('add_reply_to_pull_request_comment request_copilot_review', writes()),
  ...each('add_comment_to_pending_review create_pull_request_review', writes()),
  pull_request_review_write: writes({ graver: method('delete_pending') }),
  ...each('update_pull_request_branch fork_repository star_repository', writes()),
  ...each('unstar_repository dismiss_notification', writes()),
  ...each('mark_all_notifications_read manage_notification_subscription', writes()),
  ...each('manage_repository_notification_subscription create_gist', writes()),
  label_write: writes({ graver: method('delete') }),
  // Files and branches that others build on: what was there stays in history, and is live at once.
  ...each('create_or_update_file push_files merge_pull_request', writes({ undo: 'never' })),
  delete_file: destroys({ undo: 'from-safeguard' }),
  update_gist: writes({ undo: 'never' }),
  create_repository: writes({ undo: 'never' }),
  delete_repository: destroys(),
  ...each('run_workflow rerun_workflow_run rerun_failed_jobs', escalates()),
  actions_run_trigger: escalates({ graver: method('delete_workflow_run_logs') }),
  ...each('actions_get actions_list', reads()),
  assign_copilot_to_issue: escalates(),
  cancel_workflow_run: writes(),
  delete_workflow_run_logs: destroys({ graver: () => 'destroy' }),
  update_branch_protection: disarms(),
}
