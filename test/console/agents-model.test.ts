// What the pages of agents work out by themselves: the tree, the request, and what may be signed.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formFrom, requestOf } from '../../console/src/agents/form.ts'
import { isSameGrant } from '../../console/src/agents/same-grant.ts'
import { treeOf } from '../../console/src/agents/tree.ts'
import type { AgentNode } from '../../console/src/agents/tree.ts'
import type { AgentView } from '../../src/api/console/agents/shapes.ts'
import { mandateFrom, mandateRequestSchema } from '../../src/api/mandate-request.ts'
import { mandateTemplates } from '../../src/api/mandate-templates.ts'
import type { Mandate } from '../../src/domain/mandate.ts'
import type { AgentName, Instant, MandateId, PersonName } from '../../src/domain/names.ts'
import { mandateRequest } from '../cli/control.ts'

function agent(name: string, under: string | null = null): AgentView {
  return {
    ...{ name: name as AgentName, owner: 'alice' as PersonName, under: under as AgentName | null },
    ...{ addedAt: '2026-04-24T02:13:00.000Z' as Instant, frozen: null, killed: null },
    ...{ mandates: [], mandatesEnded: 0, waiting: 0, lastSeen: null },
  }
}

function shown(nodes: readonly AgentNode[]): string {
  return nodes.map(({ agent: { name }, below }) => `${name}(${shown(below)})`).join('')
}

test('agents stand below those they work for, each exactly once', () => {
  const tree = treeOf([agent('c', 'b'), agent('a'), agent('b', 'a'), agent('d')])
  assert.equal(shown(tree), 'a(b(c()))d()')
  assert.equal(shown(treeOf([agent('b', 'gone')])), 'b()', 'whose parent is not on the list')
  assert.equal(shown(treeOf([agent('b', 'a'), agent('a', 'b')])), 'a(b())', 'round in a circle')
  const hung = treeOf([agent('b', 'a'), agent('a', 'b'), agent('z', 'a')])
  assert.equal(shown(hung), 'a(b()z())')
  assert.equal(shown(treeOf([agent('c', 'b'), agent('b', 'gone')])), 'b(c())')
})

function granted(changes: Partial<Mandate> = {}): Mandate {
  const mandate = mandateFrom(mandateRequest(), {
    ...{ id: 'mandate_a' as MandateId, by: 'alice' as PersonName, parent: null },
    ...{ now: '2026-04-24T02:13:00.000Z' as Instant, providers: ['railway'] },
  })
  return { ...mandate, ...changes }
}

test('a page signs the mandate that it shows, and no other', () => {
  const page = granted()
  const later = {
    ...{ id: 'mandate_b' as MandateId, grantedAt: '2026-04-24T02:14:00.000Z' as Instant },
    expiresAt: '2026-04-24T10:14:00.000Z' as Instant,
  }
  assert.ok(isSameGrant(granted(later), page), 'asked a minute later, it lasts as long')
  for (const [name, changes] of Object.entries<Partial<Mandate>>({
    agent: { agent: 'codex' as AgentName },
    task: { task: 'anything' },
    granter: { grantedBy: 'bob' as PersonName },
    scopes: { scopes: [{ effects: ['destroy'], environments: ['*'], resources: ['*'] }] },
    budget: { budget: { ...page.budget, destroys: null } },
    egress: { egress: ['evil.example'] },
    wait: { holdWaitSeconds: 300 },
    parent: { parent: 'mandate_x' as MandateId },
    time: { expiresAt: '2026-05-24T10:14:00.000Z' as Instant },
  })) {
    assert.ok(!isSameGrant(granted({ ...later, ...changes }), page), name)
  }
})

test('a form makes the request that the template would, once it is whole', () => {
  const known = ['shop/staging', 'shop/production']
  for (const template of mandateTemplates) {
    const form = formFrom(template, 'codex', known)
    const request = requestOf({ ...form, environments: ['shop/staging'] })
    assert.ok(request !== null, template.id)
    const parsed = mandateRequestSchema.parse(request)
    assert.equal(parsed.authorization_details.length, template.scopes.length)
    assert.equal(requestOf({ ...form, environments: [], others: ' ' }), null)
    assert.equal(requestOf({ ...form, agent: '' }), null)
  }
})
