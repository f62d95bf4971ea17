// What an agent's environment needs to go through the gate with a lease. Told once, with the token.
import type { Concealed } from '../../../domain/concealed.ts'
import type { GateReport } from '../../control.ts'
import type { EnvironmentLine } from './shapes.ts'

type Told = Pick<GateReport, 'agents' | 'upstreams' | 'postgres' | 'databases'>

export function environmentLines(gate: Told | null, token: Concealed): readonly EnvironmentLine[] {
  if (gate === null) return []
  const lease = token.reveal()
  const origins = gate.upstreams.map(({ name, hosts }) => ({
    says: `instead of https://${hosts[0] ?? name}, with the lease where its token was`,
    line: `http://${gate.agents}/${name}`,
  }))
  const proxy = {
    says: 'or the gate as a proxy; `holdpoint ca` says what must trust its certificate',
    line: `HTTPS_PROXY=http://lease:${lease}@${gate.agents}`,
  }
  const databases = (gate.databases ?? []).map(({ name, database }) => ({
    says: `the database ${name}; PGPASSWORD is the lease`,
    line: `PGPASSWORD=${lease} psql postgres://${name}@${gate.postgres ?? ''}/${database}`,
  }))
  return [...origins, ...(origins.length === 0 ? [] : [proxy]), ...databases]
}
