import { createInterface } from 'node:readline'

import { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { Surroundings } from './surroundings.ts'

type Terminal = Pick<Surroundings, 'stdin' | 'stderr' | 'isTty' | 'echo' | 'onSignal'>

/** Asks people on the error stream, so that what a command answers stays alone on stdout. */
export interface Prompt {
  /** One line; `usual` when nothing is typed. */
  line(question: string, usual: string): Promise<string>
  /** One line that is not shown as it is typed. */
  hidden(question: string, name: string): Promise<Concealed>
  close(): void
}

export function createPrompt(terminal: Terminal): Prompt {
  const { stdin, stderr, isTty, echo, onSignal } = terminal
  if (!isTty.stdin) {
    throw new Fault(
      'needs-terminal',
      'this asks questions, and there is no terminal to ask them on',
    )
  }
  const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Infinity })
  const typed: string[] = []
  let ended = false
  let wake: () => void = () => undefined
  lines.on('line', (line) => {
    typed.push(line)
    wake()
  })
  lines.on('close', () => {
    ended = true
    wake()
  })

  async function next(): Promise<string> {
    while (typed.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve))
    const line = typed.shift()
    if (line === undefined) throw new Fault('interrupted', 'nothing more was typed')
    return line
  }

  return {
    async line(question, usual) {
      stderr.write(usual === '' ? `${question} ` : `${question} [${usual}] `)
      const answer = (await next()).trim()
      return answer === '' ? usual : answer
    },
    async hidden(question, name) {
      // Before the echo is off: whoever interrupts must get it back.
      const restore = onSignal('SIGINT', () => lines.close())
      try {
        if (!echo(false)) {
          throw new Fault('needs-terminal', 'this terminal cannot hide what is typed; use a pipe')
        }
        stderr.write(`${question} `)
        return new Concealed(name, await next())
      } finally {
        echo(true)
        restore()
        stderr.write('\n')
      }
    },
    close: () => lines.close(),
  }
}

const pipedBytesMax = 65_536

/** A secret from a pipe: all of it, without the newline at its end. */
export async function readPiped(
  { stdin }: Pick<Surroundings, 'stdin'>,
  name: string,
): Promise<Concealed> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk as Uint8Array | string)
    bytes += part.byteLength
    if (bytes > pipedBytesMax) throw new Fault('usage-secret', 'stdin is too long to be a secret')
    parts.push(part)
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
  return new Concealed(name, text.replace(/\r?\n$/, ''))
}

/**
 * Makes sure that a person at a terminal means it: a word must be typed. There is no flag
 * instead, because what an agent could add to a command line confirms nothing.
 */
export async function confirmByTyping(
  terminal: Terminal,
  warning: string,
  word: string,
): Promise<void> {
  if (!terminal.isTty.stdin || !terminal.isTty.stderr) {
    throw new Fault(
      'needs-terminal',
      `${warning}; a person confirms this at a terminal, and there is no flag instead`,
    )
  }
  const prompt = createPrompt(terminal)
  try {
    const typed = await prompt.line(`${warning}.\nType \`${word}\` to go on:`, '')
    if (typed !== word) throw new Fault('not-confirmed', `not done: \`${word}\` was not typed`)
  } finally {
    prompt.close()
  }
}
