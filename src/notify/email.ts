// E-mail by SMTP, plain text. Never without TLS but to this machine. Headers are Holdpoint's own
// words and configured addresses; what agents named stands in the body alone.
import { createTransport } from 'nodemailer'

import type { EmailSettings } from '../configuration/notify.ts'
import type { SecretName } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { openSecret, useClearance } from './channel.ts'
import type { Attempted, Channel, ChannelParts } from './channel.ts'
import type { Message } from './message.ts'
import { answerMilliseconds, codeOf } from './post.ts'

/** a server may greet slowly, on purpose; longer than this in all is silence */
const deliveryMilliseconds = 30_000

export function createEmail(settings: EmailSettings, parts: ChannelParts): Channel {
  const { vault, certificates } = parts
  const { certificate: file } = settings
  const certificate = file === null ? null : (certificates.get(file) ?? null)
  return {
    settings,
    open(message, clearance) {
      useClearance(clearance, settings.name)
      return {
        async attempt(signal): Promise<Attempted> {
          const { user, password } = settings
          if (user === null || password === null) {
            return deliver(settings, certificate, message, null, signal)
          }
          const opened = openSecret(vault, password, clearance)
          if (opened.kind === 'closed') return { kind: 'refused', why: opened.why }
          const login = { user, pass: opened.value, password }
          return deliver(settings, certificate, message, login, signal)
        },
      }
    },
  }
}

interface Login {
  readonly user: string
  readonly pass: string
  readonly password: SecretName
}

async function deliver(
  settings: EmailSettings,
  certificate: string | null,
  message: Message,
  login: Login | null,
  stopping: AbortSignal,
): Promise<Attempted> {
  const { host, port, tls } = settings
  const transport = createTransport({
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls' },
    ignoreTLS: tls === 'off',
    ...(certificate === null ? {} : { tls: { ca: certificate } }),
    ...(login === null ? {} : { auth: { user: login.user, pass: login.pass } }),
    ...{ disableFileAccess: true, disableUrlAccess: true, logger: false },
    ...{ connectionTimeout: answerMilliseconds, greetingTimeout: answerMilliseconds },
    socketTimeout: answerMilliseconds,
  })
  const signal = AbortSignal.any([AbortSignal.timeout(deliveryMilliseconds), stopping])
  const late = Promise.withResolvers<Attempted>()
  signal.addEventListener('abort', () => late.resolve(again('it took too long')), { once: true })
  const sending: Promise<Attempted> = transport.sendMail(mailOf(settings, message)).then(
    (): Attempted => ({ kind: 'delivered' }),
    (error: unknown) => attemptedOf(error instanceof Error ? error : new Error(), login),
  )
  const attempted = await Promise.race([sending, late.promise])
  transport.close()
  return attempted
}

export function mailOf(
  { name, from, to }: Pick<EmailSettings, 'name' | 'from' | 'to'>,
  { topic, about, at, subject, lines, link }: Message,
) {
  // The same at each try: a mailbox that has it already may know.
  const id = sha256(`${name} ${topic} ${about} ${at}`).slice(0, 32)
  return {
    ...{ from, to: [...to], subject, messageId: `<${id}@holdpoint.invalid>` },
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: [...lines, '', link, ''].join('\n'),
  }
}

type MailError = Error & Readonly<{ code?: string; responseCode?: number }>

/** What the server said is not repeated: it may quote what it was given. */
function attemptedOf(error: MailError, login: Login | null): Attempted {
  const { code, responseCode } = error
  if (code === 'EAUTH' && login !== null) {
    const why = `the mail server refused the user, or the secret \`${login.password}\``
    return responseCode !== undefined && responseCode < 500 ? again(why) : { kind: 'refused', why }
  }
  if (code === 'ETLS') return { kind: 'refused', why: 'the mail server does not offer TLS' }
  if (responseCode !== undefined && responseCode >= 500) {
    return { kind: 'refused', why: `the mail server refused it, with ${responseCode}` }
  }
  if (responseCode !== undefined) return again(`the mail server answered ${responseCode}`)
  return again(`the mail server could not be reached (${codeOf(error)})`)
}

function again(why: string): Attempted {
  return { kind: 'again', why, retryAfter: null }
}
