// What `docker run` shows of this machine inside the container.
import type { Resource } from '../../domain/resource.ts'
import type { Invocation, Word } from '../../languages/shell/syntax.ts'
import type { Surroundings } from './commands.ts'
import { resource } from './effects.ts'
import { readArgs, wordOf } from './match.ts'
import { localResource, normalised } from './paths.ts'

export interface Mount {
  readonly from: Resource
  readonly to: string
  readonly readOnly: boolean
}

export const runOptions = {
  valued: `-a -c -e -h -l -m -p -u -v -w --add-host --annotation --cap-add --cap-drop --cgroupns
    --cidfile --cpus --cpu-shares --cpuset-cpus --device --dns --domainname --entrypoint --env
    --env-file --expose --gpus --group-add --health-cmd --hostname --ip --ipc --label --link
    --log-driver --log-opt --memory --memory-swap --mount --name --network --net --network-alias
    --pid --pids-limit --platform --publish --pull --restart --runtime --security-opt --shm-size
    --stop-signal --stop-timeout --sysctl --tmpfs --ulimit --user --userns --uts --volume
    --volume-driver --volumes-from --workdir`.split(/\s+/),
  stops: true,
} as const

type Around = Readonly<{ invocation: Invocation; surroundings: Surroundings }>

export function mountsOf(words: readonly Word[], around: Around): readonly Mount[] {
  const args = readArgs(words, runOptions)
  return [
    ...args.values('-v', '--volume').flatMap((word) => volumeMount(word, around)),
    ...args.values('--mount').flatMap((word) => longMount(word, around)),
  ]
}

function volumeMount(word: Word, around: Around): readonly Mount[] {
  const text = word.text ?? word.pieces.map((piece) => piece ?? '?').join('')
  const [from, to, options = ''] = text.split(/:(?![\\/]{2})/)
  if (from === undefined || to === undefined) return []
  return [{ from: sourceOf(from, around), to: normalised(to), readOnly: isReadOnly(options) }]
}

function isReadOnly(options: string): boolean {
  return options.split(',').some((one) => one === 'ro' || one === 'readonly')
}

function longMount(word: Word, around: Around): readonly Mount[] {
  const text = word.text ?? word.pieces.map((piece) => piece ?? '?').join('')
  const fields = new Map(
    text.split(',').map((one): [string, string] => {
      const [key = '', value = 'true'] = one.split('=')
      return [key, value]
    }),
  )
  const from = fields.get('source') ?? fields.get('src')
  const to = fields.get('target') ?? fields.get('destination') ?? fields.get('dst')
  if (from === undefined || to === undefined) return []
  const readOnly = ['readonly', 'ro'].some((key) => fields.get(key) === 'true')
  return [{ from: sourceOf(from, around), to: normalised(to), readOnly }]
}

/** A name without a slash is a volume; where some of a path is not known, the path is not. */
function sourceOf(text: string, { invocation: { directory }, surroundings }: Around): Resource {
  if (text.startsWith('?')) return resource('local', 'path', null)
  if (!/^[./~]/.test(text)) return resource('docker', 'volume', text)
  return localResource(wordOf(text), { directory, home: surroundings.home })
}
