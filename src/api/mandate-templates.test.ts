import assert from 'node:assert/strict'
import { test } from 'node:test'

import { shippedPolicy } from '../../test/console/desks.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import type { AgentName, Instant, LeaseId, MandateId, PersonName } from '../domain/names.ts'
import type { Environment } from '../domain/resource.ts'
import { cellsOf, placesOf } from '../policy/matrix.ts'
import { mandateFrom, mandateRequestSchema } from './mandate-request.ts'
import { mandateTemplates, requestFrom } from './mandate-templates.ts'
import type { MandateTemplate } from './mandate-templates.ts'

const environments: readonly Environment[] = [
  { provider: 'railway', id: 's', name: 'shop/staging', protection: 'standard' },
  { provider: 'railway', id: 'p', name: 'shop/production', protection: 'critical' },
  { provider: 'railway', id: 'd', name: 'shop/dev', protection: 'open' },
  { provider: 'postgres', id: 's', name: 'shop/staging', protection: 'standard' },
]

function mandateOf(template: MandateTemplate, where?: readonly string[]): Mandate {
  const fitting = environments.map(({ name }) => name).filter((name) => template.fits(name))
  const chosen = where ?? (fitting.length === 0 ? ['shop/staging'] : [...new Set(fitting)])
  const request = requestFrom(template, { agent: 'codex', environments: chosen })
  return mandateFrom(mandateRequestSchema.parse(request), {
    ...{ id: 'mandate_t' as MandateId, by: 'alice' as PersonName, parent: null },
    ...{ now: '2026-04-24T02:13:00.000Z' as Instant, providers: ['railway', 'postgres'] },
  })
}

function answers(mandate: Mandate, effect: string, place: string): readonly string[] {
  const lease = { id: 'lease_t' as LeaseId, expiresAt: mandate.expiresAt }
  const owner = 'alice' as PersonName
  const agent = 'codex' as AgentName
  const standing: Standing = { agent, owner, lease, mandate, ancestors: [] }
  const cells = [...cellsOf(shippedPolicy(), standing, placesOf(mandate, environments).places)]
  const cell = cells.find((one) => one.effect === effect && one.place === place)
  return cell?.answers.map(({ on, kind }) => `${on.join(' ')} ${kind}`.trim()) ?? []
}

for (const template of mandateTemplates) {
  test(`"${template.title}" can be granted, and lets nothing through in production`, () => {
    const mandate = mandateOf(template)
    for (const effect of ['write', 'destroy', 'disarm', 'escalate', 'disclose', 'unknown']) {
      const said = answers(mandate, effect, 'shop/production')
      assert.ok(
        said.every((one) => !one.includes('allow')),
        `${effect}: ${said.join()}`,
      )
    }
    assert.ok(!mandate.scopes.some(({ environments: all }) => all.includes('*')))
  })
}

test('each template is what its words say', () => {
  const named = (id: string): MandateTemplate => {
    const found = mandateTemplates.find((one) => one.id === id)
    assert.ok(found !== undefined)
    return found
  }
  const fix = mandateOf(named('fix-staging'))
  assert.deepEqual(answers(fix, 'write', 'shop/staging'), ['allow'])
  assert.ok(!answers(fix, 'destroy', 'shop/staging').includes('allow'))
  const look = mandateOf(named('look-at-production'))
  assert.deepEqual(answers(look, 'read', 'shop/production'), ['allow'])
  assert.deepEqual(answers(look, 'read', 'shop/staging'), ['deny'])
  const domains = mandateOf(named('manage-domains'), ['shop/production'])
  const writes = answers(domains, 'write', 'shop/production')
  assert.deepEqual(writes, [
    'railway:customDomain/* railway:serviceDomain/* railway:railwayDomain/* allow',
    'deny',
  ])
  const migrate = mandateOf(named('migrate-staging-database'))
  assert.ok(answers(migrate, 'write', 'shop/staging').some((one) => one.includes('allow')))
  const free = mandateOf(named('free-hand'))
  assert.deepEqual(answers(free, 'destroy', 'shop/dev'), ['allow'])
  assert.deepEqual(answers(free, 'escalate', 'shop/dev'), ['deny'])
})
