// Walks Railway's public API, read-only: workspaces → projects → environments → instances → what
// hangs off them. Any error or odd answer rejects the walk: half an inventory, half an impact.
// https://docs.railway.com/integrations/api
import { Fault } from '../../domain/fault.ts'
import type { Provider } from '../provider.ts'
import type { Question } from './discover-ask.ts'
import { createQuestion } from './discover-ask.ts'
import type { Members } from './discover-check.ts'
import { flag, id, idOrNull, list, members, name, nameOr } from './discover-check.ts'
import type { Finds } from './discover-graph.ts'
import { createFinds, refOf } from './discover-graph.ts'
import type { Leaf, Shape, Whole } from './discover-pages.ts'
import { readLeaves, readList, readWhole } from './discover-pages.ts'

export const discoverRailway: Provider['discover'] = async (ask) => {
  const question = createQuestion(ask)
  const finds = createFinds()
  const subject = await readSubject(question)
  if (subject.kind === 'project') {
    await walkProject({ question, finds }, subject.project, subject.environment)
    return finds.discovered()
  }
  for (const workspace of subject.workspaces) {
    const ref = refOf('workspace', workspace.id)
    finds.node(ref, `workspace ${workspace.name}`, [])
    const projects = await readList(question, 'projects', 'id name', workspace.id)
    for (const found of projects) {
      const project = id(found['id'], 'project.id')
      await walkProject({ question, finds }, project, null)
      finds.edge('contains', ref, refOf('project', project))
    }
  }
  return finds.discovered()
}

interface Walk {
  readonly question: Question
  readonly finds: Finds
}

interface Named {
  readonly id: string
  readonly name: string
}

/** On whose behalf we look: all of some workspaces, or one environment of one project. */
type Subject =
  | { readonly kind: 'workspaces'; readonly workspaces: readonly Named[] }
  | { readonly kind: 'project'; readonly project: string; readonly environment: string }

/** A credential does not say what it is; each kind is refused what the others may ask. */
async function readSubject(question: Question): Promise<Subject> {
  const refusals: string[] = []
  for (const read of [readWorkspaces, readPerson, readProjectToken]) {
    try {
      return await read(question)
    } catch (fault) {
      if (!(fault instanceof Fault) || fault.code !== 'discover-refused') throw fault
      refusals.push(fault.message)
    }
  }
  const why = [...new Set(refusals)].join('; ')
  throw new Fault('discover-refused', `${why}; check the credential with which it is read`)
}

async function readWorkspaces(question: Question): Promise<Subject> {
  const data = await question('{ apiToken { workspaces { id name } } }', {})
  return workspacesOf(members(data['apiToken'], 'apiToken')['workspaces'])
}

async function readPerson(question: Question): Promise<Subject> {
  const data = await question('{ me { workspaces { id name } } }', {})
  return workspacesOf(members(data['me'], 'me')['workspaces'])
}

async function readProjectToken(question: Question): Promise<Subject> {
  const data = await question('{ projectToken { projectId environmentId } }', {})
  const { projectId, environmentId } = members(data['projectToken'], 'projectToken')
  const project = id(projectId, 'projectToken.projectId')
  return { kind: 'project', project, environment: id(environmentId, 'projectToken.environmentId') }
}

function workspacesOf(value: unknown): Subject {
  const workspaces = list(value, 'workspaces').map((each) => named(members(each, 'workspaces')))
  return { kind: 'workspaces', workspaces }
}

function named(found: Members): Named {
  return { id: id(found['id'], 'id'), name: name(found['name'], 'name') }
}

const wholeProject: Shape<'environments' | 'services' | 'volumes' | 'buckets'> = {
  field: 'project(id: $ID)',
  own: 'id name',
  lists: {
    environments: 'id name canAccess',
    services: 'id name',
    volumes: 'id name',
    buckets: 'id name',
  },
  declares: '',
  variables: {},
}

/** `only`: the one environment that a project's token may look into. */
async function walkProject(walk: Walk, project: string, only: string | null): Promise<void> {
  const { question, finds } = walk
  const [whole] = await readWhole(question, wholeProject, [project])
  if (whole === undefined) return
  const called = name(whole.own['name'], 'project.name')
  const ref = refOf('project', project)
  const environments = environmentsOf(whole.lists.get('environments') ?? [], only)
  finds.node(ref, `project ${called}`, [])
  for (const environment of environments) {
    addEnvironment(finds, ref, environment.id, `${called}/${environment.name}`)
  }
  const hidden = only === null ? [] : [addHidden(finds, ref, project, called)]
  for (const [type, key] of [
    ['service', 'services'],
    ['volume', 'volumes'],
    ['bucket', 'buckets'],
  ] as const) {
    for (const found of (whole.lists.get(key) ?? []).map(named)) {
      finds.node(refOf(type, found.id), `${type} ${found.name}`, hidden)
      finds.edge('contains', ref, refOf(type, found.id))
    }
  }
  await walkEnvironments(walk, { project, elsewhere: hidden }, environments)
}

function addEnvironment(finds: Finds, project: string, environment: string, called: string): void {
  const ref = refOf('environment', environment)
  finds.environment({ id: environment, name: called })
  finds.node(ref, `environment ${called}`, [environment])
  finds.node(project, '', [environment])
  finds.edge('contains', project, ref)
}

/**
 * A project's token sees one environment. What belongs to the project may be in the others too, so
 * all of it reaches a place that nobody described, and that is therefore critical.
 */
function addHidden(finds: Finds, project: string, projectId: string, called: string): string {
  const hidden = `${projectId}/others`
  addEnvironment(finds, project, hidden, `${called}/(not visible)`)
  finds.hide(refOf('environment', hidden))
  return hidden
}

function environmentsOf(found: readonly Members[], only: string | null): readonly Named[] {
  const seen = found.filter((each) => only === null || each['id'] === only)
  for (const each of seen) {
    if (flag(each['canAccess'], 'environment.canAccess')) continue
    const called = name(each['name'], 'environment.name')
    throw new Fault(
      'discover-incomplete',
      `the credential may not look into \`${called}\`; give it access, or read with another`,
    )
  }
  if (only !== null && seen.length === 0) {
    throw new Fault('discover-malformed', `the token's own environment is not in its project`)
  }
  return seen.map(named)
}

const domains = 'customDomains { id domain } serviceDomains { id domain }'

function wholeEnvironment(project: string): Shape<'serviceInstances' | 'volumeInstances'> {
  return {
    field: 'environment(id: $ID, projectId: $project)',
    own: 'id name',
    lists: {
      serviceInstances: `id serviceId serviceName domains { ${domains} }
        latestDeployment { id } activeDeployments { id }`,
      volumeInstances: 'id serviceId isPendingDeletion volume { id name }',
    },
    declares: '$project: String!',
    variables: { project },
  }
}

async function walkEnvironments(
  { question, finds }: Walk,
  { project, elsewhere }: { readonly project: string; readonly elsewhere: readonly string[] },
  environments: readonly Named[],
): Promise<void> {
  const wholes = await readWhole(
    question,
    wholeEnvironment(project),
    environments.map((environment) => environment.id),
  )
  const hanging = wholes.flatMap((whole) => {
    const place = { finds, project: refOf('project', project), elsewhere }
    return addInstances({ ...place, environment: named(whole.own) }, whole)
  })
  const leaves = await readLeaves(
    question,
    hanging.map(({ leaf }) => leaf),
  )
  hanging.forEach(({ take }, i) => {
    for (const found of leaves[i] ?? []) take(found)
  })
}

/** A list still to be read, and what to do with each thing in it. */
interface Hanging {
  readonly leaf: Leaf
  readonly take: (found: Members) => void
}

/** An environment, and how its things are called. */
interface Place {
  readonly finds: Finds
  readonly project: string
  readonly environment: Named
  /** where the project's own things may be besides */
  readonly elsewhere: readonly string[]
}

function addInstances(
  place: Place,
  { lists }: Whole<'serviceInstances' | 'volumeInstances'>,
): readonly Hanging[] {
  const instances = new Map<string, string>()
  const services = lists.get('serviceInstances') ?? []
  const volumes = lists.get('volumeInstances') ?? []
  return [
    ...services.map((found) => addServiceInstance(place, found, instances)),
    ...volumes.map((found) => addVolumeInstance(place, found, instances)),
  ]
}

function addServiceInstance(
  { finds, project, environment, elsewhere }: Place,
  found: Members,
  instances: Map<string, string>,
): Hanging {
  const serviceId = id(found['serviceId'], 'serviceInstance.serviceId')
  const service = refOf('service', serviceId)
  const instance = refOf('serviceInstance', id(found['id'], 'serviceInstance.id'))
  const called = name(found['serviceName'], 'serviceInstance.serviceName')
  const where = `${called} in ${environment.name}`
  const here = [environment.id]
  instances.set(serviceId, instance)
  finds.node(service, `service ${called}`, [...here, ...elsewhere])
  finds.node(instance, `service ${where}`, here)
  finds.edge('contains', project, service)
  finds.edge('contains', service, instance)
  finds.edge('contains', refOf('environment', environment.id), instance)
  const add = (type: string, each: string, label: string): void => {
    finds.node(refOf(type, each), label, here)
    finds.edge('contains', instance, refOf(type, each))
  }
  for (const [type, domain] of domainsOf(found['domains'])) {
    add(type, domain.id, `domain ${domain.name} of ${where}`)
  }
  for (const deployment of deploymentsOf(found)) {
    add('deployment', deployment, `deployment ${deployment.slice(0, 8)} of ${where}`)
  }
  return {
    leaf: {
      field: 'tcpProxies',
      fields: 'id domain',
      ids: { environmentId: environment.id, serviceId },
    },
    take: (proxy) => {
      const domain = name(proxy['domain'], 'tcpProxy.domain')
      add('tcpProxy', id(proxy['id'], 'tcpProxy.id'), `tcp proxy ${domain} of ${where}`)
    },
  }
}

function domainsOf(value: unknown): readonly (readonly [type: string, domain: Named])[] {
  const { customDomains, serviceDomains } = members(value, 'domains')
  const read = (type: string, found: unknown) =>
    list(found, type).map((each) => {
      const domain = members(each, type)
      return [type, { id: id(domain['id'], type), name: name(domain['domain'], type) }] as const
    })
  return [...read('customDomain', customDomains), ...read('serviceDomain', serviceDomains)]
}

function deploymentsOf(found: Members): ReadonlySet<string> {
  const active = list(found['activeDeployments'], 'activeDeployments')
  const latest = found['latestDeployment']
  return new Set(
    [...active, ...(latest === null ? [] : [latest])].map((each) =>
      id(members(each, 'deployment')['id'], 'deployment.id'),
    ),
  )
}

function addVolumeInstance(
  { finds, project, environment, elsewhere }: Place,
  found: Members,
  instances: ReadonlyMap<string, string>,
): Hanging {
  const instanceId = id(found['id'], 'volumeInstance.id')
  const { id: volumeId, name: called } = named(members(found['volume'], 'volumeInstance.volume'))
  const pending = flag(found['isPendingDeletion'], 'volumeInstance.isPendingDeletion')
  const serviceId = idOrNull(found['serviceId'], 'volumeInstance.serviceId')
  const volume = refOf('volume', volumeId)
  const instance = refOf('volumeInstance', instanceId)
  const where = `${called} in ${environment.name}`
  const here = [environment.id]
  finds.node(volume, `volume ${called}`, [...here, ...elsewhere])
  finds.node(instance, `volume ${where}${pending ? ', about to be deleted' : ''}`, here)
  finds.edge('contains', project, volume)
  finds.edge('contains', volume, instance)
  finds.edge('contains', refOf('environment', environment.id), instance)
  const mounting = serviceId === null ? undefined : instances.get(serviceId)
  if (mounting !== undefined) finds.edge('mounts', mounting, instance)
  return {
    leaf: {
      field: 'volumeInstanceBackupList',
      fields: 'id name',
      ids: { volumeInstanceId: instanceId },
    },
    take: (backup) => {
      const backupId = id(backup['id'], 'backup.id')
      const label = nameOr(backup['name'], backupId.slice(0, 8), 'backup.name')
      finds.node(refOf('backup', backupId), `backup ${label} of ${where}`, here)
      // A backup hangs off its instance, and goes with it.
      finds.edge('contains', instance, refOf('backup', backupId))
      finds.edge('backs-up', refOf('backup', backupId), instance)
    },
  }
}
