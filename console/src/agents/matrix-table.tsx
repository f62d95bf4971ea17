import type { ReactNode } from 'react'

import type { MatrixView, PlaceView } from '../../../src/api/console/agents/shapes.ts'
import type { EffectKind } from '../../../src/domain/effect.ts'
import type { Cell, CellAnswer, Circumstance, Turn } from '../../../src/policy/matrix.ts'
import { effectWords } from '../../../src/words/mandate.ts'
import { InertText } from '../ui/inert-text.tsx'

/** Effect × environment. Words say it all; the colour repeats them. */
export function MatrixTable({ matrix }: { matrix: MatrixView }): ReactNode {
  const { effects, places, cells, leftOut, nothingFound } = matrix
  return (
    <div className="agent-matrix">
      <div className="agent-matrix-scroll" tabIndex={0} role="group" aria-label="What it may where">
        <table>
          <caption>
            <span>
              What the policies in force would answer, asked cell by cell about a plain thing
            </span>
          </caption>
          <thead>
            <tr>
              <th scope="col">What it does</th>
              {places.map((place) => (
                <th key={place.name} scope="col">
                  <PlaceName place={place} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {effects.map((effect) => (
              <tr key={effect}>
                <th scope="row">{wordOf(effect)}</th>
                {places.map(({ name }) => (
                  <CellOf
                    key={name}
                    cell={cells.find((one) => one.effect === effect && one.place === name)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {leftOut > 0 && <p className="quiet">{leftOut} more environments are not shown.</p>}
      {nothingFound.length > 0 && (
        <p className="quiet">
          No environment that is known fits{' '}
          {nothingFound.map((pattern) => (
            <code key={pattern}>
              <InertText text={pattern} />{' '}
            </code>
          ))}
        </p>
      )}
      <Turns cells={cells} />
    </div>
  )
}

function wordOf(effect: EffectKind): string {
  return effect === 'unknown' ? 'what cannot be read' : effectWords[effect]
}

function PlaceName({ place: { name, protection, found } }: { place: PlaceView }): ReactNode {
  if (name === '') return 'somewhere nobody knows'
  return (
    <>
      <bdi>
        <InertText text={name} />
      </bdi>
      <span className={`tag ${protection}`}>{protection}</span>
      {!found && <span className="quiet">not found yet</span>}
    </>
  )
}

function CellOf({ cell }: { cell: Cell | undefined }): ReactNode {
  if (cell === undefined) return <td />
  return (
    <td>
      {cell.answers.map((answer) => (
        <Answered key={answer.on.join() + answer.kind} answer={answer} alone={isAlone(cell)} />
      ))}
      {cell.leftOut > 0 && <span className="quiet">and {cell.leftOut} more kinds</span>}
    </td>
  )
}

function isAlone({ answers }: Cell): boolean {
  return answers.length === 1
}

function Answered({ answer, alone }: { answer: CellAnswer; alone: boolean }): ReactNode {
  const { on, because } = answer
  return (
    <div className={`agent-answer ${toneOf(answer)}`}>
      <strong>{answerWord(answer)}</strong>
      {!alone && (
        <span className="agent-on">
          {on.length === 0 ? 'anything else' : <InertText text={on.join(', ')} />}
        </span>
      )}
      {toneOf(answer) !== 'none' && answer.kind !== 'allow' && (
        <span className="agent-why">
          <InertText text={because.says} />
        </span>
      )}
    </div>
  )
}

/** What is not granted and denied is nothing to worry about; the rest is told apart. */
function toneOf({ kind, granted }: CellAnswer): 'allow' | 'hold' | 'deny' | 'none' {
  return kind === 'deny' && !granted ? 'none' : kind
}

function answerWord(answer: CellAnswer): string {
  switch (toneOf(answer)) {
    case 'allow':
      return 'allowed'
    case 'hold':
      return answer.granted ? 'held for a person' : 'not granted: held for a person'
    case 'deny':
      return 'denied'
    case 'none':
      return 'not granted'
  }
}

const whenWords: Readonly<Record<Circumstance, string>> = {
  irreversible: 'when it can never be taken back',
  kept: 'when it is kept first, or a backup elsewhere survives it',
  'many-rows': 'when one statement touches more rows than',
  shared: 'when it also reaches',
}

const kindWords = { allow: 'allowed', hold: 'held for a person', deny: 'denied' } as const

/** What the table does not say: a cell is about something plain. */
function Turns({ cells }: { cells: readonly Cell[] }): ReactNode {
  const turning = cells.flatMap((cell) =>
    cell.answers.flatMap(({ on, unless }) => unless.map((turn) => ({ cell, on, turn }))),
  )
  return (
    <details className="agent-turns">
      <summary>What a cell does not say, and what turns it ({turning.length})</summary>
      <p className="quiet">
        Each cell speaks of one plain thing in that one environment: changed in part and back again,
        or destroyed whole with no backup. A real request may touch several things; its gravest part
        decides. Budgets and the breaker come on top.
      </p>
      <ul>
        {turning.map(({ cell, on, turn }) => (
          <li key={`${cell.effect} ${cell.place} ${on.join()} ${turn.when}`}>
            {wordOf(cell.effect)} in <InertText text={cell.place} />
            {on.length > 0 && (
              <>
                {' '}
                (<InertText text={on.join(', ')} />)
              </>
            )}
            : <TurnWords turn={turn} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function TurnWords({ turn: { when, detail, kind, because } }: { turn: Turn }): ReactNode {
  return (
    <>
      <strong>{kindWords[kind]}</strong> {whenWords[when]} <InertText text={detail} />
      {kind !== 'allow' && (
        <>
          {' '}
          (<InertText text={because.says} />)
        </>
      )}
    </>
  )
}
