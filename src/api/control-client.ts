import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'

import { Concealed } from '../domain/concealed.ts'
import type { LedgerEntry } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { ControlOperation } from './control-inputs.ts'
import type { Control, IssuedLease } from './control.ts'
import { controlHost, controlPrefix, faultFrom } from './control-wire.ts'

const answerCharactersMax = 67_108_864

/** Speaks to the gate that runs on a state folder; null when none answers. */
export async function connectControl(path: string): Promise<Control | null> {
  const client = controlClient(path)
  try {
    await client.status({})
    return client
  } catch (error) {
    if (error instanceof Fault && error.code === 'no-gate') return null
    throw error
  }
}

function controlClient(path: string): Control {
  const ask = <T>(operation: ControlOperation, input: object): Promise<T> =>
    askGate(path, operation, input) as Promise<T>
  return {
    status: (input) => ask('status', input),
    agentAdd: (input) => ask('agentAdd', input),
    agentList: (input) => ask('agentList', input),
    mandateGrant: (input) => ask('mandateGrant', input),
    mandateRevoke: (input) => ask('mandateRevoke', input),
    mandateList: (input) => ask('mandateList', input),
    leaseIssue: async (input): Promise<IssuedLease> => {
      const answer = await ask<Omit<IssuedLease, 'token'> & { token: string }>('leaseIssue', input)
      return { lease: answer.lease, token: new Concealed('lease', answer.token) }
    },
    leaseRevoke: (input) => ask('leaseRevoke', input),
    leaseList: (input) => ask('leaseList', input),
    advised: (input) => ask('advised', input),
    secretPut: (input) => ask('secretPut', { ...input, value: input.value.reveal() }),
    credentialCheck: (input) => ask('credentialCheck', { ...input, value: input.value.reveal() }),
    secretRemove: (input) => ask('secretRemove', input),
    secretList: (input) => ask('secretList', input),
    holdList: (input) => ask('holdList', input),
    holdShow: (input) => ask('holdShow', input),
    askList: (input) => ask('askList', input),
    askAnswer: (input) => ask('askAnswer', input),
    explain: (input) => ask('explain', input),
    entries: (input) => ask('entries', input),
    kill: (input) => ask('kill', input),
    killLift: (input) => ask('killLift', input),
    resume: (input) => ask('resume', input),
    enrolFirst: (input) => ask('enrolFirst', input),
    policiesReload: (input) => ask('policiesReload', input),
    postgresEnrol: (input) => ask('postgresEnrol', input),
    postgresUnenrol: (input) => ask('postgresUnenrol', input),
    postgresStatus: (input) => ask('postgresStatus', input),
    undo: (input) => ask('undo', input),
    mcpTools: (input) => ask('mcpTools', input),
    mcpAccept: (input) => ask('mcpAccept', input),
    trashList: (input) => ask('trashList', input),
    trashPurge: (input) => ask('trashPurge', input),
    backupVerify: (input) => ask('backupVerify', input),
    backupRestore: (input) => ask('backupRestore', input),
    follow: (from, signal) => followGate(path, from, signal),
  }
}

async function askGate(path: string, operation: string, input: object): Promise<unknown> {
  const response = await open(path, 'POST', operation, JSON.stringify(input), null)
  const answer = parseAnswer(await readText(response))
  if (response.statusCode !== 200) throw faultFrom(answer)
  if (typeof answer !== 'object' || answer === null || !('value' in answer)) throw faultFrom(answer)
  return answer.value
}

async function* followGate(
  path: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<LedgerEntry> {
  const response = await open(path, 'GET', `follow?from=${from}`, '', signal)
  if (response.statusCode !== 200) throw faultFrom(parseAnswer(await readText(response)))
  response.on('error', () => undefined)
  try {
    for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
      if (signal.aborted) return
      if (line !== '') yield parseAnswer(line) as LedgerEntry
    }
  } catch (error) {
    if (signal.aborted) return
    if (error instanceof Fault) throw error
    throw new Fault('gate-gone', 'the gate ended the connection; has it stopped?')
  }
}

function open(
  socketPath: string,
  method: string,
  operation: string,
  body: string,
  signal: AbortSignal | null,
): Promise<IncomingMessage> {
  const headers = { host: controlHost, 'content-length': Buffer.byteLength(body) }
  const path = controlPrefix + operation
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { socketPath, method, path, headers, agent: false, ...(signal === null ? {} : { signal }) },
      resolve,
    )
    request.on('error', (error) => reject(unanswered(error)))
    request.end(body)
  })
}

/** Nobody listens: no gate runs on this state. */
function unanswered(error: Error): Fault {
  const code = 'code' in error ? String(error.code) : error.name
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new Fault('no-gate', 'no gate runs on this state; `holdpoint up` starts it')
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Fault('not-yours', 'the gate runs as another user; run this as the same one')
  }
  return new Fault('gate-unreachable', `the gate did not answer on its socket (${code})`)
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) {
    text += String(chunk)
    if (text.length > answerCharactersMax) throw new Fault('control-protocol', 'too long an answer')
  }
  return text
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw faultFrom(null)
  }
}
