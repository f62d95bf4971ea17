// Writes one snapshot into the shadow repository, through `git fast-import`: one process, one pack,
// and all or nothing: without `done` at its end, git keeps nothing of the stream.
// https://git-scm.com/docs/git-fast-import
import { once } from 'node:events'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

import { blobHash } from './content.ts'
import { gitFault } from './git.ts'
import type { Git } from './git.ts'

export interface Import {
  /** Content that git does not have yet. */
  blob(bytes: Uint8Array): Promise<void>
  /** Content in pieces, `size` bytes of it; resolves with its name. */
  pieces(size: number, pieces: Iterable<Uint8Array>): Promise<string>
  commit(draft: Draft): Promise<Imported>
  /** Keeps nothing of it. */
  abandon(): void
}

export interface Draft {
  readonly ref: string
  readonly seconds: number
  readonly message: string
  /** the tree to start from; null for an empty one */
  readonly tree: string | null
  /** paths in the repository that go; folders with all in them */
  readonly removed: readonly string[]
  /** paths in the repository that come */
  readonly added: readonly Readonly<{ path: string; mode: string; id: string }>[]
}

export interface Imported {
  readonly commit: string
  readonly tree: string
}

export function startImport(git: Git): Import {
  const child = git.start(['fast-import', '--quiet', '--done', '--depth=0', '--date-format=raw'])
  const said = collect(child)
  const ended = once(child, 'close') as Promise<[number | null]>
  ended.catch(() => undefined)
  child.stdin.on('error', () => undefined)

  async function write(piece: Uint8Array | string): Promise<void> {
    if (child.stdin.destroyed || child.exitCode !== null) await fail()
    if (child.stdin.write(piece)) return
    await Promise.race([once(child.stdin, 'drain'), ended])
  }

  async function fail(): Promise<never> {
    child.kill('SIGKILL')
    await ended
    throw gitFault('fast-import', said.errors() || 'ended early')
  }

  return {
    async blob(bytes) {
      await write(`blob\ndata ${bytes.byteLength}\n`)
      await write(bytes)
      await write('\n')
    },
    async pieces(size, pieces) {
      await write(`blob\ndata ${size}\n`)
      const hash = blobHash(size)
      for (const piece of pieces) {
        hash.update(piece)
        await write(piece)
      }
      await write('\n')
      return hash.digest('hex')
    },
    async commit(draft) {
      for (const text of linesOf(draft)) await write(text)
      child.stdin.end('get-mark :1\nls :1 ""\ndone\n')
      const [code] = await ended
      const [commit = '', tree = ''] = said.output().split('\n')
      const treeId = /^040000 tree ([0-9a-f]{64})\t$/.exec(tree)?.[1]
      if (code !== 0 || treeId === undefined || !/^[0-9a-f]{64}$/.test(commit)) await fail()
      return { commit, tree: treeId ?? '' }
    },
    abandon: () => void child.kill('SIGKILL'),
  }
}

interface Said {
  output(): string
  errors(): string
}

const saidBytesMax = 65_536

function collect(child: ChildProcessWithoutNullStreams): Said {
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('latin1')))
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < saidBytesMax) errors += chunk.toString('utf8')
  })
  child.on('error', (error) => (errors += error.message))
  return { output: () => output, errors: () => errors }
}

const linesAtOnce = 1000

/** The commit has no parent: what is older can be forgotten. */
function* linesOf(draft: Draft): Generator<Buffer> {
  const { ref, seconds, message, tree, removed, added } = draft
  let text =
    `commit ${ref}\nmark :1\ncommitter holdpoint <holdpoint> ${seconds} +0000\n` +
    `data ${Buffer.byteLength(message, 'utf8')}\n${Buffer.from(message).toString('latin1')}\n`
  if (tree !== null) text += `M 040000 ${tree} ""\n`
  let lines = 0
  const changes = [
    ...removed.map((path) => `D ${quoted(path)}\n`),
    ...added.map(({ path, mode, id }) => `M ${mode} ${id} ${quoted(path)}\n`),
  ]
  for (const line of changes) {
    text += line
    if (++lines % linesAtOnce !== 0) continue
    yield Buffer.from(text, 'latin1')
    text = ''
  }
  yield Buffer.from(`${text}\n`, 'latin1')
}

/** As git quotes paths: everything but plain letters as octal bytes. */
function quoted(path: string): string {
  const octal = (unit: string): string => `\\${unit.charCodeAt(0).toString(8).padStart(3, '0')}`
  return `"${path.replace(/[^\x20-\x7e]|["\\]/g, octal)}"`
}
