// A control plane over a real store, ledger, vault and leases, without a gate.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import type { Control } from '../../src/api/control.ts'
import { createControl } from '../../src/api/create-control.ts'
import type { RunningGate } from '../../src/api/create-control.ts'
import { mandateRequestSchema } from '../../src/api/mandate-request.ts'
import type { MandateRequest, MandateRequestWritten } from '../../src/api/mandate-request.ts'
import { createLeases } from '../../src/credentials/leases.ts'
import type { Leases } from '../../src/credentials/leases.ts'
import { createVault } from '../../src/credentials/vault.ts'
import { createVaultKeyFile } from '../../src/credentials/vault-key.ts'
import type { PersonName } from '../../src/domain/names.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import type { FakeClock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { openWorld, worldStart } from '../console/world.ts'
import type { World } from '../console/world.ts'

export interface ControlScene {
  readonly control: Control
  readonly world: World
  readonly clock: FakeClock
  readonly leases: Leases
  readonly folder: string
}

export const alice = 'alice' as PersonName

/** The world has an agent `cursor` of alice, with a mandate and two leases. */
export async function openControl(
  t: TestContext,
  gate: RunningGate | null = null,
): Promise<ControlScene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-control-'))
  const { store, ledger, people } = world
  const random = systemRandom
  const leases = createLeases({ ledger, store, clock, random })
  const key = createVaultKeyFile(join(folder, 'vault.key'), random)
  const vault = createVault({ file: join(folder, 'vault.json'), key, random })
  t.after(async () => {
    await world.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const control = createControl({
    ...{ version: '1.2.3', ledger, store, leases, people, clock, random, gate },
    secrets: () => vault,
    ...{ providers: ['railway'], asks: world.asks },
  })
  return { control, world, clock, leases, folder }
}

export function mandateRequest(changes: Partial<MandateRequestWritten> = {}): MandateRequest {
  return mandateRequestSchema.parse({
    task: 'fix staging',
    agent: 'cursor',
    authorization_details: [
      { type: 'holdpoint', actions: ['read', 'write'], locations: ['pocketos/staging'] },
    ],
    ...changes,
  })
}
