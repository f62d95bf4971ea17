import type { CommandRow } from './command.ts'
import { agentAdd } from './commands/agent-add.ts'
import { agentList } from './commands/agent-list.ts'
import { askAnswer } from './commands/ask-answer.ts'
import { askList } from './commands/ask-list.ts'
import { backupRestore } from './commands/backup-restore.ts'
import { backupVerify } from './commands/backup-verify.ts'
import { ca } from './commands/ca.ts'
import { demo } from './commands/demo.ts'
import { doctor } from './commands/doctor.ts'
import { enrolCode } from './commands/enrol-code.ts'
import { explain } from './commands/explain.ts'
import { hookDaemon } from './commands/hook-daemon.ts'
import { hookInstall } from './commands/hook-install.ts'
import { hookStatus } from './commands/hook-status.ts'
import { hookUninstall } from './commands/hook-uninstall.ts'
import { holdsList } from './commands/holds-list.ts'
import { holdsShow } from './commands/holds-show.ts'
import { init } from './commands/init.ts'
import { inspect } from './commands/inspect.ts'
import { kill } from './commands/kill.ts'
import { leaseIssue } from './commands/lease-issue.ts'
import { leaseList } from './commands/lease-list.ts'
import { leaseRevoke } from './commands/lease-revoke.ts'
import { ledgerKey } from './commands/ledger-key.ts'
import { ledgerProve } from './commands/ledger-prove.ts'
import { ledgerVerify } from './commands/ledger-verify.ts'
import { liftKill } from './commands/lift-kill.ts'
import { log } from './commands/log.ts'
import { mandateGrant } from './commands/mandate-grant.ts'
import { mandateList } from './commands/mandate-list.ts'
import { mandateRevoke } from './commands/mandate-revoke.ts'
import { mcpAccept } from './commands/mcp-accept.ts'
import { mcpPins } from './commands/mcp-pins.ts'
import { mcp } from './commands/mcp.ts'
import { policyCheck } from './commands/policy-check.ts'
import { postgresEnroll } from './commands/postgres-enroll.ts'
import { postgresStatus } from './commands/postgres-status.ts'
import { postgresUnenroll } from './commands/postgres-unenroll.ts'
import { resume } from './commands/resume.ts'
import { run } from './commands/run.ts'
import { scan } from './commands/scan.ts'
import { schema } from './commands/schema.ts'
import { secretList } from './commands/secret-list.ts'
import { secretPut } from './commands/secret-put.ts'
import { secretRemove } from './commands/secret-remove.ts'
import { trashList } from './commands/trash-list.ts'
import { trashPurge } from './commands/trash-purge.ts'
import { trashShow } from './commands/trash-show.ts'
import { undo } from './commands/undo.ts'
import { up } from './commands/up.ts'

/** Every command, in the order of the help: to begin, to work, to look, to stop. */
export const commandRows: readonly CommandRow[] = [
  up,
  run,
  init,
  demo,
  agentAdd,
  agentList,
  mandateGrant,
  mandateList,
  mandateRevoke,
  leaseIssue,
  leaseList,
  leaseRevoke,
  secretPut,
  secretList,
  secretRemove,
  postgresEnroll,
  postgresStatus,
  postgresUnenroll,
  mcp,
  mcpPins,
  mcpAccept,
  holdsList,
  holdsShow,
  askList,
  askAnswer,
  log,
  explain,
  inspect,
  hookInstall,
  hookUninstall,
  hookStatus,
  hookDaemon,
  undo,
  trashList,
  trashShow,
  trashPurge,
  backupVerify,
  backupRestore,
  kill,
  liftKill,
  resume,
  ledgerVerify,
  ledgerProve,
  ledgerKey,
  scan,
  doctor,
  ca,
  enrolCode,
  policyCheck,
  schema,
]
