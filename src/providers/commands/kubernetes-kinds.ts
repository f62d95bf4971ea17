// Short names of kinds, and plurals, to one name each.
const shorts: Readonly<Record<string, string>> = {
  ns: 'namespace',
  po: 'pod',
  pvc: 'persistentvolumeclaim',
  pv: 'persistentvolume',
  deploy: 'deployment',
  rs: 'replicaset',
  sts: 'statefulset',
  ds: 'daemonset',
  svc: 'service',
  cm: 'configmap',
  ing: 'ingress',
  sa: 'serviceaccount',
  cj: 'cronjob',
  no: 'node',
  crd: 'customresourcedefinition',
  crds: 'customresourcedefinition',
  hpa: 'horizontalpodautoscaler',
  netpol: 'networkpolicy',
  pdb: 'poddisruptionbudget',
  quota: 'resourcequota',
  ep: 'endpoints',
  sc: 'storageclass',
  rc: 'replicationcontroller',
  ev: 'event',
  csr: 'certificatesigningrequest',
  limits: 'limitrange',
  psp: 'podsecuritypolicy',
  all: 'all',
  vs: 'volumesnapshot',
}

/** `namespaces.v1`, `deployments.apps`, `NS`. */
export function kind(type: string): string {
  const [word = ''] = type.toLowerCase().split('.')
  const short = Object.hasOwn(shorts, word) ? shorts[word] : undefined
  if (short !== undefined) return short
  if (/(ies)$/.test(word)) return word.replace(/ies$/, 'y')
  if (/(sses|xes)$/.test(word)) return word.replace(/es$/, '')
  return /(ss|endpoints)$/.test(word) ? word : word.replace(/s$/, '')
}
