// Flux159/mcp-server-kubernetes and containers/kubernetes-mcp-server.
import { isList, isObject, member } from '../../languages/json/value.ts'
import { wordsOf } from './arguments.ts'
import { destroys, discloses, each, escalates, reads, textOf, words, writes } from './row.ts'
import type { ToolTable } from './row.ts'

type Args = Parameters<typeof textOf>[0]

/** Of a Secret, looking is reading what is secret. */
const secrets = (args: Args) => {
  const kind = textOf(args, 'resourceType') ?? textOf(args, 'kind') ?? textOf(args, 'resource')
  // `pods,secrets`, `secret/db` and `secrets.v1.` are ways to ask for them too.
  return /secret/i.test(kind ?? '') ? ('disclose' as const) : null
}
/** What is asked next is asked of another cluster. */
const switching = (args: Args) =>
  ['list', 'get'].includes(textOf(args, 'operation') ?? '') ? null : ('escalate' as const)
const undoing = (args: Args) =>
  ['undo', 'restart'].includes(textOf(args, 'subCommand') ?? '') ? ('destroy' as const) : null

export const kubernetes: ToolTable = {
  ...each('kubectl_get kubectl_describe resources_get resources_list', reads({ graver: secrets })),
  ...each('kubectl_logs explain_resource list_api_resources ping', reads()),
  ...each('pods_list pods_list_in_namespace pods_get pods_log pods_top nodes_top', reads()),
  ...each('nodes_log nodes_stats_summary events_list namespaces_list', reads()),
  ...each('projects_list helm_list configuration_contexts_list', reads()),
  configuration_view: discloses(),
  kubectl_reconnect: reads(),
  kubectl_context: reads({ graver: switching }),
  ...each('kubectl_create kubectl_apply kubectl_patch resources_create_or_update', {
    ...escalates(),
  }),
  kubectl_scale: destroys({ extent: 'some', undo: 'trivial' }),
  resources_scale: destroys({ extent: 'some', undo: 'trivial' }),
  kubectl_rollout: writes({ graver: undoing }),
  kubectl_generic: escalates({ carries: kubectlOf }),
  ...each('kubectl_delete resources_delete pods_delete', destroys()),
  ...each('uninstall_helm_chart helm_uninstall cleanup cleanup_pods', destroys()),
  ...each('install_helm_chart upgrade_helm_chart helm_install', escalates()),
  ...each('exec_in_pod pods_exec', escalates({ carries: words('command') })),
  ...each('pods_run port_forward start_port_forward', escalates()),
  stop_port_forward: writes(),
  node_management: destroys({ extent: 'some', undo: 'trivial' }),
}

/** Its parts, as `kubectl` would be called with. */
function kubectlOf(args: Args) {
  const given = ['command', 'subCommand', 'resourceType', 'name']
    .map((name) => textOf(args, name))
    .filter((word) => word !== null)
  const rest = member(args, 'args')
  const flags = member(args, 'flags')
  const all = [
    ...given,
    ...(isObject(flags) ? Object.entries(flags).map(([name, one]) => flag(name, one)) : []),
    ...(isList(rest) ? rest.filter((word) => typeof word === 'string') : []),
  ]
  const text = wordsOf(['kubectl', ...all])
  return given.length === 0 || text === null
    ? []
    : [{ kind: 'shell', text, directory: null } as const]
}

function flag(name: string, value: unknown): string {
  const dashes = name.length === 1 ? '-' : '--'
  return value === true ? `${dashes}${name}` : `${dashes}${name}=${String(value)}`
}
