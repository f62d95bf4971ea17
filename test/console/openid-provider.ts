// An OpenID provider that does exactly what a test says, also what none should: discovery, keys,
// tokens and user info, without pages of its own.
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeProvider {
  readonly issuer: string
  /** what was asked, `GET /jwks` */
  readonly asked: readonly string[]
  /** the secret that came with the code, or null */
  readonly secrets: readonly (string | null)[]
  /** what the next code stands for; `as` is asked when it is redeemed */
  code(location: string, as?: Partial<Answer>): string
  /** changes what is said in discovery */
  says: Record<string, unknown>
  close(): Promise<void>
}

export interface Answer {
  readonly claims: Readonly<Record<string, unknown>>
  readonly userInfo: Readonly<Record<string, unknown>>
  /** none: unsigned; another: by a key that is not published; HS256: with the client's secret */
  readonly algorithm: 'RS256' | 'none' | 'another' | 'HS256'
  /** instead of tokens */
  readonly reply: (response: ServerResponse) => void
}

const clientId = 'holdpoint'
export const clientSecret = 'Very-secret_1'

export async function openFakeProvider(): Promise<FakeProvider> {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const codes = new Map<string, { nonce: string; challenge: string; as: Partial<Answer> }>()
  const asked: string[] = []
  const secrets: (string | null)[] = []
  let userInfo: Readonly<Record<string, unknown>> = {}
  const server = createServer((request, response) => {
    answer(request, response).catch((fault: unknown) => response.destroy(fault as Error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const says: Record<string, unknown> = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    userinfo_endpoint: `${issuer}/me`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    asked.push(`${method} ${url}`)
    if (url === '/.well-known/openid-configuration') {
      json(response, says)
      return
    }
    if (url === '/jwks') {
      const jwk = key.publicKey.export({ format: 'jwk' })
      json(response, { keys: [{ ...jwk, kid: 'one', use: 'sig', alg: 'RS256' }] })
      return
    }
    if (url === '/me') {
      json(response, userInfo)
      return
    }
    if (url !== '/token') {
      json(response, { error: 'not_found' }, 404)
      return
    }
    const form = new URLSearchParams(await textOf(request))
    const basic = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString()
    secrets.push(basic === '' ? null : decodeURIComponent(basic.split(':')[1] ?? ''))
    const code = form.get('code') ?? ''
    const meant = codes.get(code)
    codes.delete(code)
    const verifier = form.get('code_verifier') ?? ''
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    if (meant?.challenge !== challenge) {
      json(response, { error: 'invalid_grant' }, 400)
      return
    }
    if (meant.as.reply !== undefined) {
      meant.as.reply(response)
      return
    }
    userInfo = meant.as.userInfo ?? { sub: meant.as.claims?.['sub'] ?? 'user-1' }
    json(response, {
      access_token: 'access',
      token_type: 'Bearer',
      expires_in: 60,
      id_token: token(meant.nonce, meant.as),
    })
  }

  function token(nonce: string, { claims = {}, algorithm = 'RS256' }: Partial<Answer>): string {
    const now = Math.floor(Date.now() / 1000)
    const payload = {
      ...{ iss: issuer, aud: clientId, sub: 'user-1', iat: now, exp: now + 60, nonce },
      ...claims,
    }
    const alg = algorithm === 'another' ? 'RS256' : algorithm
    const parts = [{ alg, kid: 'one' }, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    )
    const input = parts.join('.')
    return `${input}.${signatureOf(input, algorithm)}`
  }

  function signatureOf(input: string, algorithm: Answer['algorithm']): string {
    if (algorithm === 'none') return ''
    if (algorithm === 'HS256') {
      return createHmac('sha256', clientSecret).update(input).digest('base64url')
    }
    const { privateKey } = algorithm === 'another' ? other : key
    return sign('sha256', Buffer.from(input), privateKey).toString('base64url')
  }

  return {
    ...{ issuer, asked, secrets, says },
    code(location, as = {}) {
      const query = new URL(location).searchParams
      const code = randomBytes(16).toString('hex')
      const [nonce, challenge] = [query.get('nonce') ?? '', query.get('code_challenge') ?? '']
      codes.set(code, { nonce, challenge, as })
      return `code=${code}&state=${query.get('state') ?? ''}`
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request) text += String(part)
  return text
}
