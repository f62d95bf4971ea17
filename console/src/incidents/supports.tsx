import type { ReactNode } from 'react'

import type { Support } from '../../../src/evidence/controls.ts'
import { supportsWords } from '../../../src/evidence/labels.ts'

/** For which controls this is material; never that one is met. */
export function Supports({ supports }: { supports: readonly Support[] }): ReactNode {
  if (supports.length === 0) return null
  return (
    <section className="supports">
      <h2>What this record supports</h2>
      <p>{supportsWords}</p>
      <div className="supports-table" tabIndex={0} role="region" aria-label="Controls">
        <table>
          <thead>
            <tr>
              <th scope="col">Control</th>
              <th scope="col">About</th>
              <th scope="col">What is shown</th>
              <th scope="col">Entries</th>
            </tr>
          </thead>
          <tbody>
            {supports.map(({ framework, id, about, shows, count }) => (
              <tr key={`${framework} ${id}`}>
                <th scope="row">
                  {framework} {id}
                </th>
                <td>{about}</td>
                <td>{shows}</td>
                <td className="number">{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
