import { useState } from 'react'
import type { ReactNode } from 'react'

import type { MeasuredTable, Sample } from '../../../src/domain/trial.ts'
import type { Preview } from '../../../src/wire/recorded-request.ts'
import { InertText, Name } from '../ui/inert-text.tsx'

/** What a trial found: each table with its rows, counted, and some of them to look at. */
export function Rows({ preview }: { preview: Preview }): ReactNode {
  const { tables, dropped, because, samples } = preview
  return (
    <section className="rows" aria-labelledby="rows">
      <h2 id="rows">The rows, counted by trying it</h2>
      <p className="quiet">
        The statement was run in a transaction that was not committed. Nothing has changed yet.
      </p>
      {because.length > 0 && (
        <div className="danger-note">
          <strong>Not all of it is known, or could be kept:</strong>
          <ul>
            {because.map((why, at) => (
              <li key={at}>
                <InertText text={why} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {tables.length > 0 && <Counts tables={tables} />}
      {dropped.length > 0 && <Dropped dropped={dropped} />}
      {samples.map((sample, at) => (
        <SampleRows key={at} sample={sample} />
      ))}
    </section>
  )
}

function Counts({ tables }: { tables: readonly MeasuredTable[] }): ReactNode {
  return (
    <Scrolled label="Rows by table">
      <table>
        <caption>Rows by table</caption>
        <thead>
          <tr>
            <th scope="col">table</th>
            <th scope="col">deleted</th>
            <th scope="col">changed</th>
            <th scope="col">added</th>
            <th scope="col">rows in it</th>
            <th scope="col">share lost or changed</th>
          </tr>
        </thead>
        <tbody>
          {tables.map(({ schema, name, deleted, updated, inserted, total }, at) => (
            <tr key={at}>
              <th scope="row">
                <Name text={schema === '' ? name : `${schema}.${name}`} />
              </th>
              <Count count={deleted} grave />
              <Count count={updated} />
              <Count count={inserted} />
              <td>{total === null ? 'not counted' : total.toLocaleString('en')}</td>
              <td>
                <Share of={deleted + updated} total={total} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  )
}

function Count({ count, grave = false }: { count: number; grave?: boolean }): ReactNode {
  return (
    <td className={count === 0 ? 'none' : grave ? 'grave' : ''}>{count.toLocaleString('en')}</td>
  )
}

/** Rounded up, as everywhere: one row of a million is 1 %, never 0 %. */
function Share({ of, total }: { of: number; total: number | null }): ReactNode {
  if (total === null || total === 0) return of === 0 ? 'none' : 'not known'
  const share = Math.min(100, Math.ceil((of / total) * 100))
  return (
    <>
      <meter min={0} max={100} value={share} aria-hidden="true" /> {share} %
      {share === 100 && <strong> all of it</strong>}
    </>
  )
}

function Dropped({ dropped }: Pick<Preview, 'dropped'>): ReactNode {
  const named = dropped.filter(({ original }) => original)
  const taken = dropped.filter(({ original }) => !original)
  return (
    <>
      {named.length > 0 && (
        <>
          <h3>What it drops</h3>
          <DroppedList objects={named} />
        </>
      )}
      {taken.length > 0 && (
        <>
          <h3>What it takes along ({taken.length}), though the statement does not name it</h3>
          <DroppedList objects={taken} />
        </>
      )}
    </>
  )
}

function DroppedList({ objects }: { objects: Preview['dropped'] }): ReactNode {
  return (
    <ul className="names">
      {objects.map(({ type, identity }, at) => (
        <li key={at}>
          <Name text={`${type} ${identity}`} />
        </li>
      ))}
    </ul>
  )
}

function SampleRows({ sample }: { sample: Sample }): ReactNode {
  const { table, columns, rows } = sample
  return (
    <Scrolled label={`Some rows`}>
      <table className="sample">
        <caption>
          {rows.length} of the rows in <Name text={table} />, as they are now
        </caption>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={at} scope="col">
                <Name text={column} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((value, column) => (
                <td key={column}>
                  <Cell value={value} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  )
}

const cellShownMax = 80

/** NULL is no text: it looks like none. A long value is cut, says so, and opens. */
export function Cell({ value }: { value: string | null }): ReactNode {
  const [open, setOpen] = useState(false)
  if (value === null) return <span className="no-value">NULL</span>
  if (value === '') return <span className="no-value">empty text</span>
  if (value.length <= cellShownMax) return <InertText text={value} lines />
  const cut = value.slice(0, cellShownMax).replace(/[\ud800-\udbff]$/, '')
  return (
    <>
      <InertText text={open ? value : cut} lines />
      {!open && '…'}{' '}
      <button
        type="button"
        className="plain small"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open)
        }}
      >
        {open ? 'less' : `all ${value.length} characters`}
      </button>
    </>
  )
}

/** Wider than the page is no reason for the page to be. */
export function Scrolled({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div className="scrolled" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
