import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createFakeClock } from '../system/clock.ts'
import { agent, openWorld, volumeImpact, worldStart } from '../../test/console/world.ts'
import type { Decision } from '../domain/decision.ts'
import type { Hold } from '../domain/hold.ts'
import type { Instant, PersonName } from '../domain/names.ts'
import { mailOf } from './email.ts'
import {
  escalatedMessage,
  heldMessage,
  killedMessage,
  testMessage,
  trippedMessage,
} from './message.ts'
import type { Message } from './message.ts'
import { slackBody } from './slack.ts'
import { teamsBody } from './teams.ts'
import { pushPayload } from './web-push.ts'
import { webhookBody } from './webhook.ts'

const origin = 'https://holdpoint.example.com'
const at = '2026-04-24T02:13:00.000Z' as Instant

async function messageFor(impacts: Decision['impacts'] = [volumeImpact()]): Promise<Message> {
  const world = await openWorld(createFakeClock(worldStart))
  const { hold: id } = await world.arrive({ impacts })
  const found = world.store.hold(id) as Readonly<{ hold: Hold; decision: Decision }>
  const message = heldMessage(found, origin)
  await world.close()
  return message
}

test('what is said of a hold', async () => {
  const { subject, lines, link } = await messageFor()
  assert.equal(subject, 'Holdpoint: a hold waits for a person (critical, irreversible)')
  assert.deepEqual(lines, [
    '`cursor` wants to delete `volume pg-data` and its 4 backups (none survives) in ' +
      '`pocketos/production` and `pocketos/staging`.',
    'It reaches `pocketos/production` (CRITICAL), `pocketos/staging` (standard).',
    'Irreversible: it could not be taken back.',
    'Silence means no at 03:13 UTC, 60 minutes after it opened.',
    'Nothing is decided by this message or its link.',
  ])
  assert.match(link, /^https:\/\/holdpoint\.example\.com\/holds\/hold_[a-z0-9]{16}$/)
})

test('what is said of trips, kills and tests', () => {
  const tripped = trippedMessage({ agent, reason: 'budget', at }, origin)
  assert.equal(tripped.lines[0], '`cursor` is frozen: it spent more than its mandate allows.')
  const killed = killedMessage({ agent: null, by: 'jer' as PersonName, at }, origin)
  assert.equal(killed.lines[0], '`jer` pulled the kill switch for every agent.')
  const tested = testMessage('jer' as PersonName, at, origin)
  assert.match(tested.lines[0] ?? '', /^This is a test/)
})

test('an escalation says for how long nobody answered', async () => {
  const world = await openWorld(createFakeClock(worldStart))
  const { hold: id } = await world.arrive()
  const found = world.store.hold(id) as Readonly<{ hold: Hold; decision: Decision }>
  const { subject, lines } = escalatedMessage(found, origin, 10, at)
  await world.close()
  assert.match(subject, /nobody has answered a hold for 10 minutes/)
  assert.equal(lines[0], 'Nobody has answered for 10 minutes, so you are told too.')
})

/** Names that an agent may give to what it makes. */
const attacks: readonly string[] = [
  '<!channel> *RELEASED* <https://evil.example/holds|Open the hold>',
  '[Open the hold](https://evil.example/holds/hold_aaaaaaaaaaaaaaaa)',
  '![x](https://evil.example/x.png) **approved** # Done',
  '<img src=x onerror=alert(1)><a href="https://evil.example">Open</a>',
  'pg-data\r\nBcc: everyone@evil.example\r\nSubject: released\r\n\r\nAll is well',
  '\u202egnp.elif\u200b\u0007\u001b[2K :white_check_mark: @here',
  '`. Nothing waits. Silence means yes. `',
  '{{DATE(2017-02-14T06:08:39Z,SHORT)}} ${secret} <at>everyone</at>',
  'www.evil.example and evil.com and mailto:a@evil.example',
  'x'.repeat(5000),
]

test('whatever an agent names, no channel takes it for anything but a name', async (t) => {
  for (const label of attacks) {
    await t.test(label.slice(0, 30).replace(/[^ -~]/g, '?'), async () => {
      const message = await messageFor([volumeImpact(label)])
      checkText(message)
      checkSlack(slackBody(message))
      checkTeams(teamsBody(message))
      checkMail(message)
      const { title, path, body } = JSON.parse(pushPayload(message)) as Record<string, string>
      assert.equal(title, message.subject)
      assert.match(path ?? '', /^\/holds\/hold_[a-z0-9]{16}$/)
      assert.ok(Buffer.byteLength(body ?? '') < 3000)
      assert.ok(!webhookBody(message).includes('evil.example"'))
    })
  }
})

/** Each line is one of visible letters; the name is in one pair of fences; no address in it. */
function checkText({ subject, lines, link }: Message): void {
  assert.ok(lines.length <= 8)
  for (const line of [subject, ...lines]) {
    assert.ok(!/[\r\n\p{C}]/u.test(line), line)
    assert.ok(line.length < 900)
    assert.ok(!/:\/\/|www\.|@|evil\.|mailto:a/i.test(line), line)
  }
  const first = lines[0] ?? ''
  assert.match(first, /^`cursor` wants to delete `[^`]+` and its 4 backups/)
  assert.equal(first.split('`').length % 2, 1)
  assert.ok(link.startsWith(`${origin}/holds/`))
}

function checkSlack(body: object): void {
  const { text, blocks, ...rest } = body as Record<string, unknown>
  assert.deepEqual(rest, { mrkdwn: false, unfurl_links: false, unfurl_media: false })
  assert.match(String(text), /^Holdpoint: a hold waits for a person \([a-z, ]+\)$/)
  for (const block of blocks as { type: string; text: { type: string; text: string } }[]) {
    assert.ok(['header', 'section'].includes(block.type))
    if (block.text.type === 'plain_text') continue
    assert.match(
      block.text.text,
      /^<https:\/\/holdpoint\.example\.com\/holds\/\w+\|Open the hold>$/,
    )
  }
  assert.ok(!/"(?:actions|button|action_id|value)"/.test(JSON.stringify(body)))
}

function checkTeams(body: object): void {
  const text = JSON.stringify(body)
  assert.ok(!text.includes('"type":"TextBlock"'), 'Markdown is read in TextBlocks')
  assert.deepEqual(text.match(/"Action\.\w+"/g), ['"Action.OpenUrl"'])
  assert.ok(!/\{\{|\$\{|\]\(|<at|<img|<a /.test(text), text)
}

function checkMail(message: Message): void {
  const mail = mailOf({ name: 'm', from: 'a@example.com', to: ['b@example.com'] }, message)
  assert.equal(mail.subject, message.subject)
  assert.deepEqual(mail.to, ['b@example.com'])
  assert.ok(!('html' in mail) && !('attachments' in mail))
  assert.ok(!/^(bcc|subject|cc|to):/im.test(mail.text))
}

test('harmless names stay as they are: a table of a schema, a version, a path', async () => {
  for (const label of ['table public.users', 'volume pg-data', 'service api/v2', 'image v1.2.3']) {
    const { lines } = await messageFor([volumeImpact(label)])
    assert.ok(lines[0]?.includes(`\`${label}\``), lines[0])
  }
})

test('an unknown effect in an unknown place is said to be so', async () => {
  const [impact] = [volumeImpact()]
  const effect = { kind: 'unknown', why: 'no row', legible: true } as const
  const environments = { kind: 'unknown', why: 'not found' } as const
  const hits = [{ ...impact.hits[0], effect, environments, label: '' }] as const
  const { lines } = await messageFor([{ ...impact, hits }])
  assert.match(lines[1] ?? '', /an UNKNOWN environment, treated as CRITICAL/)
  assert.match(lines[2] ?? '', /^Irreversible/)
})
