import { useMemo } from 'react'
import type { ReactNode } from 'react'

import './code.css'
import { Escape, InertText } from './inert-text.tsx'
import { colouredMax, paint } from './tokens.ts'
import type { Language, Painted } from './tokens.ts'

interface Props {
  readonly text: string
  readonly language: Language
  readonly label: string
}

/** Text that somebody else wrote, whole and harmless, coloured by its language. */
export function Code({ text, language, label }: Props): ReactNode {
  const lines = text === '' ? 0 : text.split('\n').length
  return (
    <figure className="code-block">
      <figcaption>
        {label} · {lines} {lines === 1 ? 'line' : 'lines'}, {text.length} characters, nothing left
        out
      </figcaption>
      <pre tabIndex={0} role="group" aria-label={label}>
        <code>
          {text.length > colouredMax ? (
            <InertText text={text} lines />
          ) : (
            <Coloured text={text} language={language} />
          )}
        </code>
      </pre>
    </figure>
  )
}

/** Without a frame, for a line or a cell. */
export function Coloured({ text, language }: Pick<Props, 'text' | 'language'>): ReactNode {
  const painted = useMemo(() => paint(text, language), [text, language])
  return painted.map((piece, at) => <Piece key={at} piece={piece} />)
}

function Piece({ piece }: { piece: Painted }): ReactNode {
  if (piece.escape) return <Escape text={piece.text} />
  if (piece.tone === 'plain') return piece.text
  return <span className={`token-${piece.tone}`}>{piece.text}</span>
}
