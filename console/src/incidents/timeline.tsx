import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type {
  ActionChapter,
  Chapter,
  EventChapter,
  ReadsChapter,
  Step,
} from '../../../src/evidence/incident.ts'
import { endWords, phaseWords, topicWords } from '../../../src/evidence/labels.ts'
import { EnvironmentTags } from '../ui/environment.tsx'
import { Name, Sentence } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'

/** from here on, what is not in sight is not laid out */
const manyChapters = 100

/** `alone`: one action is all there is, and it is open. */
export function Timeline({
  chapters,
  alone,
}: {
  chapters: readonly Chapter[]
  alone: boolean
}): ReactNode {
  if (chapters.length === 0) {
    return <p className="quiet">Nothing happened in this time.</p>
  }
  return (
    <ol
      className={chapters.length > manyChapters ? 'story many' : 'story'}
      aria-label="What happened"
    >
      {chapters.map((chapter) => (
        <li key={chapter.index} className="story-chapter">
          {chapter.kind === 'action' && <Action action={chapter} open={alone} />}
          {chapter.kind === 'reads' && <Reads chapter={chapter} />}
          {chapter.kind === 'event' && <Event event={chapter} />}
        </li>
      ))}
    </ol>
  )
}

function Action({ action, open }: { action: ActionChapter; open: boolean }): ReactNode {
  const { decision, sentence, environments, end, steps, at } = action
  return (
    <section className={`story-part story-action ${end}`}>
      <h2>
        <Sentence words={sentence} />
      </h2>
      <div className="story-summary">
        <EnvironmentTags environments={environments} />
        <span className={`story-end ${end}`}>{endWords[end]}</span>
        <Moment at={at} />
        {!open && (
          <Link to="/incidents" search={{ decision }}>
            this action alone
          </Link>
        )}
      </div>
      <ol className="story-steps">
        {steps.map((step, place) => (
          <li key={`${step.index} ${step.phase} ${place}`} className={`story-step ${step.phase}`}>
            <OneStep step={step} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function OneStep({ step }: { step: Step }): ReactNode {
  const { phase, words, details, index, at } = step
  return (
    <>
      <p className="story-head">
        <strong className="story-phase">{phaseWords[phase]}</strong> <Sentence words={words} />
      </p>
      <p className="quiet story-foot">
        <Moment at={at} /> · <EntryLink index={index} />
      </p>
      {details.length > 0 && (
        <details>
          <summary>Details</summary>
          <dl>
            {details.map(({ label, words: told }, place) => (
              <div key={place}>
                <dt>{label}</dt>
                <dd>
                  <Sentence words={told} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  )
}

function Reads({ chapter }: { chapter: ReadsChapter }): ReactNode {
  const { agent, reads, environments, at, until } = chapter
  return (
    <section className="story-part story-reads">
      <p className="story-head">
        <strong className="story-phase">Read</strong> <Name text={agent ?? 'a stranger'} /> read,{' '}
        {reads.length} times, allowed
      </p>
      <div className="story-summary">
        <EnvironmentTags environments={environments} />
        <span className="quiet">
          <Moment at={at} /> – <Moment at={until} />
        </span>
      </div>
      <details>
        <summary>Each of them</summary>
        <ul>
          {reads.map(({ index, sentence }) => (
            <li key={index}>
              <Sentence words={sentence} /> · <EntryLink index={index} />
            </li>
          ))}
        </ul>
      </details>
    </section>
  )
}

function Event({ event }: { event: EventChapter }): ReactNode {
  const { topic, words, at, index } = event
  return (
    <section className={`story-part story-event ${topic}`}>
      <p className="story-head">
        <strong className="story-phase">{topicWords[topic]}</strong> <Sentence words={words} />
      </p>
      <p className="quiet story-foot">
        <Moment at={at} /> · <EntryLink index={index} />
      </p>
    </section>
  )
}

function EntryLink({ index }: { index: number }): ReactNode {
  return (
    <Link to="/ledger" search={{ entry: index }}>
      entry {index}
    </Link>
  )
}
