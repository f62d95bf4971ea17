// Asking the resident daemon from Node; the C program and the script do the same.
import { request } from 'node:http'

export interface DaemonAnswer {
  readonly exit: 0 | 2
  readonly stdout: string
  readonly stderr: string
}

const unheard = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'])
const answerBytesMax = 1_048_576

/** Null where nobody listens, or somebody who is too old; rejects when an answer is none. */
export async function askDaemon(
  socketPath: string,
  agent: string,
  event: Uint8Array,
  seconds: number,
): Promise<DaemonAnswer | null> {
  const asked = await post(socketPath, `/ask/${agent}`, event, seconds)
  if (asked === null || asked.status === 503) return null
  const [, exit, stdout, stderr] = /^([02])\n([^\n]*)\n([^]*)$/.exec(asked.text) ?? []
  if (asked.status !== 200 || exit === undefined) throw new Error('no readable answer')
  return { exit: exit === '0' ? 0 : 2, stdout: stdout ?? '', stderr: stderr ?? '' }
}

/** Of whoever listens; null for nobody. */
export async function daemonVersion(socketPath: string): Promise<string | null> {
  const answer = await post(socketPath, '/version', null, 2).catch(() => null)
  return answer?.status === 200 ? answer.text : null
}

export async function stopDaemon(socketPath: string): Promise<boolean> {
  const answer = await post(socketPath, '/stop', new Uint8Array(), 2).catch(() => null)
  return answer?.status === 200
}

function post(
  socketPath: string,
  path: string,
  body: Uint8Array | null,
  seconds: number,
): Promise<{ status: number; text: string } | null> {
  const method = body === null ? 'GET' : 'POST'
  const headers = { host: 'holdpoint', 'content-length': body?.length ?? 0 }
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
        if (text.length > answerBytesMax) asking.destroy(new Error('too long an answer'))
      })
      // Node says `aborted` where the connection ended before the length that was announced.
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    asking.setTimeout(seconds * 1000, () => asking.destroy(new Error('no answer in time')))
    asking.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody listens, or it ended before it said anything.
      if (unheard.has(error.code ?? '')) resolve(null)
      else reject(error)
    })
    asking.end(body ?? undefined)
  })
}
