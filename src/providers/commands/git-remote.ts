// What git does to the branches and tags of a remote.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import { destroy, escalate, resource, unknown, write } from './effects.ts'
import { repository } from './git-tree.ts'
import { own } from './row.ts'
import type { Call, Meaning } from './row.ts'

const valued = ['-o', '--push-option', '--receive-pack', '--exec', '--repo', '--recurse-submodules']

interface Pushed {
  readonly on: Resource
  /** `+a:b` */
  readonly forced: boolean
  /** `:b` */
  readonly gone: boolean
}

export const pushes: Meaning = own({ valued }, (call) => {
  const { args } = call
  if (args.says('-n', '--dry-run')) return []
  if (args.obscured) return [unknown('not all that `git push` is told is known here')]
  const [first, ...refspecs] = args.operands
  const remote = first ?? args.value('--repo')
  const name = remote === null ? null : remote.text
  const runs = args.has('--receive-pack', '--exec') || (name ?? '').startsWith('ext::')
  const through = runs ? [escalate(resource('local', 'machine', null), 'some')] : []
  const whole = resource('git', 'remote', name)
  if (args.has('--mirror', '--prune')) return [...through, destroy(whole, 'some')]
  const force = args.has('-f', '--force')
  const pushed = refspecs.map((word) => pushedBy(word, name))
  if (args.has('-d', '--delete')) return [...through, ...pushed.map(({ on }) => destroy(on))]
  if (pushed.length === 0) return [...through, reaches(whole, force, call)]
  return [
    ...through,
    ...pushed.map(({ on, forced, gone }) =>
      gone ? destroy(on) : reaches(on, force || forced, call),
    ),
  ]
})

/** With a lease it stops where somebody else has pushed meanwhile. */
function reaches(on: Resource, force: boolean, { args }: Call): Effect {
  if (force) return destroy(on, on.type === 'remote' ? 'some' : 'whole')
  return args.has('--force-with-lease') ? write(on, 'some', 'from-safeguard') : write(on)
}

function pushedBy(word: Word, remote: string | null): Pushed {
  const start = word.text ?? word.pieces[0] ?? ''
  const forced = start.startsWith('+')
  const text = (word.text ?? '').replace(/^\+/, '')
  const gone = start.startsWith(':') && start.length > 1
  if (word.text === null) return { on: resource('git', 'branch', null), forced, gone }
  const to = text.slice(text.indexOf(':') + 1)
  const tag = /^refs\/tags\/(.+)$/.exec(to)?.[1]
  const branch = to.replace(/^refs\/heads\//, '')
  const known = branch !== '' && branch !== 'HEAD' && branch !== '@' && remote !== null
  const id = known ? `${remote}/${tag ?? branch}` : null
  return { on: resource('git', tag === undefined ? 'branch' : 'tag', id), forced, gone }
}

/** A transport that is a command: `ext::sh -c …`, `--upload-pack`. */
export const fetches: Meaning = own(
  { valued: ['-u', '--upload-pack', '--depth', '-b', '-c'] },
  (call) => {
    const { args } = call
    const runs =
      args.has('--upload-pack') ||
      (call.verb.endsWith('clone') && args.has('-u')) ||
      args.operands.some(({ text }) => /^ext::/.test(text ?? ''))
    if (runs) return [escalate(resource('local', 'machine', null), 'some')]
    return call.verb.endsWith('ls-remote') ? [] : [write(repository(call))]
  },
)
