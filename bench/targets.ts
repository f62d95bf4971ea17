import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * Something that answers on a port: a process of its own, so that nothing measured shares a loop.
 */
export interface Target {
  readonly name: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  stop(): Promise<void>
}

export interface Child {
  readonly ready: Readonly<Record<string, unknown>>
  stop(): Promise<void>
}

const nginxPath = '/usr/sbin/nginx'

export function nginxIsInstalled(): boolean {
  return existsSync(nginxPath)
}

/** Starts a Node program of bench/ or elsewhere that prints one line of JSON when it is ready. */
export async function startNode(
  args: readonly string[],
  options: Readonly<{ input?: string; env?: Readonly<Record<string, string>> }> = {},
): Promise<Child> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...options.env },
  })
  if (options.input !== undefined) child.stdin.end(options.input)
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${args.join(' ')} ended with ${String(code)} before it was ready`)
    }),
  ])) as [string]
  return { ready: JSON.parse(line) as Record<string, unknown>, stop: () => stopChild(child) }
}

async function stopChild(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

const nginxFrame = (folder: string, servers: string): string => `
daemon off; pid ${folder}/nginx.pid; error_log ${folder}/error.log; worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  keepalive_requests 1000000000; keepalive_timeout 600s;
  ${servers}
}`

async function startNginx(
  folder: string,
  servers: string,
  port: number,
): Promise<() => Promise<void>> {
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, nginxFrame(folder, servers))
  const child = spawn(nginxPath, ['-c', file], { stdio: 'inherit' })
  await waitForPort(port)
  return () => stopChild(child)
}

async function waitForPort(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).catch(() => null)
    if (answered !== null) {
      await answered.arrayBuffer()
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing answers on port ${port}`)
}

/**
 * The upstream: answers reads at once; what carries the discovery token goes on to the simulator.
 */
export async function startNginxUpstream(
  folder: string,
  port: number,
  simulator: string,
  discoveryToken: string,
  answer: string,
): Promise<Target> {
  const stop = await startNginx(
    folder,
    `server { listen 127.0.0.1:${port};
       location = /discovery { internal; proxy_pass ${simulator}/graphql/v2; }
       location / {
         if ($http_authorization = "Bearer ${discoveryToken}") { rewrite ^ /discovery last; }
         default_type application/json; return 200 '${answer}'; } }`,
    port,
  )
  return { name: 'direct', url: `http://127.0.0.1:${port}/graphql/v2`, headers: {}, stop }
}

export async function startNginxProxy(
  folder: string,
  port: number,
  upstream: string,
): Promise<Target> {
  const { host } = new URL(upstream)
  const stop = await startNginx(
    folder,
    `upstream u { server ${host}; keepalive 128; keepalive_requests 1000000000; }
     server { listen 127.0.0.1:${port}; location / {
       proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
    port,
  )
  return { name: 'nginx', url: `http://127.0.0.1:${port}/graphql/v2`, headers: {}, stop }
}
