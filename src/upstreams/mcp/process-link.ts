// An MCP server as a program of this machine, run by the gate outside every sandbox: each line on
// its standard input and output is one JSON-RPC message. Exchanges share the two: each request
// gets an id of our own there, and what comes back is told apart by it.
// https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

import type { McpHeaders } from '../../domain/request.ts'
import { exchangeMember } from '../../wire/mcp/members.ts'
import { asLine, readMessage } from '../../wire/mcp/message.ts'
import type { Id, Message } from '../../wire/mcp/message.ts'
import { subscriptionKey, toolsChanged } from '../../wire/mcp/methods.ts'
import { EventQueue, broken, nothing } from './link.ts'
import type { Link, LinkExchange, LinkLimits } from './link.ts'
import { serverMessageLimits } from './limits.ts'

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
}

interface Asked {
  readonly id: Id
  readonly method: string
  readonly progress: Id | null
  readonly queue: EventQueue
}

const killMilliseconds = 2_000

export function openProcess(server: ServerCommand, limits: LinkLimits): Link {
  return new ProcessLink(server, limits)
}

const noOp = (): void => undefined

/** As any reader would have it; -1 for none. */
function plainIdOf(line: string): number {
  try {
    const read: unknown = JSON.parse(line)
    const id: unknown = typeof read === 'object' && read !== null ? Reflect.get(read, 'id') : -1
    return typeof id === 'number' ? id : -1
  } catch {
    return -1
  }
}

class ProcessLink implements Link {
  readonly #limits: LinkLimits
  readonly #child: ChildProcessWithoutNullStreams
  readonly #asked = new Map<number, Asked>()
  readonly #listeners: ((why: string) => void)[] = []
  readonly #changed: (() => void)[] = []
  #next = 1
  #rest = ''
  #closed: string | null = null
  /** what the server says of its own accord, when nobody listens or calls */
  #own: EventQueue

  constructor({ command, args, environment, folder }: ServerCommand, limits: LinkLimits) {
    this.#limits = limits
    this.#own = new EventQueue(limits.waitingMax, noOp)
    // A group of its own: what it starts ends with it.
    this.#child = spawn(command, args, { env: environment, cwd: folder, detached: true })
    const { stdin, stdout, stderr } = this.#child
    this.#child.on('error', () => this.#end('the server could not be started'))
    this.#child.on('close', () => this.#end('the server has ended'))
    stdin.on('error', () => this.#end('the server takes nothing any more'))
    stdout.setEncoding('utf8')
    stdout.on('data', (text: string) => this.#read(text))
    // Its log may hold anything: nobody needs it here.
    stderr.resume()
  }

  send(message: Message, _headers: McpHeaders, signal: AbortSignal): Promise<LinkExchange> {
    if (this.#closed !== null) return Promise.resolve(broken(this.#closed, false))
    if (signal.aborted) return Promise.resolve(broken('nobody waits for it any more', false))
    if (message.kind !== 'request') {
      this.#write(message.kind === 'notification' ? this.#referring(message) : message.text)
      return Promise.resolve(nothing(202))
    }
    const id = this.#next++
    const queue = new EventQueue(this.#limits.waitingMax, () => this.#cancel(id))
    const meta = message.params['_meta']
    const token: unknown =
      typeof meta === 'object' && meta !== null ? Reflect.get(meta, 'progressToken') : 0
    const progress = typeof token === 'string' || typeof token === 'number' ? token : null
    this.#asked.set(id, { id: message.id, method: message.method, progress, queue })
    signal.addEventListener('abort', () => this.#cancel(id), { once: true })
    this.#write(exchangeMember(message.text, ['id'], String(id)))
    return Promise.resolve({ status: 200, form: 'events', events: queue, fault: null, left: true })
  }

  listen(_after: string | null, signal: AbortSignal): Promise<LinkExchange> {
    const { waitingMax } = this.#limits
    const events = new EventQueue(waitingMax, () => this.#listen(new EventQueue(waitingMax, noOp)))
    signal.addEventListener('abort', () => events.end(), { once: true })
    this.#listen(events)
    return Promise.resolve({ status: 200, form: 'events', events, fault: null, left: true })
  }

  /** What waited for a listener goes to this one. */
  #listen(events: EventQueue): void {
    for (const event of this.#own.take()) events.push(event)
    this.#own.end()
    this.#own = events
  }

  close(): void {
    this.#end('the session was ended')
  }

  onClose(listener: (why: string) => void): void {
    if (this.#closed !== null) listener(this.#closed)
    else this.#listeners.push(listener)
  }

  onToolsChanged(listener: () => void): void {
    this.#changed.push(listener)
  }

  #write(text: string): void {
    this.#child.stdin.write(`${asLine(text)}\n`)
  }

  /** What is cancelled is known there by our id. */
  #referring(message: Message): string {
    if (message.kind !== 'notification' || message.method !== 'notifications/cancelled') {
      return message.text
    }
    const theirs = message.params['requestId']
    const [ours] = [...this.#asked].find(([, asked]) => asked.id === theirs) ?? []
    if (ours === undefined) return message.text
    return exchangeMember(message.text, ['params', 'requestId'], String(ours))
  }

  #cancel(id: number): void {
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    asked.queue.end()
    if (this.#closed !== null || asked.method === 'initialize') return
    const params = { requestId: id, reason: 'the client is gone' }
    this.#write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }))
  }

  #read(text: string): void {
    this.#rest += text
    if (this.#rest.length > this.#limits.messageCharactersMax) {
      this.#end('the server sent a message longer than may be')
      return
    }
    if (!text.includes('\n')) return
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') this.#take(line)
  }

  #take(line: string): void {
    const message = readMessage(line, serverMessageLimits)
    if (message.kind === 'response') {
      this.#answer(message.id, line)
      return
    }
    if (message.kind === 'refused') {
      this.#unreadable(line)
      return
    }
    if (message.method === toolsChanged) for (const listener of this.#changed) listener()
    const { queue, text } = this.#whose(message)
    queue.push({ id: null, retry: null, message: text })
  }

  /** It says nothing that anyone could be told of, but perhaps whose it was. */
  #unreadable(line: string): void {
    const id = plainIdOf(line)
    const asked = this.#asked.get(id)
    if (asked === undefined) return
    this.#asked.delete(id)
    asked.queue.push({ id: null, retry: null, message: line })
    asked.queue.end()
  }

  #answer(id: Id | null, line: string): void {
    const asked = typeof id === 'number' ? this.#asked.get(id) : undefined
    if (asked === undefined || typeof id !== 'number') return
    this.#asked.delete(id)
    const text = exchangeMember(line, ['id'], JSON.stringify(asked.id))
    asked.queue.push({ id: null, retry: null, message: this.#subscription(text, 'result', asked) })
    asked.queue.end()
  }

  /** By its progress token or subscription; else it is about what was asked last, if anything. */
  #whose(message: Exclude<Message, { kind: 'response' }>): { queue: EventQueue; text: string } {
    const { method, params, text } = message
    const meta = params['_meta']
    const told: unknown =
      typeof meta === 'object' && meta !== null ? Reflect.get(meta, subscriptionKey) : 0
    const open = [...this.#asked].reverse()
    if (typeof told === 'number' && told !== 0) {
      const asked = this.#asked.get(told)
      if (asked === undefined) return { queue: new EventQueue(0, noOp), text }
      return { queue: asked.queue, text: this.#subscription(text, 'params', asked) }
    }
    const token = method === 'notifications/progress' ? params['progressToken'] : undefined
    const byToken = open.find(([, { progress }]) => token !== undefined && progress === token)
    const calls = open.filter(([, one]) => one.method === 'tools/call' || one.progress !== null)
    const changes = method.endsWith('/list_changed') || method === 'notifications/resources/updated'
    const last = changes ? undefined : (calls[0] ?? open[0])
    return { queue: (byToken ?? last)?.[1].queue ?? this.#own, text }
  }

  #subscription(text: string, member: 'params' | 'result', { id }: Asked): string {
    return exchangeMember(text, [member, '_meta', subscriptionKey], JSON.stringify(id))
  }

  #end(why: string): void {
    if (this.#closed !== null) return
    this.#closed = why
    for (const { queue } of this.#asked.values()) queue.end()
    this.#asked.clear()
    this.#own.end()
    this.#kill('SIGTERM')
    setTimeout(() => this.#kill('SIGKILL'), killMilliseconds).unref()
    for (const listener of this.#listeners) listener(why)
  }

  #kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.#child
    if (pid === undefined) return
    this.#child.stdin.end()
    try {
      process.kill(-pid, signal)
    } catch {
      // It is gone already.
    }
  }
}
