// What a scan found, for people: worst first, and what to do next. Names are inert.
import type { Finding, Place, ScanReport, SourceReport } from '../scan/finding.ts'
import type { ReachKind } from '../scan/found.ts'
import { inert } from '../wire/inert.ts'
import { wrap } from './output.ts'
import type { Colour, Output } from './output.ts'

const findingsShownMax = 60
const placesShownMax = 4

const reachWords: Readonly<Record<ReachKind, string>> = {
  account: 'a whole account',
  unknown: 'as far as its provider allows',
  workspace: 'a workspace',
  project: 'a project',
  environment: 'one environment',
  database: 'one database',
  resource: 'one thing',
}

const destroyWords: Readonly<Record<Finding['destroys'], readonly [Colour, string]>> = {
  yes: ['red', 'can destroy'],
  unknown: ['yellow', 'may destroy'],
  no: ['dim', 'cannot destroy'],
}

export function scanLines(report: ScanReport, output: Output): readonly string[] {
  const { findings, leases, expired } = report
  const shown = findings.slice(0, findingsShownMax)
  const more = findings.length - shown.length
  return [
    output.paint('bold', headline(findings)),
    ...shown.flatMap((finding, at) => ['', ...findingLines(finding, at + 1, output)]),
    ...(more > 0 ? ['', `and ${more} more, further down the order: \`--json\` has them all`] : []),
    '',
    ...(leases > 0 ? [output.paint('green', leaseWords(leases))] : []),
    ...(expired > 0 ? [`${expired} more say themselves that they have expired`] : []),
    ...sourceLines(report.sources, output),
    ...wrap(nextStep(report), output.width),
  ]
}

function headline(findings: readonly Finding[]): string {
  if (findings.length === 0) return "no credential was found within an agent's reach"
  const grave = findings.filter(({ destroys }) => destroys === 'yes').length
  const count = findings.length === 1 ? '1 credential is' : `${findings.length} credentials are`
  return `${count} within an agent's reach; ${grave} can destroy`
}

function findingLines(finding: Finding, number: number, output: Output): readonly string[] {
  const { destroys, provider, says, reach, environment, places, placesCount } = finding
  const [colour, words] = destroyWords[destroys]
  const owner = provider === 'unknown' ? '' : `${provider}: `
  const of = reach.of === null ? '' : ` (${inert(reach.of)})`
  const called = environment === null ? '' : `, called ${environment}`
  const lead = `${String(number).padStart(3)}  `
  const shown = places.slice(0, placesShownMax)
  const more = placesCount - shown.length
  return [
    lead + output.paint('bold', `${owner}${says}`),
    ...wrap(
      `     ${words}; reaches ${reachWords[reach.kind]}${of}${called}`,
      output.width,
      '     ',
    ).map((line) => line.replace(words, output.paint(colour, words))),
    ...shown.flatMap((place) => placeLines(place, output.width)),
    ...(more > 0 ? [`     and in ${more} more ${more === 1 ? 'place' : 'places'}`] : []),
  ]
}

function placeLines({ name, line, key, commit }: Place, width: number): readonly string[] {
  const at = line === null ? '' : `:${line}`
  const named = key === null ? '' : `  ${inert(key)}`
  const by = commit === null ? '' : `  commit ${commit.slice(0, 12)}`
  return wrap(`     in ${inert(name)}${at}${named}${by}`, width, '       ')
}

function leaseWords(leases: number): string {
  return leases === 1
    ? '1 lease of Holdpoint lies where a token would: as it should be'
    : `${leases} leases of Holdpoint lie where tokens would: as it should be`
}

function sourceLines(sources: readonly SourceReport[], output: Output): readonly string[] {
  const texts = sources.reduce((sum, one) => sum + one.texts, 0)
  const bytes = sources.reduce((sum, one) => sum + one.bytes, 0)
  const read = `read ${texts} texts, ${(bytes / 1e6).toFixed(1)} MB: ${sources
    .filter(({ state }) => state !== 'not-done')
    .map(({ source }) => source)
    .join(', ')}`
  const passed = new Map<string, number>()
  for (const one of sources) {
    for (const [why, count] of Object.entries(one.passed)) {
      passed.set(why, (passed.get(why) ?? 0) + count)
    }
  }
  const over = [...passed].map(([why, count]) => `${why} (${count})`).join(', ')
  return [
    ...wrap(read, output.width, '  '),
    ...(over === '' ? [] : wrap(`passed over: ${over}`, output.width, '  ')),
    ...sources.flatMap(({ source, state, why }) =>
      state === 'read' || why.length === 0
        ? []
        : wrap(`${source}: ${why.map(inert).join('; ')}`, output.width, '  ').map((line) =>
            output.paint('yellow', line),
          ),
    ),
    '',
  ]
}

function nextStep({ findings, complete }: ScanReport): string {
  const [worst] = findings
  if (worst === undefined) {
    return complete
      ? 'next: `holdpoint run -- <agent>` keeps it so'
      : 'not everything was read: scan the rest by naming its folders'
  }
  const movable = findings.some(({ places }) => places.some(({ file }) => file !== null))
  return movable
    ? 'next: `holdpoint scan --move` puts them into the vault, one by one, and leaves what is no ' +
        'secret in their place; what was in a history or a commit is replaced at its provider'
    : 'next: replace the first at its provider, put the new one into the vault with `holdpoint ' +
        'secret put`, and give agents leases'
}
