import { stringify } from 'yaml'

export interface InitAnswers {
  readonly provider: string
  readonly upstream: string
  readonly secret: string
  /** an origin; null for the provider's own */
  readonly url: string | null
  /** null where it is not a PostgreSQL */
  readonly database: InitDatabase | null
  /** environments by how they are protected */
  readonly critical: readonly string[]
  readonly standard: readonly string[]
}

export interface InitDatabase {
  /** scheme, host and port */
  readonly url: string
  readonly role: string
  readonly database: string
  readonly environment: string
  /** a role that may install what makes undo possible; null for none */
  readonly admin: string | null
  /** on this machine */
  readonly local: boolean
}

/** A first holdpoint.yaml, with what its reader should know beside each part. */
export function configurationText(answers: InitAnswers): string {
  const { upstream, database, critical, standard } = answers
  const one = database === null ? httpUpstream(answers) : databaseUpstream(answers, database)
  const environments = [
    ...critical.map((match) => ({ match, protection: 'critical' })),
    ...standard.map((match) => ({ match, protection: 'standard' })),
  ]
  return [
    'version: 1',
    '',
    '# What is governed. The credential is kept with `holdpoint secret put`; agents never see it.',
    stringify({ upstreams: { [upstream]: one } }),
    '# How protected each environment is. The first match counts; no match is critical.',
    stringify({ environments }),
    '# Silence for so long is a no.',
    stringify({ holds: { minutes: 60 } }),
  ].join('\n')
}

function httpUpstream({ provider, secret, url }: InitAnswers): object {
  const isLocal = url?.startsWith('http:') === true
  return {
    provider,
    ...(url === null ? {} : { url }),
    credential: secret,
    ...(isLocal ? { allowPrivate: true } : {}),
  }
}

function databaseUpstream({ provider, secret }: InitAnswers, server: InitDatabase): object {
  const { url, role, database, environment, admin, local } = server
  return {
    ...{ provider, url, role, credential: secret, database, environment },
    ...(local ? { tls: 'off', allowPrivate: true } : {}),
    ...(admin === null ? {} : { admin: { role: admin, credential: `${secret}-admin` } }),
  }
}
