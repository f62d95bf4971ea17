// The mandate of a run: a file, one that stands, or, on a terminal, one that is made now.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import type { Control } from '../api/control.ts'
import { mandateRequestSchema } from '../api/mandate-request.ts'
import type { MandateRequest, MandateRequestWritten } from '../api/mandate-request.ts'
import { mandateTemplates, requestFrom } from '../api/mandate-templates.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { readDocument } from '../configuration/document.ts'
import { Fault } from '../domain/fault.ts'
import type { Mandate } from '../domain/mandate.ts'
import { namePattern } from '../domain/names.ts'
import type { AgentName, PersonName } from '../domain/names.ts'
import { inert } from '../wire/inert.ts'
import type { Call } from './command.ts'
import { mandateLines } from './mandate-words.ts'
import { wrap } from './output.ts'
import { createPrompt } from './prompt.ts'
import type { Prompt } from './prompt.ts'
import { typed } from './typed.ts'

export interface MandateChoice {
  readonly call: Call
  readonly control: Control
  readonly configuration: Configuration
  readonly by: PersonName
  /** where the agent's model answers, added to what the mandate lets it reach */
  readonly hosts: readonly string[]
  /** what it is called where nobody says */
  readonly agent: string
}

/** The mandate to run under; granted now, unless it stands already. */
export async function mandateForRun(choice: MandateChoice): Promise<Mandate> {
  const { call, control, by } = choice
  const said = call.given.text('mandate')
  if (said === null) {
    const request = await ask(choice)
    return grant(choice, request)
  }
  const standing = await control.mandateList({ ended: false })
  const found = standing.find(({ mandate }) => mandate.id === said)
  if (found !== undefined) return standingMandate(found.mandate, choice)
  const file = resolve(call.surroundings.cwd, said)
  if (!existsSync(file)) {
    throw new Fault(
      'run-no-mandate',
      `\`${said}\` is neither a file nor the id of a mandate that stands; ` +
        '`holdpoint mandate list` shows them',
    )
  }
  const { value } = readDocument(readFileSync(file, 'utf8'), said, mandateRequestSchema)
  await admit(control, value.agent, by)
  return grant(choice, value)
}

/** What stands is not widened: a person who grants it says what it lets its agent reach. */
function standingMandate(mandate: Mandate, { hosts, call }: MandateChoice): Mandate {
  const missing = hosts.filter((host) => !mandate.egress.some((one) => covers(one, host)))
  if (missing.length > 0 && missing.length === hosts.length) {
    call.output.aside(
      `holdpoint: ${mandate.id} reaches none of ${hosts.join(', ')}: ` +
        'the agent will not reach its model; grant one with `--egress`, or give a file',
    )
  }
  return mandate
}

function covers(written: string, host: string): boolean {
  return written.startsWith('*.') ? host.endsWith(written.slice(1)) : written === host
}

async function grant({ control, by, hosts }: MandateChoice, request: MandateRequest) {
  const egress = [...new Set([...request.egress, ...hosts])]
  return control.mandateGrant({ request: { ...request, egress }, by })
}

/** An agent that is new here may do nothing by itself: its mandate says what. */
async function admit(control: Control, agent: AgentName, by: PersonName): Promise<void> {
  const known = await control.agentList({})
  if (!known.some(({ name }) => name === agent)) await control.agentAdd({ agent, owner: by })
}

async function ask(choice: MandateChoice): Promise<MandateRequest> {
  const { call } = choice
  const { isTty } = call.surroundings
  if (!isTty.stdin || !isTty.stderr) {
    throw new Fault(
      'run-no-mandate',
      'what may the agent do? Give `--mandate FILE` (in the shape that `holdpoint mandate grant` ' +
        'takes) or `--mandate ID`, or run this on a terminal, which asks',
    )
  }
  const prompt = createPrompt(call.surroundings)
  try {
    return await askAll(choice, prompt)
  } finally {
    prompt.close()
  }
}

async function askAll(choice: MandateChoice, prompt: Prompt): Promise<MandateRequest> {
  const { call, control, configuration, by, agent: usual } = choice
  const aside = (line: string): void => call.output.aside(line)
  aside('What may the agent do?')
  mandateTemplates.forEach(({ title, says }, at) => aside(`  ${at + 1}  ${title}. ${says}`))
  const template = mandateTemplates[Number(await prompt.line('Which?', '1')) - 1]
  if (template === undefined) {
    throw new Fault('not-confirmed', `not started: type a number up to ${mandateTemplates.length}`)
  }
  const known = knownEnvironments(configuration)
  const fitting = known.filter(template.fits)
  const where = await prompt.line('In which environments? (parted by commas)', fitting.join(','))
  const task = await prompt.line('For what? In your own words.', template.task)
  const agent = await prompt.line('What is the agent called?', usual)
  if (!namePattern.test(agent)) {
    throw new Fault('usage-name', `\`${inert(agent)}\` is no name: use letters, digits and \`-\``)
  }
  const environments = where.split(',').map((one) => one.trim())
  const written: MandateRequestWritten = { ...requestFrom(template, { agent, environments }), task }
  const request = typed(mandateRequestSchema, written)
  await admit(control, request.agent, by)
  return request
}

/** The environments that the configuration names whole. */
function knownEnvironments({ environments, databases }: Configuration): readonly string[] {
  const named = [
    ...environments.map(({ match }) => match),
    ...databases.map(({ environment }) => environment),
  ]
  return [...new Set(named)]
}

/** What the agent may do, what it may not, and how long: three lines before anything starts. */
export function showMandate(call: Call, mandate: Mandate, hosts: readonly string[]): void {
  const { output } = call
  const fit = (line: string): readonly string[] => wrap(line, output.width, ' '.repeat(9))
  output.aside(`holdpoint: ${mandate.agent}, ${inert(mandate.task)}`)
  for (const line of mandateLines(mandate).flatMap(fit)) output.aside(line)
  const model = hosts.filter((host) => mandate.egress.includes(host))
  if (model.length > 0) output.aside(fit(`model    ${model.join(', ')}`).join('\n'))
}
