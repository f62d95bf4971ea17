import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { text } from 'node:stream/consumers'

import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'

import { volumeImpact } from '../../test/console/world.ts'
import { openTold } from '../../test/notify/receivers.ts'
import type { Told } from '../../test/notify/receivers.ts'
import { temporaryFolder } from '../../test/receipts.ts'
import { certificateFor } from '../../test/notify/certificate.ts'

const password = 'correct-horse-battery'

interface Mail {
  readonly to: readonly string[]
  readonly from: string
  readonly raw: string
  readonly secure: boolean
}

interface MailServer {
  readonly port: number
  readonly mails: Mail[]
}

async function openMail(t: TestContext, options: SMTPServerOptions): Promise<MailServer> {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    onData: (stream, { envelope, secure }, done) => {
      void text(stream).then((raw) => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        mails.push({ raw, from, to: envelope.rcptTo.map(({ address }) => address), secure })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise<void>((resolve) => server.close(resolve)))
  return { mails, port: (server.server.address() as AddressInfo).port }
}

function mailTo(port: number, more: object = {}): object {
  const mail = { kind: 'email', host: '127.0.0.1', port, from: 'holdpoint@example.com' }
  return { channels: { mail: { ...mail, to: ['on-call@example.com'], ...more } } }
}

function endOf(told: Told): string {
  const [last] = told.facts('notified').slice(-1)
  if (last === undefined) return 'none'
  return last.end.kind === 'failed' ? last.end.why : last.end.kind
}

test('plain text, own words as subject, no header of an agent', async (t) => {
  const { port, mails } = await openMail(t, { disabledCommands: ['AUTH', 'STARTTLS'] })
  const told = await openTold(t, mailTo(port, { tls: 'off' }))
  const label = 'pg-data\r\nBcc: everyone@evil.example\r\n.\r\nMAIL FROM:<x@evil.example>'
  await told.world.arrive({ impacts: [volumeImpact(label)] })
  await told.settled()
  assert.equal(endOf(told), 'delivered')
  const [mail] = mails
  assert.ok(mail)
  assert.deepEqual(mail.to, ['on-call@example.com'])
  assert.equal(mail.from, 'holdpoint@example.com')
  const [head = '', body = ''] = mail.raw.split('\r\n\r\n')
  assert.match(head, /^Subject: Holdpoint: a hold waits for a person/m)
  assert.match(head, /^Auto-Submitted: auto-generated/m)
  assert.match(head, /^Content-Type: text\/plain/m)
  assert.ok(!/evil|bcc/i.test(head))
  assert.ok(!/^bcc:/im.test(body))
  assert.equal(mails.length, 1)
})

test('with STARTTLS and a password, over TLS alone', async (t) => {
  const folder = temporaryFolder(t)
  const { key, cert } = await certificateFor('localhost')
  const certificate = join(folder, 'ca.pem')
  writeFileSync(certificate, cert)
  const login: SMTPServerOptions['onAuth'] = (auth, { secure }, done) => {
    const good = secure && auth.username === 'gate' && auth.password === password
    done(good ? null : new Error(`no: ${String(auth.password)}`), { user: 'gate' })
  }
  const tls = { key, cert, authOptional: false, onAuth: login }
  const { port, mails } = await openMail(t, tls)
  const settings = { host: 'localhost', certificate, user: 'gate', password: 'smtp' }
  const told = await openTold(t, mailTo(port, settings), {
    secrets: { smtp: password },
    certificates: [certificate],
  })
  await told.world.arrive()
  await told.settled()
  assert.equal(endOf(told), 'delivered')
  assert.equal(mails[0]?.secure, true)

  const wrong = await openTold(t, mailTo(port, settings), {
    secrets: { smtp: 'another-password' },
    certificates: [certificate],
  })
  await wrong.world.arrive()
  await wrong.settled()
  assert.equal(endOf(wrong), 'the mail server refused the user, or the secret `smtp`')
  assert.ok(!JSON.stringify(wrong.facts('notified')).includes('another-password'))
})

test('a server without TLS is given nothing, and one that nobody vouches for neither', async (t) => {
  const bare = await openMail(t, { disabledCommands: ['STARTTLS'] })
  const told = await openTold(t, mailTo(bare.port))
  await told.world.arrive()
  await told.settled()
  assert.deepEqual(bare.mails, [])
  assert.equal(endOf(told), 'the mail server does not offer TLS')

  const { key, cert } = await certificateFor('localhost')
  const strange = await openMail(t, { key, cert })
  const other = await openTold(t, mailTo(strange.port, { host: 'localhost' }))
  await other.world.arrive()
  await other.settled()
  for (let minute = 0; minute < 25; minute++) await other.after(60)
  assert.deepEqual(strange.mails, [])
  assert.match(endOf(other), /^the mail server could not be reached \(/)
})

test('a busy server is tried again, a refusal is not', async (t) => {
  let code = 451
  const { port, mails } = await openMail(t, {
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_, __, done) => {
      done(code === 0 ? null : Object.assign(new Error('not now'), { responseCode: code }))
    },
  })
  const told = await openTold(t, mailTo(port, { tls: 'off' }))
  await told.world.arrive()
  await told.settled()
  assert.equal(endOf(told), 'none')
  code = 0
  await told.after(10)
  assert.equal(endOf(told), 'delivered')
  assert.equal(mails.length, 1)
  code = 550
  await told.world.arrive({ query: 'mutation { volumeDelete(volumeId: "2") }' })
  await told.settled()
  assert.equal(endOf(told), 'the mail server refused it, with 550')
})
