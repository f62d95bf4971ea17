import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import autocannon from 'autocannon'

/** One measured run: whole answers a second, and latencies in microseconds. */
export interface Run {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly errors: number
}

export interface Shot {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const run = promisify(execFile)

/** wrk where it is installed: it takes little of the machine that is being measured. */
export async function chooseLoad(
  folder: string,
): Promise<{ name: string; fire(shot: Shot): Promise<Run> }> {
  try {
    await run('wrk', ['--version']).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw error
    })
    return { name: 'wrk', fire: (shot) => fireWrk(folder, shot) }
  } catch {
    return { name: 'autocannon', fire: fireAutocannon }
  }
}

async function fireWrk(folder: string, shot: Shot): Promise<Run> {
  const script = join(folder, 'shot.lua')
  const headers = Object.entries(shot.headers)
    .map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
    .join('\n')
  const tail = `done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout))
end`
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.body = [==[${shot.body}]==]\n${headers}\n${tail}\n`,
  )
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${shot.connections}`,
    `-d${shot.seconds}s`,
    '-s',
    script,
    shot.url,
  ])
  const found = /RESULT (\S+) (\S+) (\S+) (\S+)/.exec(stdout)
  if (found === null) throw new Error(`wrk printed no result:\n${stdout}`)
  const [requestsPerSecond = 0, p50 = 0, p99 = 0, errors = 0] = found.slice(1).map(Number)
  return { requestsPerSecond, p50, p99, errors }
}

async function fireAutocannon(shot: Shot): Promise<Run> {
  const result = await autocannon({
    url: shot.url,
    connections: shot.connections,
    duration: shot.seconds,
    method: 'POST',
    body: shot.body,
    headers: shot.headers,
  })
  return {
    requestsPerSecond: result.requests.average,
    p50: result.latency.p50 * 1000,
    p99: result.latency.p99 * 1000,
    errors: result.errors + result.non2xx,
  }
}
