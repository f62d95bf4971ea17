import type { Reading, Within } from './call.ts'
import { readChangeSet, readPatch } from './patch.ts'
import {
  also,
  both,
  breaks,
  byMember,
  cannotTell,
  destroys,
  disarms,
  each,
  escalates,
  inBoth,
  inEnvironment,
  inEnvironmentOrAll,
  inputBoth,
  inputEnvironment,
  inputEnvironmentOrAll,
  inputProject,
  onlyIf,
  row,
  surelyAll,
  surelyEmpty,
  surelyNotTrue,
  surelyText,
  surelyTrue,
  writes,
} from './rows.ts'
import type { Table } from './rows.ts'

// How it is judged. Taking something out of service is `destroy`, even where it is undone
// trivially: to those who used it, it is gone. Putting a version of one's own software into service
// is `write`, the most ordinary of all; a command in the request is `escalate`, because it is code.

const environmentService = writes('service', 'serviceId', inEnvironment)
const inputService = writes('service', 'input.serviceId', inputEnvironment)
const volumeInstance = 'volumeInstance'
/** One instance of a volume, or all where no environment is named. */
const volume = writes('volume', 'volumeId', inEnvironmentOrAll)

/** What a service is made of; commands are code, the rest is how it runs. */
const serviceCommand = escalates('service', 'serviceId', inEnvironmentOrAll)
const serviceSettings = {
  buildCommand: serviceCommand,
  builder: null,
  cronSchedule: null,
  dockerfilePath: null,
  drainingSeconds: null,
  healthcheckPath: null,
  healthcheckTimeout: null,
  ipv6EgressEnabled: null,
  multiRegionConfig: null,
  nixpacksPlan: serviceCommand,
  numReplicas: null,
  overlapSeconds: null,
  preDeployCommand: serviceCommand,
  railwayConfigFile: null,
  region: null,
  registryCredentials: null,
  restartPolicyMaxRetries: null,
  restartPolicyType: null,
  rootDirectory: null,
  sleepApplication: null,
  source: null,
  startCommand: serviceCommand,
  watchPatterns: null,
}

/** Only one environment where that is sure: `allEnvironments` reaches the others. */
function egress(make: (within: Within) => Reading): Reading {
  const here = make({ environment: 'input.environmentId' })
  return onlyIf('input.allEnvironments', surelyNotTrue, here, make({}))
}

export const mutationsOfInfrastructure: Table = {
  baseEnvironmentOverride: row('id input', writes('environment', 'id')),
  bucketCreate: row('input', writes('bucket', null, inputEnvironmentOrAll)),
  // The credentials in use stop working, and new ones are handed to the caller.
  bucketCredentialsReset: row(
    'bucketId environmentId projectId redeployDependents',
    both(breaks('bucket', 'bucketId', 'never', inBoth), escalates('bucket', 'bucketId', inBoth)),
  ),
  bucketUpdate: row('id input', byMember('input', writes('bucket', 'id'), { name: null })),
  cancelPitrHaWorkflow: row(
    'environmentId rootServiceId',
    disarms('service', 'rootServiceId', inEnvironment),
  ),
  canvasViewMerge: row(
    'sourceEnvironmentId targetEnvironmentId',
    writes('environment', 'targetEnvironmentId'),
  ),
  clearPitrHaWorkflowProgress: row(
    'environmentId rootServiceId',
    writes('service', 'rootServiceId', inEnvironment),
  ),
  cloudAgentCreate: row('input', escalates('cloudAgent', null, inputEnvironment)),
  cloudAgentDelete: row('id', destroys('cloudAgent', 'id', 'never')),
  cloudAgentSleep: row('id', breaks('cloudAgent', 'id', 'trivial')),
  cloudAgentStateReport: row('input', writes('cloudAgent', 'input.cloudAgentId')),
  cloudAgentWake: row('id', writes('cloudAgent', 'id')),
  customDomainCreate: row('input', writes('customDomain', null, inputBoth)),
  customDomainDelete: row('id', destroys('customDomain', 'id', 'trivial')),
  customDomainIssueCertificate: row('id', writes('customDomain', 'id')),
  customDomainUpdate: row(
    'environmentId id targetPort',
    writes('customDomain', 'id', inEnvironment),
  ),
  // It waits for approval because a person is to give it.
  deploymentApprove: row('id', escalates('deployment', 'id')),
  deploymentCancel: row('id', writes('deployment', 'id')),
  deploymentInstanceExecutionCreate: row(
    'input',
    escalates('serviceInstance', 'input.serviceInstanceId'),
  ),
  deploymentRedeploy: row('id usePreviousImageTag', writes('deployment', 'id')),
  deploymentRemove: row('id', destroys('deployment', 'id', 'trivial')),
  deploymentRestart: row('id', writes('deployment', 'id')),
  deploymentRollback: row('id', writes('deployment', 'id')),
  deploymentStop: row('id', breaks('deployment', 'id', 'trivial')),
  deploymentTriggerCreate: row('input', writes('service', 'input.serviceId', inputBoth)),
  deploymentTriggerDelete: row('id', destroys('deploymentTrigger', 'id', 'trivial')),
  deploymentTriggerUpdate: row('id input', writes('deploymentTrigger', 'id')),
  disablePitrForHaCluster: row('input', disarms('service', 'input.rootServiceId', inputBoth)),
  // Its rules and challenges stand between the service and the internet.
  disableServiceCdn: row('input', disarms('service', 'input.serviceId', inputEnvironment)),
  dockerComposeImport: row(
    'environmentId projectId skipStagingPatch yaml',
    cannotTell('what a compose file changes here is not read'),
  ),
  egressGatewayAssociationCreate: row('input', inputService),
  // Other parties let these addresses in, and no one is promised the same ones again.
  egressGatewayAssociationsClear: row(
    'input',
    egress((within) => breaks('service', 'input.serviceId', 'never', within)),
  ),
  egressGatewayHAMigrationPreview: row(
    'input',
    egress((within) => writes('service', 'input.serviceId', within)),
  ),
  egressGatewayRollbackFromHA: row(
    'input',
    egress((within) => breaks('service', 'input.serviceId', 'never', within)),
  ),
  egressGatewayUpgradeToHA: row(
    'input',
    egress((within) => writes('service', 'input.serviceId', within)),
  ),
  enablePitrForHaCluster: row('input', writes('service', 'input.rootServiceId', inputBoth)),
  enableServiceCdn: row('input', inputService),
  environmentApplyChangeSet: row(
    'baseConfigEtag commitMessage environmentId input waitForCompletion',
    readChangeSet('input'),
  ),
  environmentCreate: row('input', writes('environment', null, inputProject)),
  environmentDelete: row('id', destroys('environment', 'id', 'never')),
  environmentPatchCommit: row('commitMessage environmentId patch', readPatch('patch')),
  environmentPatchCommitStaged: row(
    'commitMessage environmentId skipDeploys',
    cannotTell('what was staged is not in the request'),
  ),
  environmentPreviewChangeSet: row('environmentId input', writes('environment', 'environmentId')),
  // Mandates and protections go by name: production under staging's name is unprotected.
  environmentRename: row('id input', disarms('environment', 'id')),
  // Staged by one request and committed by another, a deletion is still a deletion.
  environmentStageChanges: row('environmentId input merge', readPatch('input')),
  environmentTriggersDeploy: row('input', writes('service', 'input.serviceId', inputBoth)),
  environmentUnskipService: row('environmentId serviceId', environmentService),
  githubRepoDeploy: row('input', writes('service', null, inputEnvironmentOrAll)),
  githubRepoUpdate: row('input', writes('service', 'input.serviceId', inputBoth)),
  // Variables of the same name are overwritten.
  herokuImportVariables: row('input', writes('variable', null, inputBoth, 'never')),
  observabilityDashboardCreate: row('input', writes('environment', 'input.environmentId')),
  observabilityDashboardReset: row('id', destroys('observabilityDashboard', 'id', 'never')),
  observabilityDashboardUpdate: row('id input', writes('observabilityDashboard', 'id')),
  pluginCreate: row('input', writes('plugin', null, inputEnvironmentOrAll)),
  pluginDelete: row('environmentId id', destroys('plugin', 'id', 'never', inEnvironmentOrAll)),
  pluginReset: row('id input', destroys('plugin', 'id', 'never', inputEnvironment)),
  pluginResetCredentials: row(
    'id input',
    both(
      breaks('plugin', 'id', 'never', inputEnvironment),
      escalates('plugin', 'id', inputEnvironment),
    ),
  ),
  pluginRestart: row('id input', writes('plugin', 'id')),
  pluginStart: row('id input', writes('plugin', 'id')),
  pluginUpdate: row('id input', writes('plugin', 'id')),
  privateNetworkCreateOrGet: row(
    'input',
    writes('environment', 'input.environmentId', inputProject),
  ),
  privateNetworkEndpointCreateOrGet: row('input', inputService),
  privateNetworkEndpointDelete: row('id', destroys('privateNetworkEndpoint', 'id', 'trivial')),
  privateNetworkEndpointRename: row(
    'dnsName id privateNetworkId',
    writes('privateNetworkEndpoint', 'id'),
  ),
  privateNetworksForEnvironmentDelete: row(
    'environmentId',
    breaks('environment', 'environmentId', 'trivial'),
  ),
  purgeServiceCache: row('input', inputService),
  sandboxCheckpointCreate: row(
    'environmentId name sandboxId',
    writes('sandbox', 'sandboxId', inEnvironment),
  ),
  sandboxCheckpointDelete: row(
    'environmentId id',
    destroys('sandboxCheckpoint', 'id', 'never', inEnvironment),
  ),
  sandboxCheckpointRename: row(
    'environmentId id name',
    writes('sandboxCheckpoint', 'id', inEnvironment),
  ),
  sandboxCreate: row(
    'input',
    byMember('input', writes('sandbox', null, inputEnvironment), {
      environmentId: null,
      idleTimeoutMinutes: null,
      networkIsolation: null,
      region: null,
      sourceSandboxId: null,
      template: escalates('sandbox', null, inputEnvironment),
      variables: null,
    }),
  ),
  sandboxDestroy: row('environmentId id', destroys('sandbox', 'id', 'never', inEnvironment)),
  sandboxExec: row(
    'command environmentId id timeoutSec',
    escalates('sandbox', 'id', inEnvironment),
  ),
  sandboxHeartbeat: row('environmentId id', writes('sandbox', null, inEnvironment)),
  sandboxTemplateBuild: row('environmentId input', escalates('sandbox', null, inEnvironment)),
  serviceConnect: row('id input', writes('service', 'id')),
  serviceCreate: row('input', writes('service', null, inputEnvironmentOrAll)),
  serviceDelete: row('environmentId id', destroys('service', 'id', 'never', inEnvironmentOrAll)),
  serviceDisconnect: row('id', writes('service', 'id')),
  serviceDomainCreate: row('input', writes('serviceDomain', null, inputEnvironment)),
  serviceDomainDelete: row('id', destroys('serviceDomain', 'id', 'trivial')),
  serviceDomainUpdate: row(
    'input',
    writes('serviceDomain', 'input.serviceDomainId', inputEnvironment),
  ),
  serviceDuplicate: row('environmentId serviceId', environmentService),
  serviceFeatureFlagAdd: row('input', writes('service', 'input.serviceId')),
  serviceFeatureFlagRemove: row('input', writes('service', 'input.serviceId')),
  serviceInstanceAutoDeployUpdate: row('input', writes('service', 'input.serviceId', inputBoth)),
  serviceInstanceDeploy: row('commitSha environmentId latestCommit serviceId', environmentService),
  serviceInstanceDeployV2: row('commitSha environmentId serviceId', environmentService),
  serviceInstanceLimitsUpdate: row('input', inputService),
  serviceInstanceRedeploy: row('environmentId serviceId', environmentService),
  serviceInstanceUpdate: row(
    'environmentId input serviceId',
    byMember('input', writes('service', 'serviceId', inEnvironmentOrAll), serviceSettings),
  ),
  // A security update that was due is called off.
  serviceInstanceVulnRemediationDismiss: row(
    'environmentId serviceId',
    disarms('service', 'serviceId', inEnvironment),
  ),
  serviceInstanceVulnRemediationPatchNow: row('environmentId serviceId', environmentService),
  serviceRemoveUpstreamUrl: row('id', writes('service', 'id')),
  serviceUpdate: row('id input', writes('service', 'id')),
  setServiceUnderAttackMode: row(
    'input',
    onlyIf(
      'input.enabled',
      surelyTrue,
      inputService,
      disarms('service', 'input.serviceId', inputEnvironment),
    ),
  ),
  sharedVariableConfigure: row(
    'input',
    byMember('input', writes('variable', 'input.name', inputBoth), {
      disabledServiceIds: onlyIf(
        'input.disabledServiceIds',
        surelyEmpty,
        writes('variable', 'input.name', inputBoth),
        breaks('variable', 'input.name', 'trivial', inputBoth),
      ),
      enabledServiceIds: null,
      environmentId: null,
      name: null,
      projectId: null,
    }),
  ),
  // A database's port on the internet.
  tcpProxyCreate: row('input', escalates('service', 'input.serviceId', inputEnvironment)),
  tcpProxyDelete: row('id', destroys('tcpProxy', 'id', 'trivial')),
  // What a template brings with it, commands included, is not in the request or not read.
  templateDeploy: row(
    'input',
    escalates('service', null, {
      environment: 'input.environmentId?',
      project: 'input.projectId?',
      workspace: 'input.workspaceId?',
    }),
  ),
  templateDeployV2: row(
    'input',
    escalates('service', null, {
      environment: 'input.environmentId?',
      project: 'input.projectId?',
      workspace: 'input.workspaceId?',
    }),
  ),
  // A cluster becomes one machine: its replicas and their volumes go.
  templateRevert: row('input', breaks('service', 'input.rootServiceId', 'never', inputBoth)),
  templateServiceSourceEject: row('input', writes('service', null, inputProject)),
  updateServiceEdgeConfig: row('input', inputService),
  // The whole set is replaced: which blocking rules go cannot be told.
  updateServiceEdgeRules: row('input', disarms('service', 'input.serviceId', inputEnvironment)),
  // With `replace`, every variable that is not listed is deleted.
  variableCollectionUpsert: row(
    'input',
    onlyIf(
      'input.replace',
      surelyNotTrue,
      writes('variable', null, inputBoth, 'never'),
      breaks('variable', null, 'from-safeguard', inputBoth),
    ),
  ),
  // A person who is asked can note its value first, unless it is sealed.
  variableDelete: row('input', destroys('variable', 'input.name', 'from-safeguard', inputBoth)),
  // It overwrites too, and one variable more or less is the most ordinary write: so it is one, but
  // one that cannot be taken back, as a sealed value can be read by no one.
  variableUpsert: row('input', writes('variable', 'input.name', inputBoth, 'never')),
  volumeCreate: row('input', writes('volume', null, inputEnvironmentOrAll)),
  volumeDelete: row('volumeId', destroys('volume', 'volumeId', 'never')),
  volumeInstanceBackupCreate: row(
    'name volumeInstanceId',
    writes(volumeInstance, 'volumeInstanceId'),
  ),
  volumeInstanceBackupDelete: row(
    'volumeInstanceBackupId volumeInstanceId',
    destroys('backup', 'volumeInstanceBackupId', 'never'),
  ),
  volumeInstanceBackupLock: row(
    'volumeInstanceBackupId volumeInstanceId',
    writes('backup', 'volumeInstanceBackupId'),
  ),
  // What was there is overwritten, and backups newer than the restored one are removed.
  volumeInstanceBackupRestore: row(
    'replicaServiceIds volumeInstanceBackupId volumeInstanceId wipeServiceIds',
    also(
      also(
        destroys(volumeInstance, 'volumeInstanceId', 'never'),
        each('wipeServiceIds', (id) => breaks('service', id, 'never')),
      ),
      each('replicaServiceIds', (id) => breaks('service', id, 'never')),
    ),
  ),
  // The whole list is replaced. Only the full one surely takes no schedule away.
  volumeInstanceBackupScheduleUpdate: row(
    'kinds volumeInstanceId',
    onlyIf(
      'kinds',
      surelyAll(['DAILY', 'WEEKLY', 'MONTHLY']),
      writes(volumeInstance, 'volumeInstanceId'),
      disarms(volumeInstance, 'volumeInstanceId'),
    ),
  ),
  volumeInstancePITRRestore: row(
    'newServiceName sourceRepoPath targetTimestamp volumeInstanceId',
    writes(volumeInstance, 'volumeInstanceId'),
  ),
  volumeInstanceUpdate: row(
    'environmentId input volumeId',
    byMember('input', volume, {
      mountPath: null,
      // Null takes the volume from its service, which starts anew on an empty disk.
      serviceId: onlyIf(
        'input.serviceId',
        surelyText,
        volume,
        breaks('volume', 'volumeId', 'trivial', inEnvironmentOrAll),
      ),
      // DELETED and DELETING are among its values.
      state: destroys('volume', 'volumeId', 'never', inEnvironmentOrAll),
    }),
  ),
  volumeUpdate: row(
    'input volumeId',
    byMember('input', writes('volume', 'volumeId'), { name: null }),
  ),
}
