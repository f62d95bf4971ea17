// `holdpoint scan --move`: one credential after the other, as a person at the terminal says.
import { controlInputs } from '../api/control-inputs.ts'
import { Fault } from '../domain/fault.ts'
import { namePattern } from '../domain/names.ts'
import type { Finding } from '../scan/finding.ts'
import { immovable, openMovable } from '../scan/move.ts'
import type { Movable } from '../scan/move.ts'
import { inert } from '../wire/inert.ts'
import type { Call } from './command.ts'
import { createPrompt } from './prompt.ts'
import type { Prompt } from './prompt.ts'
import { withControl } from './session.ts'
import type { ControlSession } from './session.ts'
import { typed } from './typed.ts'

export interface MoveKeys {
  readonly salt: Uint8Array
  readonly uid: number | null
}

export interface Moved {
  readonly fingerprint: string
  /** as which it is in the vault; null when it was left where it is */
  readonly secret: string | null
  readonly files: readonly string[]
  /** where the value still is, and what to do there */
  readonly left: readonly Readonly<{ place: string; why: string }>[]
}

/** A lease that is left in files lasts as long as a day's work. */
const leaseMinutes = 480

/** Asks for each; what is not answered with yes stays as it is. */
export async function moveFindings(
  call: Call,
  findings: readonly Finding[],
  keys: MoveKeys,
): Promise<readonly Moved[]> {
  const { surroundings, given } = call
  if (!surroundings.isTty.stdin || !surroundings.isTty.stderr) {
    throw new Fault(
      'needs-terminal',
      '`--move` takes values out of files, and nobody can read them back out of the vault: a ' +
        'person says yes to each at a terminal, and there is no flag instead',
    )
  }
  const agent = given.text('agent')
  return withControl(
    call,
    async (session) => {
      const instead = agent === null ? null : await leaseOf(session, agent)
      const taken = new Set<string>(await session.control.secretList({}))
      const prompt = createPrompt(surroundings)
      try {
        const moved: Moved[] = []
        for (const [at, finding] of findings.entries()) {
          const done = await moveOne(
            { call, session, prompt, keys, taken, instead },
            finding,
            at + 1,
          )
          if (done === 'end') break
          moved.push(done)
        }
        return moved
      } finally {
        prompt.close()
      }
    },
    { vault: true },
  )
}

async function leaseOf({ control, by }: ControlSession, agent: string): Promise<string> {
  const input = typed(controlInputs.leaseIssue, { agent, mandate: null, minutes: leaseMinutes, by })
  return (await control.leaseIssue(input)).token.reveal()
}

interface Moving {
  readonly call: Call
  readonly session: ControlSession
  readonly prompt: Prompt
  readonly keys: MoveKeys
  readonly taken: Set<string>
  readonly instead: string | null
}

async function moveOne(moving: Moving, finding: Finding, number: number): Promise<Moved | 'end'> {
  const { call, keys, taken } = moving
  const { output } = call
  const open: { file: string; movable: Movable }[] = []
  const left: { place: string; why: string }[] = []
  for (const place of finding.places) {
    const why = immovable(place)
    const { file } = place
    if (open.some((one) => one.file === file?.path)) continue
    const movable = why ?? (file === null ? 'it is no file' : openMovable(file, finding, keys))
    if (typeof movable === 'string') left.push({ place: inert(place.name), why: movable })
    else if (file !== null) open.push({ file: file.path, movable })
  }
  const owner = finding.provider === 'unknown' ? '' : `${finding.provider}: `
  output.aside(`${number}. ${owner}${finding.says}`)
  for (const { place, why } of left) output.aside(`   stays in ${place}: ${why}`)
  const [first] = open
  const nothing = { fingerprint: finding.fingerprint, secret: null, files: [], left }
  if (first === undefined) return nothing
  for (const { file } of open) output.aside(`   in ${inert(file)}`)
  const answer = await askName(moving, nameFor(finding, taken))
  if (answer === 'end' || answer === null) return answer ?? nothing
  return put(moving, finding, answer, { open, left, value: first.movable.value.reveal() })
}

/** The secret's name; null to leave it. */
async function askName({ prompt, call, taken }: Moving, usual: string): Promise<string | null> {
  for (;;) {
    const question = `   move it? y (as \`${usual}\`), another name, n, or q to end`
    const answer = await prompt.line(question, 'n')
    if (answer === 'n' || answer === 'no') return null
    if (answer === 'q') return 'end'
    const name = answer === 'y' || answer === 'yes' ? usual : answer
    if (name === 'end' || !namePattern.test(name))
      call.output.aside('   a name is of a-z, 0-9 and -')
    else if (taken.has(name)) call.output.aside('   the vault has a secret of that name')
    else return name
  }
}

async function put(
  { call, session, taken, instead }: Moving,
  finding: Finding,
  secret: string,
  {
    open,
    left,
    value,
  }: Readonly<{
    open: readonly { file: string; movable: Movable }[]
    left: { place: string; why: string }[]
    value: string
  }>,
): Promise<Moved> {
  const { control, by } = session
  // In the vault first: a crash between the two leaves the value in both, and not in none.
  await control.secretPut(typed(controlInputs.secretPut, { secret, value, by }))
  taken.add(secret)
  const files: string[] = []
  for (const { file, movable } of open) {
    const done = movable.replace(instead ?? `holdpoint:${secret}`)
    if (done.kind === 'replaced') files.push(inert(file))
    else {
      left.push({ place: inert(file), why: done.why })
      call.output.aside(`   stays in ${inert(file)}: ${done.why}`)
    }
  }
  call.output.aside(
    `   kept as ${secret}; taken out of ${files.length === 1 ? '1 file' : `${files.length} files`}`,
  )
  return { fingerprint: finding.fingerprint, secret, files, left }
}

/** `RAILWAY_API_TOKEN` is `railway-api-token`, the second one `railway-api-token-2`. */
function nameFor({ places: [place], kind }: Finding, taken: ReadonlySet<string>): string {
  const said = (place?.key ?? kind).replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
  const name =
    said
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 56) || kind
  for (let at = 1; ; at++) {
    const tried = at === 1 ? name : `${name}-${at}`
    if (!taken.has(tried)) return tried
  }
}
