import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import type { Store, TreeNode } from '../store/store.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { openPublishedFolder, writeFileDurably } from './files.ts'
import type { Frontier } from './merkle.ts'
import { createNoteVerifier } from './note.ts'
import type { NoteSigner } from './note.ts'
import { publish } from './publish.ts'
import { checkPublished } from './restore.ts'

export interface PublisherOptions {
  readonly store: Store
  readonly signer: NoteSigner
  readonly folder: string
  readonly publishMilliseconds?: number
  /** grows as the ledger does */
  readonly frontier: Frontier
  /** taken from here when they are saved */
  readonly unsaved: TreeNode[]
  /** the store failed, or the folder did too often */
  readonly onFailure: (fault: unknown) => void
}

export interface Publisher {
  /** Publishes what the last run left. */
  start(): void
  /** There is something to publish; soon is enough. */
  notify(): void
  readonly state: () => PublicationState
  /** Publishes what there is; resolves when that is done. */
  finish(): Promise<void>
  /** Starts nothing more. */
  stop(): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export interface PublicationState {
  /** entries under the newest checkpoint that is in the folder */
  readonly size: number
  /** the last failure; null when the last attempt went well */
  readonly failing: string | null
}

const publishMillisecondsDefault = 1000
const failuresMax = 6

/**
 * Brings the published folder up to the ledger, a little behind it, never on the way of a request.
 */
export async function createPublisher(options: PublisherOptions): Promise<Publisher> {
  const { store, signer, folder, frontier, unsaved } = options
  const pause = options.publishMilliseconds ?? publishMillisecondsDefault
  const files = await openPublishedFolder(folder)
  writeFileDurably(join(folder, 'vkey'), signer.vkey + '\n', 0o644)
  let published = await readPublished(join(folder, 'checkpoint'), store, signer)
  let failures: readonly string[] = []
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let stopped = false

  async function publishOnce(): Promise<void> {
    const [size, root, nodes] = [frontier.size, frontier.root(), [...unsaved]]
    if (size === published) return
    store.saveCheckpoint({ size, root }, nodes)
    unsaved.splice(0, nodes.length)
    try {
      await publish(store, files, signer, { from: Math.max(published, 0), size, root })
      ;[published, failures] = [size, []]
    } catch (fault) {
      failures = [...failures, whyOf(fault)]
      if (failures.length >= failuresMax) {
        throw new Fault('ledger-unpublished', `\`${folder}\` cannot be written: ${whyOf(fault)}`)
      }
    }
    if (frontier.size !== published) schedule(pause * 2 ** failures.length)
  }

  /** One at a time, in order; what fails for good closes the ledger. */
  function run(): Promise<void> {
    running = running.then(publishOnce).catch(options.onFailure)
    return running
  }

  function schedule(milliseconds: number): void {
    if (timer !== null || stopped) return
    timer = setTimeout(() => {
      timer = null
      void run()
    }, milliseconds)
    timer.unref()
  }

  function stop(): void {
    stopped = true
    if (timer !== null) clearTimeout(timer)
    timer = null
  }

  return {
    start: () => void run(),
    notify: () => schedule(pause),
    state: () => ({ size: Math.max(published, 0), failing: failures.at(-1) ?? null }),
    async finish() {
      stop()
      await run()
    },
    stop,
    idle: () => running,
  }
}

/** The size that is published; -1 for nothing yet. */
async function readPublished(file: string, store: Store, signer: NoteSigner): Promise<number> {
  const note = await readIfThere(file)
  if (note === null) return -1
  let checkpoint: Checkpoint
  try {
    checkpoint = openCheckpoint(note, createNoteVerifier(signer.vkey))
  } catch (fault) {
    throw new Fault(
      'ledger-checkpoint',
      `\`${file}\` is not a checkpoint of this ledger; if the store is no older copy, ` +
        'delete that file and start again: it will be written anew',
      { cause: fault },
    )
  }
  checkPublished(checkpoint, store)
  return checkpoint.size
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (fault) {
    if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return null
    throw fault
  }
}

function whyOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
