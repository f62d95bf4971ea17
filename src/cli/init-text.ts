import { stringify } from 'yaml'

export interface InitAnswers {
  readonly provider: string
  readonly upstream: string
  readonly secret: string
  /** an origin; null for the provider's own */
  readonly url: string | null
  /** environments by how they are protected */
  readonly critical: readonly string[]
  readonly standard: readonly string[]
}

/** A first holdpoint.yaml, with what its reader should know beside each part. */
export function configurationText(answers: InitAnswers): string {
  const { provider, upstream, secret, url, critical, standard } = answers
  const isLocal = url?.startsWith('http:') === true
  const one = {
    provider,
    ...(url === null ? {} : { url }),
    credential: secret,
    ...(isLocal ? { allowPrivate: true } : {}),
  }
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
