// github/github-mcp-server, and the older @modelcontextprotocol/server-github.
import { isList, isObject, member } from '../../languages/json/value.ts'
import { textOf } from './row.ts'
import { destroys, disarms, discloses, each, escalates, reads, writes } from './row.ts'
import type { ToolTable } from './row.ts'

type Args = Parameters<typeof textOf>[0]

const method =
  (...destroying: readonly string[]) =>
  (args: Args) =>
    destroying.includes(textOf(args, 'method') ?? '') ? ('destroy' as const) : null

/** With whose approval it is merged. */
const approving = (args: Args) =>
  textOf(args, 'event') === 'APPROVE' ? ('disarm' as const) : method('delete_pending')(args)

/** What is put there is run by the repository's runners, with its secrets. */
const running = (args: Args) => {
  const files = member(args, 'files')
  const paths = [args, ...(isList(files) ? files.filter((file) => isObject(file)) : [])]
  return paths.some((file) =>
    /^\W*\.github\/(workflows|actions)\//i.test(textOf(file, 'path') ?? ''),
  )
    ? ('escalate' as const)
    : null
}

/** Artifacts and logs may hold what a run was given. */
const downloading = (args: Args) =>
  /download|logs_url/.test(textOf(args, 'method') ?? '') ? ('disclose' as const) : null

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
  ...each('get_file_blame list_repository_collaborators list_issue_fields', reads()),
  ...each('list_discussion_categories search_commits get_code_quality_finding', reads()),
  ...each('list_global_security_advisories get_global_security_advisory', reads()),
  ...each('issue_dependency_read projects_get projects_list find_duplicate', reads()),
  ...each('list_code_scanning_alerts get_code_scanning_alert', reads()),
  ...each('list_dependabot_alerts get_dependabot_alert', reads()),
  ...each('list_secret_scanning_alerts get_secret_scanning_alert', discloses()),
  download_workflow_run_artifact: discloses(),
  ...each('create_issue update_issue add_issue_comment issue_write', writes()),
  ...each('sub_issue_write add_sub_issue remove_sub_issue reprioritize_sub_issue', writes()),
  ...each('issue_dependency_write set_issue_fields update_issue_assignees', writes()),
  ...each('update_issue_body update_issue_labels update_issue_milestone', writes()),
  ...each('update_issue_state update_issue_title update_issue_type', writes()),
  ...each('update_pull_request_body update_pull_request_draft_state', writes()),
  ...each('update_pull_request_state update_pull_request_title', writes()),
  ...each('request_pull_request_reviewers add_issue_reaction', writes()),
  ...each('create_branch create_pull_request update_pull_request', writes()),
  ...each('add_reply_to_pull_request_comment request_copilot_review', writes()),
  ...each('add_comment_to_pending_review add_pull_request_review_comment', writes()),
  ...each('pull_request_review_write create_pull_request_review', writes({ graver: approving })),
  ...each('create_and_submit_pull_request_review', writes({ graver: approving })),
  submit_pending_pull_request_review: writes({ graver: approving }),
  delete_pending_pull_request_review: destroys({ extent: 'some' }),
  discussion_comment_write: writes({ graver: method('delete') }),
  projects_write: writes({ graver: method('delete_project_item', 'delete_project_view') }),
  ...each('update_pull_request_branch fork_repository star_repository', writes()),
  ...each('unstar_repository dismiss_notification', writes()),
  ...each('mark_all_notifications_read manage_notification_subscription', writes()),
  ...each('manage_repository_notification_subscription create_gist', writes()),
  label_write: writes({ graver: method('delete') }),
  // Files and branches that others build on: what was there stays in history, and is live at once.
  merge_pull_request: writes({ undo: 'never' }),
  ...each('create_or_update_file push_files', writes({ undo: 'never', graver: running })),
  delete_file: destroys({ undo: 'from-safeguard' }),
  update_gist: writes({ undo: 'never' }),
  create_repository: writes({ undo: 'never' }),
  delete_repository: destroys(),
  ...each('run_workflow rerun_workflow_run rerun_failed_jobs', escalates()),
  actions_run_trigger: escalates({ graver: method('delete_workflow_run_logs') }),
  actions_get: reads({ graver: downloading }),
  actions_list: reads(),
  ...each('assign_copilot_to_issue assign_copilot_to_issue_with_intent', escalates()),
  cancel_workflow_run: writes(),
  delete_workflow_run_logs: destroys({ graver: () => 'destroy' }),
  update_branch_protection: disarms(),
}
