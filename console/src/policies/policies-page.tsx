import { Tabs } from '@base-ui/react/tabs'
import { useState } from 'react'
import type { ReactNode } from 'react'

import type { Draft, PoliciesView } from '../../../src/api/console/policies/shapes.ts'
import { useLive } from '../live.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import { Loads } from './loads.tsx'
import './policies.css'
import { OverTraffic } from './over-traffic.tsx'
import { PolicyFiles } from './policy-files.tsx'
import { TryRequest } from './try-request.tsx'

/** What decides, in full; and what another policy would make of it. Nothing here changes any. */
export function PoliciesPage(): ReactNode {
  const { value: view, problem } = useLive<PoliciesView>('/api/policies', ['policies'])
  return (
    <>
      <h1>Policies</h1>
      <Problem problem={problem} />
      {view !== null && <Everything view={view} />}
    </>
  )
}

function Everything({ view }: { view: PoliciesView }): ReactNode {
  const [draft, setDraft] = useState<Draft | null>(null)
  const drafting = { view, draft, onDraft: setDraft }
  return (
    <>
      <p>
        {view.files.length} {view.files.length === 1 ? 'file' : 'files'} in force since{' '}
        <Moment at={view.since} />, as set <code>{view.digest.slice(0, 16)}</code>.
      </p>
      <HowToChange view={view} />
      <Tabs.Root defaultValue="set">
        <Tabs.List className="policy-tabs">
          <Tabs.Tab value="set">In force</Tabs.Tab>
          <Tabs.Tab value="try">Try a request</Tabs.Tab>
          <Tabs.Tab value="traffic">Over recorded traffic</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="set">
          <PolicyFiles view={view} />
          <Loads loads={view.loads} />
        </Tabs.Panel>
        <Tabs.Panel value="try" keepMounted>
          <TryRequest {...drafting} />
        </Tabs.Panel>
        <Tabs.Panel value="traffic" keepMounted>
          <OverTraffic {...drafting} />
        </Tabs.Panel>
      </Tabs.Root>
    </>
  )
}

function HowToChange({ view: { folder, configurationFile } }: { view: PoliciesView }): ReactNode {
  return (
    <div className="note">
      <p>
        Changing policy is a file’s business: nothing on this page does it.{' '}
        {folder === null ? (
          <>
            No folder of your own is named: set <code>policies.folder</code> in{' '}
            <code>
              <InertText text={configurationFile} />
            </code>
            .
          </>
        ) : (
          <>
            Put files of your own into{' '}
            <code>
              <InertText text={folder} />
            </code>
            .
          </>
        )}{' '}
        <code>holdpoint policy check</code> reads them as the gate would; the gate reads them again
        when its process gets the signal SIGHUP, or starts. Every load is recorded, and one that is
        not valid changes nothing.
      </p>
    </div>
  )
}
