import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'

import { controlInputs } from '../../api/control-inputs.ts'
import { readConfiguration } from '../../configuration/configuration.ts'
import type { Configuration } from '../../configuration/configuration.ts'
import { configurationJsonSchema } from '../../configuration/json-schema.ts'
import { configurationName } from '../../configuration/locate.ts'
import { Fault } from '../../domain/fault.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { askDatabase, askPlace } from '../init-database.ts'
import { configurationText } from '../init-text.ts'
import type { InitAnswers } from '../init-text.ts'
import { createPrompt, readPiped } from '../prompt.ts'
import type { Prompt } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const init: CommandRow = {
  name: 'init',
  summary: 'write a holdpoint.yaml, and keep the first credential',
  details: 'Asks; with --yes it asks nothing and takes the options, or their usual values.',
  options: [
    { form: '--yes', about: 'ask nothing' },
    { form: '--force', about: 'write over a holdpoint.yaml that is there' },
    { form: '--provider <name>', about: 'what is to be governed (railway)' },
    { form: '--upstream <name>', about: "what to call it (the provider's name)" },
    { form: '--url <origin>', about: "where its API is, if not at the provider's own address" },
    { form: '--postgres <url>', about: 'govern postgres://ROLE@HOST:PORT/DATABASE instead' },
    { form: '--environment <name>', about: 'where that database is (UPSTREAM/production)' },
    { form: '--admin <role>', about: 'a role of it that may install what makes undo possible' },
    { form: '--secret <name>', about: 'what to call its credential (the name of the upstream)' },
    { form: '--secret-stdin', about: 'take the value of the credential from stdin' },
    { form: '--production <environments>', about: 'protected as critical (*/production)' },
    { form: '--staging <environments>', about: 'protected as standard (*/staging)' },
  ],
  async run(call) {
    const { given, output, surroundings } = call
    const { providers } = await call.world()
    const file = resolve(surroundings.cwd, call.configFile ?? configurationName)
    if (existsSync(file) && !given.flag('force')) {
      throw new Fault('already-there', `there is a \`${file}\` already; \`--force\` writes over it`)
    }
    const prompt = given.flag('yes') ? null : createPrompt(surroundings)
    try {
      const answers = await ask(call, providers, prompt)
      const configuration = readConfiguration(configurationText(answers), file, providers)
      const written = writeAll(configuration, answers, providers, given.flag('force'))
      const kept = await keepSecret({ ...call, configFile: file }, answers, prompt)
      const value = { file, upstream: answers.upstream, secret: answers.secret, kept, written }
      output.result(value, [...written.map((one) => `wrote ${one}`), ...nextSteps(answers, kept)])
      return exitCodes.done
    } finally {
      prompt?.close()
    }
  },
}

async function ask(
  { given }: Call,
  providers: readonly Provider[],
  prompt: Prompt | null,
): Promise<InitAnswers> {
  const line = (option: string, question: string, usual: string): Promise<string> => {
    const said = given.text(option)
    if (said !== null || prompt === null) return Promise.resolve(said ?? usual)
    return prompt.line(question, usual)
  }
  const names = [...providers.map(({ name }) => name), 'postgres']
  const question = `What is to be governed? (${names.join(', ')})`
  const isPostgres = given.text('postgres') !== null
  const provider = isPostgres ? 'postgres' : await line('provider', question, 'railway')
  if (!names.includes(provider)) {
    throw new Fault('usage-provider', `the provider \`${provider}\` is none of ${names.join(', ')}`)
  }
  const server = provider === 'postgres' ? await askDatabase(given, prompt) : null
  const upstream = await line('upstream', 'What should it be called here?', provider)
  const secret = await line('secret', 'And its credential?', upstream)
  const database = server === null ? null : await askPlace(server, upstream, line)
  const production = await line('production', 'Which environments are critical?', '*/production')
  const staging = await line('staging', 'Which ones matter less?', '*/staging')
  const list = (text: string): string[] => text.split(',').map((part) => part.trim())
  return {
    provider,
    upstream,
    secret,
    url: given.text('url'),
    database,
    critical: list(production),
    standard: list(staging),
  }
}

/** Nothing is written before all of it is known to be right. */
function writeAll(
  { file, state }: Configuration,
  answers: InitAnswers,
  providers: readonly Provider[],
  force: boolean,
): readonly string[] {
  const folder = resolve(file, '..')
  mkdirSync(state, { recursive: true, mode: 0o700 })
  const schema = join(state, 'holdpoint.schema.json')
  writeFileSync(schema, configurationJsonSchema(providers.map(({ name }) => name)))
  const comment = `# yaml-language-server: $schema=./${relative(folder, schema)}\n`
  try {
    const flag = force ? 'w' : 'wx'
    writeFileSync(file, comment + configurationText(answers), { flag, mode: 0o644 })
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new Fault('init-write', `cannot write \`${file}\` (${why})`)
  }
  return [file, ...ignoreState(folder, state)]
}

/** The state holds keys: it must never be committed. */
function ignoreState(folder: string, state: string): readonly string[] {
  const below = relative(folder, state)
  if (below === '' || below.startsWith('..')) return []
  const file = join(folder, '.gitignore')
  const line = `/${below}/`
  const present = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const same = [line, `${below}/`, below, `/${below}`]
  if (present.split('\n').some((one) => same.includes(one.trim()))) return []
  appendFileSync(file, `${present === '' || present.endsWith('\n') ? '' : '\n'}${line}\n`)
  return [`${file} (a line for ${basename(state)})`]
}

async function keepSecret(
  call: Call,
  { secret }: InitAnswers,
  prompt: Prompt | null,
): Promise<boolean> {
  const { given, surroundings } = call
  const piped = given.flag('secret-stdin')
  if (!piped && prompt === null) return false
  const value = piped
    ? await readPiped(surroundings, secret)
    : await prompt?.hidden(`Value of ${secret} (not shown; empty for later):`, secret)
  const text = value?.reveal() ?? ''
  if (text === '') return false
  await withControl(
    call,
    ({ control, by }) =>
      control.secretPut(typed(controlInputs.secretPut, { secret, value: text, by })),
    { vault: true },
  )
  return true
}

function nextSteps(answers: InitAnswers, kept: boolean): readonly string[] {
  const { secret, upstream, database } = answers
  const enrols = database !== null && database.admin !== null
  const steps = [
    ...(kept ? [] : [`holdpoint secret put ${secret}`]),
    ...(enrols ? [`holdpoint secret put ${secret}-admin`] : []),
    'holdpoint agent add NAME',
    'holdpoint mandate grant --agent NAME --task "…" --allow read,write --in project/staging',
    'holdpoint lease issue NAME',
    'holdpoint up',
    ...(enrols ? [`holdpoint postgres enroll ${upstream}`] : []),
  ]
  return ['', 'next:', ...steps.map((step) => `  ${step}`)]
}
