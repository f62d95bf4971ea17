import type { ReactNode } from 'react'

import type { EnvironmentWords } from '../../../src/words/words.ts'
import { InertText } from './inert-text.tsx'

const protectionWords = {
  critical: 'critical: people depend on it',
  standard: 'standard',
  open: 'open',
} as const

/** Colour and words, the most protected first and largest. */
export function EnvironmentBanners({
  environments,
}: {
  environments: readonly EnvironmentWords[]
}): ReactNode {
  return (
    <ul className="banners" aria-label="Environments that this reaches">
      {environments.map(({ name, protection, banner }) => (
        <li key={banner} className={`banner ${protection}`}>
          <span className="banner-name">
            {name === null ? 'UNKNOWN ENVIRONMENT' : <ShortName name={name} />}
          </span>
          <span className="banner-words">
            {name === null ? (
              'not found in the inventory · treated as critical'
            ) : (
              <>
                <bdi>
                  <InertText text={name} />
                </bdi>{' '}
                · {protectionWords[protection]}
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** `pocketos/production` is called production; the whole name stands beside it. */
function ShortName({ name }: { name: string }): ReactNode {
  return (
    <bdi>
      <InertText text={(name.split('/').at(-1) ?? name).toUpperCase()} />
    </bdi>
  )
}

export function EnvironmentTags({
  environments,
}: {
  environments: readonly EnvironmentWords[]
}): ReactNode {
  return (
    <span className="tags">
      {environments.map(({ banner, protection }) => (
        <bdi key={banner} className={`tag ${protection}`}>
          <InertText text={banner} />
        </bdi>
      ))}
    </span>
  )
}
