import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as scene from '../../test/placing.ts'
import { backups, effectOn, hitOf, idOf, reach } from '../../test/placing.ts'
import type { Effect } from '../domain/effect.ts'

const { production, project, staging, volume } = scene
const proxy = 'tcp proxy shuttle.proxy.rlwy.example of postgres in production'
const inProduction = idOf('volume pg-data in production')

const both = 'production staging'
const placed: readonly (readonly [Effect, reach: string, backups: string])[] = [
  [effectOn('destroy', 'volumeInstance', idOf('volume pg-data in staging')), 'staging', '1 of 1'],
  [effectOn('destroy', 'volumeInstance', inProduction), 'production', '3 of 3'],
  [effectOn('destroy', 'project', project), both, '4 of 4'],
  [effectOn('destroy', 'workspace', idOf('workspace pocketos')), both, '4 of 4'],
  [effectOn('destroy', 'environment', production), 'production', '3 of 3'],
  [effectOn('destroy', 'environment', staging), 'staging', '1 of 1'],
  [effectOn('destroy', 'service', idOf('service api')), both, '0 of 0'],
  [
    effectOn('destroy', 'service', idOf('service api'), { environment: staging }),
    'staging',
    '0 of 0',
  ],
  [effectOn('destroy', 'volume', volume, { environment: staging }), 'staging', '1 of 1'],
  [effectOn('destroy', 'volume', volume, { environment: staging, project }), 'staging', '1 of 1'],
  [
    effectOn('destroy', 'backup', idOf('backup daily-2026-04-22 of pg-data in production')),
    'production',
    '1 of 1',
  ],
  // Which of its backups go with a part of it cannot be told.
  [effectOn('destroy', 'volume', volume, {}, 'some'), both, 'unknown'],
  [
    effectOn('destroy', 'customDomain', idOf('domain api.pocketos.example of api in production')),
    'production',
    '0 of 0',
  ],
  [effectOn('destroy', 'bucket', idOf('bucket assets')), both, '0 of 0'],
  [effectOn('write', 'volume', volume), both, '0 of 4'],
  [effectOn('disarm', 'volumeInstance', inProduction), 'production', '0 of 3'],
  [effectOn('write', 'serviceInstance', idOf('service api in staging')), 'staging', '0 of 0'],
  [effectOn('read', 'volume', volume), both, '0 of 0'],
  [effectOn('disclose', 'environment', production), 'production', '0 of 0'],
  [effectOn('escalate', 'tcpProxy', idOf(proxy)), 'production', '0 of 0'],
  // The request names an environment in which the thing is not: both count.
  [
    effectOn('destroy', 'volume', idOf('volume uploads-staging'), { environment: production }),
    both,
    '0 of 0',
  ],
  [effectOn('destroy', 'volumeInstance', inProduction, { environment: staging }), both, '3 of 3'],
  [effectOn('write', 'environment', production, { environment: staging }), both, '0 of 3'],
  // Places that nobody knows.
  [effectOn('destroy', 'volume', volume, { environment: 'nowhere' }), 'unknown', '4 of 4'],
  [effectOn('write', 'service', idOf('service api'), { project: 'nowhere' }), 'unknown', '0 of 0'],
  [
    effectOn('write', 'service', idOf('service api'), { workspace: 'nowhere' }),
    'unknown',
    '0 of 0',
  ],
  // By what the request says alone.
  [effectOn('write', 'volume', null, { environment: staging }), 'staging', 'unknown'],
  [effectOn('write', 'variable', 'DATABASE_URL', { environment: staging }), 'staging', 'unknown'],
  [
    effectOn('destroy', 'variable', 'DATABASE_URL', { environment: production, project }),
    'production',
    'unknown',
  ],
  [effectOn('write', 'service', null, { project }), both, 'unknown'],
  [effectOn('read', 'project', null, { workspace: idOf('workspace pocketos') }), both, 'unknown'],
  [effectOn('write', 'volume', null, { environment: 'nowhere' }), 'unknown', 'unknown'],
  [
    effectOn('write', 'volume', null, { environment: staging, project: 'nowhere' }),
    'unknown',
    'unknown',
  ],
  [effectOn('write', 'variable', 'DATABASE_URL'), 'unknown', 'unknown'],
  [effectOn('write', 'volume', null), 'unknown', 'unknown'],
  [effectOn('escalate', 'token', null), 'unknown', 'unknown'],
  // All of an account, as far as it is known.
  [effectOn('read', 'account', null), both, 'unknown'],
  [effectOn('read', 'platform', null), 'railway itself', '0 of 0'],
  [effectOn('escalate', 'account', null), both, 'unknown'],
  [effectOn('write', 'workspace', null), both, 'unknown'],
  // Ids that nobody found, in disguises that a provider might see through.
  [effectOn('destroy', 'volume', '3d2c42fb-0000-4000-8000-000000000000'), 'unknown', 'unknown'],
  [effectOn('destroy', 'volume', volume.toUpperCase()), 'unknown', 'unknown'],
  [effectOn('destroy', 'volume', ` ${volume}`), 'unknown', 'unknown'],
  [effectOn('read', 'volume', 'never-seen'), 'unknown', 'unknown'],
  [effectOn('destroy', 'sandbox', 'never-seen', { environment: staging }), 'unknown', 'unknown'],
  [effectOn('destroy', 'volume', '__proto__'), 'unknown', 'unknown'],
]

for (const [effect, wantedReach, wantedBackups] of placed) {
  assert.ok(effect.kind !== 'unknown')
  const { type, id, within } = effect.resource
  const where = Object.entries(within).map(([key, value]) => ` ${key}=${value.slice(0, 8)}`)
  const what = `${effect.kind} ${effect.extent} ${type}/${id ?? '*'}${where.join('')}`
  test(`${what}: ${wantedReach}`, () => {
    const hit = hitOf(effect)
    assert.equal(reach(hit), wantedReach)
    assert.equal(backups(hit), wantedBackups)
    assert.equal(hit.basis === 'unresolved', wantedReach === 'unknown')
  })
}
