import { useId } from 'react'
import type { ReactNode } from 'react'

import type { Draft, InvalidDraft, PoliciesView } from '../../../src/api/console/policies/shapes.ts'
import { InertText } from '../ui/inert-text.tsx'
import { draftable, ownExample } from './draft.ts'

export interface Drafting {
  readonly view: PoliciesView
  readonly draft: Draft | null
  readonly onDraft: (draft: Draft | null) => void
}

const newFile = 'own/draft.cedar'
const textMax = 40_000

/** One file put in the place of its namesake, or beside the others; kept nowhere. */
export function DraftEditor({ view, draft, onDraft }: Drafting): ReactNode {
  const id = useId()
  const files = draftable(view)
  const choose = (file: string): void => {
    if (file === '') onDraft(null)
    else onDraft({ file, text: files.find(({ name }) => name === file)?.text ?? ownExample })
  }
  return (
    <fieldset className="policy-draft">
      <legend>Draft</legend>
      <label htmlFor={`${id}-file`}>File that the draft stands in for</label>
      <select
        id={`${id}-file`}
        value={draft?.file ?? ''}
        onChange={({ target }) => {
          choose(target.value)
        }}
      >
        <option value="">no draft: the set in force</option>
        {files.every(({ name }) => name !== newFile) && (
          <option value={newFile}>a new file, {newFile}</option>
        )}
        {files.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {draft !== null && (
        <>
          <label htmlFor={`${id}-text`}>Text of the draft, in Cedar</label>
          <textarea
            id={`${id}-text`}
            className="code"
            rows={14}
            maxLength={textMax}
            spellCheck={false}
            autoCapitalize="off"
            value={draft.text}
            onChange={({ target }) => {
              onDraft({ file: draft.file, text: target.value })
            }}
          />
          <p className="quiet">
            It is judged by here, and kept nowhere. Left empty, the file is left out.
          </p>
        </>
      )}
    </fieldset>
  )
}

export function DraftProblem({ invalid }: { invalid: InvalidDraft }): ReactNode {
  const { where, says } = invalid
  return (
    <p className="danger-note" role="alert">
      The draft is not valid
      {where !== null && (
        <>
          , in{' '}
          <code>
            <InertText text={where.file} />
          </code>{' '}
          at line {where.line}, column {where.column}
        </>
      )}
      : <InertText text={says} />
    </p>
  )
}
