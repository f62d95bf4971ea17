import type { ReactNode } from 'react'

import type { Word } from '../../../src/words/words.ts'
import { inertPieces } from '../../../src/wire/inert.ts'

/** Text that somebody else wrote: what is hidden in it is shown, and set apart. */
export function InertText({ text, lines = false }: { text: string; lines?: boolean }): ReactNode {
  return inertPieces(text, lines).map((piece, at) =>
    piece.kind === 'plain' ? piece.text : <Escape key={at} text={piece.text} />,
  )
}

/**
 * A name that an agent or a provider chose, never to be read as the console's own words. It may
 * have been made inert already.
 */
export function Name({ text }: { text: string }): ReactNode {
  return (
    <bdi className="name">
      {text
        .split(/(⟨U\+[0-9A-F]{4,6}⟩)/)
        .map((piece, at) =>
          at % 2 === 0 ? <InertText key={at} text={piece} /> : <Escape key={at} text={piece} />,
        )}
    </bdi>
  )
}

export function Escape({ text }: { text: string }): ReactNode {
  return (
    <span className="escape" title="a character that hides or pretends">
      {text}
    </span>
  )
}

export function Sentence({ words }: { words: readonly Word[] }): ReactNode {
  return words.map(({ kind, text }, at) =>
    kind === 'own' ? <span key={at}>{text}</span> : <Name key={at} text={text} />,
  )
}
