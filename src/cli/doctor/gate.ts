import type { NotificationReport, Status, UpstreamReport } from '../../api/control.ts'
import type { Configuration } from '../../configuration/configuration.ts'
import type { SecretName } from '../../domain/names.ts'
import { inert } from '../../wire/inert.ts'
import type { Check } from './check.ts'
import { fail, ok, skipped, warn } from './check.ts'

/** What the state, or the gate that has it open, says of itself. */
export function checkStatus(status: Status): readonly Check[] {
  const { ledger, gate, people, frozen, killed } = status
  return [
    ledger.state.kind === 'open'
      ? ok('ledger', `${ledger.size} entries, open`)
      : fail(
          'ledger',
          `closed, so every request is refused: ${inert(ledger.state.why)}`,
          'put that right, then stop the gate and start it again',
        ),
    gate === null
      ? skipped('gate', 'does not run; `holdpoint up` starts it')
      : ok('gate', `runs as process ${gate.pid} since ${gate.startedAt}`),
    people === 0
      ? warn('people', 'nobody can release anything', 'enrol: holdpoint person enrol-code')
      : ok('people', `${people} enrolled`),
    ...frozen.map(({ agent, says }) =>
      warn(
        'breaker',
        `${agent} is frozen: ${inert(says)}`,
        `look, then: holdpoint resume ${agent}`,
      ),
    ),
    ...killed.map(({ agent }) =>
      warn(
        'kill',
        `the kill switch is pulled for ${agent ?? 'every agent'}`,
        `holdpoint lift-kill${agent === null ? '' : ` --agent ${agent}`}`,
      ),
    ),
  ]
}

export function checkSecrets(
  { upstreams, databases }: Configuration,
  names: readonly SecretName[],
): readonly Check[] {
  if (upstreams.length + databases.length === 0) {
    return [warn('upstreams', 'nothing is governed', 'add an upstream to holdpoint.yaml')]
  }
  const needs = [
    ...upstreams.map(({ name, credential, discoverCredential }) => ({
      name,
      secrets: [credential, discoverCredential],
    })),
    ...databases.map(({ name, credential, admin }) => ({
      name,
      secrets: [credential, admin?.credential ?? null],
    })),
  ]
  return needs.map(({ name, secrets }) => {
    const missing = secrets.find((secret) => secret !== null && !names.includes(secret))
    if (missing === undefined || missing === null) return ok('secret', `${name} has its credential`)
    return fail('secret', `\`${missing}\` of ${name} is missing`, `holdpoint secret put ${missing}`)
  })
}

/** Without knowing what exists, everything counts as critical. */
export function checkDiscovery(upstreams: readonly UpstreamReport[]): readonly Check[] {
  return upstreams.map(({ name, discoveredAt, discoveryFault }) => {
    if (discoveryFault !== null) {
      const next = 'see that the credential may read, and that the provider answers'
      return fail('discovery', `${name} could not be walked: ${inert(discoveryFault)}`, next)
    }
    return discoveredAt === null
      ? warn('discovery', `${name} was not walked yet`, 'wait a moment, then look again')
      : ok('discovery', `${name} was walked at ${discoveredAt}`)
  })
}

/** Whether people would hear of a hold. */
export function checkNotifications(report: NotificationReport | undefined): readonly Check[] {
  if (report === undefined) return []
  const { channels, unreachable } = report
  if (channels.length === 0) {
    const next = 'add channels under `notify` in holdpoint.yaml'
    return [warn('notify', 'nobody is told when a hold opens; people must look themselves', next)]
  }
  const lost = unreachable.map((hold) =>
    fail('notify', `${hold} waits, and nobody could be told`, 'open the console and answer it'),
  )
  return [...lost, ...channels.map(checkChannel)]
}

function checkChannel({ name, missing, failure }: NotificationReport['channels'][number]): Check {
  const [secret] = missing
  if (secret !== undefined) {
    return fail('notify', `\`${secret}\` of ${name} is missing`, `holdpoint secret put ${secret}`)
  }
  if (failure === null) return ok('notify', `${name} has what it needs`)
  const next = 'put that right, then send a test from the console: Notifications'
  return warn('notify', `the last message to ${name} did not arrive: ${inert(failure)}`, next)
}
