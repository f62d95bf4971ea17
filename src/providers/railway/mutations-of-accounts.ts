import { ofOwner } from './owner.ts'
import {
  both,
  breaks,
  byMember,
  destroys,
  disarms,
  escalates,
  inputProject,
  onlyIf,
  row,
  surelyTrue,
  surelyTrueOrAbsent,
  writes,
} from './rows.ts'
import type { Table } from './rows.ts'

// People, workspaces, projects as property, tokens, domains, templates, billing. What lets anyone
// in, or the caller in further, is `escalate`; what keeps watch and is weakened, `disarm`.

const account = writes('account')
const telemetry = writes('platform')
const takesOver = escalates('account')
const workspaceInput = { workspace: 'input.workspaceId' }
const workspaceInputOrAccount = { workspace: 'input.workspaceId?' }

/** A message that would have told a person of trouble is turned off. */
const alert = (name: string) => onlyIf(`input.${name}`, surelyTrue, account, disarms('account'))

export const mutationsOfAccounts: Table = {
  // Low enough, a limit stops everything; high enough, it limits nothing.
  agentUsageLimitSet: row('input', disarms('workspace', 'input.workspaceId')),
  apiTokenCreate: row('input', escalates('account', null, workspaceInputOrAccount)),
  apiTokenDelete: row('id', destroys('token', 'id', 'trivial')),
  botScopeBindingRemove: row('id', destroys('account', null, 'trivial', {}, 'some')),
  cliAuthEventTrack: row('input', telemetry),
  cliEventTrack: row('input', telemetry),
  customerCreateFreePlanSubscription: row('id', account),
  customerTogglePayoutsToCredits: row('customerId input', account),
  emailChangeConfirm: row('nonce', takesOver),
  emailChangeInitiate: row('newEmail', takesOver),
  // Consent given in the human's name.
  fairUseAgree: row('agree', writes('account', null, {}, 'never')),
  featureFlagAdd: row('input', account),
  featureFlagRemove: row('input', account),
  generateShellToken: row(
    'input',
    escalates('service', 'input.serviceId?', { environment: 'input.environmentId' }),
  ),
  // It keeps the two sides connected, with credentials of the other.
  integrationCreate: row('input', escalates('project', 'input.projectId')),
  integrationDelete: row('id', destroys('integration', 'id', 'never')),
  integrationUpdate: row('id input', escalates('project', 'input.projectId')),
  inviteCodeUse: row('code', takesOver),
  jobApplicationCreate: row('input resume', writes('account', null, {}, 'never')),
  // The last step of logging another client in; the first ones give nothing away.
  loginSessionAuth: row('input', takesOver),
  loginSessionCancel: row('code', account),
  loginSessionConsume: row('code', takesOver),
  loginSessionCreate: row('', account),
  loginSessionVerify: row('code', account),
  notificationDeliveriesMarkAsRead: row('deliveryIds', account),
  // What happens in the project is told to an address in the request.
  notificationRuleCreate: row(
    'input',
    escalates('workspace', 'input.workspaceId', { project: 'input.projectId?' }),
  ),
  notificationRuleDelete: row('id', disarms('notificationRule', 'id')),
  notificationRuleUpdate: row('id input', disarms('notificationRule', 'id')),
  passkeyDelete: row('id', disarms('account')),
  preferencesUpdate: row(
    'input',
    byMember('input', account, {
      buildFailedEmail: alert('buildFailedEmail'),
      changelogEmail: null,
      communityEmail: null,
      deployCrashedEmail: alert('deployCrashedEmail'),
      ephemeralEnvironmentEmail: null,
      marketingEmail: null,
      subprocessorUpdatesEmail: null,
      templateQueueEmail: null,
      token: null,
      usageEmail: alert('usageEmail'),
    }),
  ),
  projectClaim: row('id workspaceId', escalates('project', 'id')),
  projectCreate: row('input', writes('project', null, workspaceInputOrAccount)),
  projectDelete: row('id', destroys('project', 'id', 'never')),
  projectFeatureFlagAdd: row('input', writes('project', 'input.projectId')),
  projectFeatureFlagRemove: row('input', writes('project', 'input.projectId')),
  projectInvitationAccept: row('code', takesOver),
  projectInvitationCreate: row('id input', escalates('project', 'id')),
  projectInvitationDelete: row('id', destroys('invitation', 'id', 'trivial')),
  projectInvitationResend: row('id', escalates('invitation', 'id')),
  projectInviteUser: row('id input', escalates('project', 'id')),
  // The caller cannot let itself in again.
  projectLeave: row('id', breaks('project', 'id', 'never')),
  projectMemberAdd: row('input', escalates('project', 'input.projectId')),
  projectMemberRemove: row('input', breaks('project', 'input.projectId', 'trivial')),
  projectMemberUpdate: row('input', escalates('project', 'input.projectId')),
  // Two days of grace are the provider's to give, and it sends the way back to a person by e-mail.
  projectScheduleDelete: row('id', destroys('project', 'id', 'never')),
  projectScheduleDeleteCancel: row('id', writes('project', 'id')),
  projectScheduleDeleteForce: row('id', destroys('project', 'id', 'never')),
  projectTokenCreate: row('input', escalates('environment', 'input.environmentId', inputProject)),
  projectTokenDelete: row('id', destroys('token', 'id', 'trivial')),
  // Another workspace gets all that the project holds.
  projectTransfer: row('input projectId', escalates('project', 'projectId')),
  projectTransferConfirm: row('input', escalates('project', 'input.projectId')),
  projectTransferInitiate: row('input', escalates('project', 'input.projectId')),
  projectTransferToTeam: row('id input', escalates('project', 'id')),
  projectUpdate: row(
    'id input',
    byMember('input', writes('project', 'id'), {
      baseEnvironmentId: null,
      // Pull requests of others are built and run.
      botPrEnvironments: escalates('project', 'id'),
      description: null,
      focusedPrEnvironments: null,
      isPublic: escalates('project', 'id'),
      // Mandates and protections go by name.
      name: disarms('project', 'id'),
      prDeploys: escalates('project', 'id'),
    }),
  ),
  providerAuthRemove: row('id', breaks('account', null, 'trivial')),
  railwayDomainDnsRecordCreate: row('input', writes('railwayDomain', null, workspaceInput)),
  railwayDomainDnsRecordDelete: row(
    'input',
    destroys('railwayDomain', null, 'trivial', workspaceInput, 'some'),
  ),
  railwayDomainDnsRecordUpdate: row('input', writes('railwayDomain', null, workspaceInput)),
  // Who answers for the nameservers answers for every host below the domain.
  railwayDomainNameserversSet: row(
    'input',
    both(breaks('railwayDomain', 'input.id', 'trivial'), escalates('railwayDomain', 'input.id')),
  ),
  // Not renewed, a domain is anybody's.
  railwayDomainUpdate: row(
    'input',
    onlyIf(
      'input.autoRenewEnabled',
      surelyTrue,
      writes('railwayDomain', 'input.id'),
      disarms('railwayDomain', 'input.id'),
    ),
  ),
  recoveryCodeGenerate: row('', takesOver),
  recoveryCodeValidate: row('input', takesOver),
  referralInfoUpdate: row('input', writes('workspace', 'input.workspaceId')),
  sessionDelete: row('id', breaks('account', null, 'trivial')),
  setupAgentEventTrack: row('input', telemetry),
  signalCreate: row('input', ofOwner('input.owner', writes)),
  signalDefaultSet: row('input', ofOwner('input.owner', writes)),
  signalDelete: row(
    'input',
    ofOwner('input.owner', (type, id) => breaks(type, id, 'never')),
  ),
  // It clears every rule; a rollback brings back what a change replaced, where it knows the change.
  signalReplace: row(
    'input',
    ofOwner('input.owner', (type, id) => breaks(type, id, 'trivial')),
  ),
  signalRollback: row(
    'input',
    ofOwner('input.owner', (type, id) => breaks(type, id, 'trivial')),
  ),
  signalRuleSet: row('input', ofOwner('input.owner', writes)),
  signalRuleUnset: row(
    'input',
    ofOwner('input.owner', (type, id) => breaks(type, id, 'trivial')),
  ),
  sshPublicKeyCreate: row('input', escalates('account', null, workspaceInputOrAccount)),
  sshPublicKeyDelete: row('id', destroys('sshPublicKey', 'id', 'trivial')),
  sshSignupApprove: row('code', takesOver),
  templateClone: row('input', writes('account', null, workspaceInputOrAccount)),
  templateDelete: row('id input', destroys('template', 'id', 'never')),
  templateGenerate: row(
    'input',
    writes('project', 'input.projectId', { environment: 'input.environmentId?' }),
  ),
  // What was the workspace's own is shown to everyone.
  templatePublish: row('id input', escalates('template', 'id')),
  templateUnpublish: row('id', breaks('template', 'id', 'trivial')),
  templateVolumeUpdate: row(
    'serviceId sizeMB templateId volumeId',
    writes('template', 'templateId'),
  ),
  trustedDomainCreate: row('input', escalates('workspace', 'input.workspaceId')),
  trustedDomainDelete: row('id', destroys('trustedDomain', 'id', 'trivial')),
  trustedDomainRetriggerVerification: row('id', writes('trustedDomain', 'id')),
  trustedDomainUpdate: row('input', escalates('trustedDomain', 'input.id')),
  twoFactorInfoCreate: row('input', takesOver),
  twoFactorInfoDelete: row('', disarms('account')),
  twoFactorInfoSecret: row('', takesOver),
  twoFactorInfoValidate: row('input', takesOver),
  upsertSlackChannel: row('workspaceId', writes('workspace', 'workspaceId')),
  usageLimitRemove: row('input', disarms('account')),
  usageLimitSet: row('input', disarms('account')),
  userBetaLeave: row('', account),
  userDelete: row('', destroys('account', null, 'never')),
  userDiscordDisconnect: row('', account),
  userFlagsRemove: row('input', account),
  userFlagsSet: row('input', account),
  userProfileUpdate: row('input', account),
  userTermsUpdate: row('', writes('account', null, {}, 'never')),
  // Text of the caller's choice is sent to an address of the caller's choice.
  webhookTest: row('payload url', takesOver),
  workspaceDelete: row('id', destroys('workspace', 'id', 'never')),
  workspaceInviteCodeCreate: row('input workspaceId', escalates('workspace', 'workspaceId')),
  workspaceInviteCodeUse: row('code', takesOver),
  workspaceLeave: row('id', breaks('workspace', 'id', 'never')),
  workspacePermissionChange: row('input', escalates('workspace', 'input.workspaceId')),
  workspacePolicyDeploySourceAllowlistAdd: row(
    'sourceId sourceType workspaceId',
    disarms('workspace', 'workspaceId'),
  ),
  workspacePolicyDeploySourceAllowlistRemove: row('id', account),
  workspacePolicyItemUpdate: row(
    'enabled input policy workspaceId',
    onlyIf(
      'enabled',
      surelyTrueOrAbsent,
      onlyIf(
        'input.enabled',
        surelyTrueOrAbsent,
        writes('workspace', 'workspaceId'),
        disarms('workspace', 'workspaceId'),
      ),
      disarms('workspace', 'workspaceId'),
    ),
  ),
  workspaceTwoFactorEnforcementUpdate: row(
    'enabled workspaceId',
    onlyIf(
      'enabled',
      surelyTrue,
      writes('workspace', 'workspaceId'),
      disarms('workspace', 'workspaceId'),
    ),
  ),
  workspaceUpdate: row('id input', writes('workspace', 'id')),
  workspaceUpsertSlackChannel: row('id', writes('workspace', 'id')),
  workspaceUserInvite: row('input workspaceId', escalates('workspace', 'workspaceId')),
  workspaceUserRemove: row('input workspaceId', breaks('workspace', 'workspaceId', 'trivial')),
}
