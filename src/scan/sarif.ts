// Findings as SARIF 2.1.0, for code hosts and editors. Results carry no snippet: it would be the
// value. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Finding, Place, ScanReport } from './finding.ts'
import type { ScanWorld } from './source.ts'

const levels = { yes: 'error', unknown: 'warning', no: 'note' } as const

export function sarifOf({ findings, sources, complete }: ScanReport, world: ScanWorld): object {
  const rules = [...new Map(findings.map((finding) => [finding.kind, ruleOf(finding)])).values()]
  const indexes = new Map(rules.map(({ id }, at) => [id, at]))
  const notes = sources.flatMap(({ source, why }) => why.map((text) => `${source}: ${text}`))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'holdpoint scan', rules } },
        originalUriBaseIds: { ROOT: { uri: `${pathToFileURL(world.cwd).href}/` } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: complete,
            toolExecutionNotifications: notes.map((text) => ({
              level: 'warning',
              message: { text },
            })),
          },
        ],
        results: findings.map((finding, at) => ({
          ruleId: finding.kind,
          ruleIndex: indexes.get(finding.kind),
          level: levels[finding.destroys],
          rank: Math.max(0, 100 - at),
          message: { text: messageOf(finding) },
          locations: finding.places.slice(0, 1).map((place) => locationOf(place, world)),
          relatedLocations: finding.places
            .slice(1)
            .map((place, id) => ({ id: id + 1, ...locationOf(place, world) })),
          partialFingerprints: {
            'holdpointCredential/v1': finding.fingerprint,
            'holdpointPlace/v1': placeHash(finding),
          },
        })),
      },
    ],
  }
}

function ruleOf({ kind, provider, says }: Finding) {
  const text = provider === 'unknown' ? says : `${provider}: ${says}`
  return { id: kind, shortDescription: { text }, help: { text: 'docs/scan.md' } }
}

function messageOf({ provider, says, reach, destroys }: Finding): string {
  const owner = provider === 'unknown' ? '' : `${provider}: `
  const far = reach.kind === 'unknown' ? 'as far as its provider allows' : reach.kind
  const of = reach.of === null ? '' : ` (${reach.of})`
  return `${owner}${says} within an agent's reach; reaches: ${far}${of}; can destroy: ${destroys}`
}

function locationOf({ name, line, file, key, source, commit }: Place, { cwd }: ScanWorld) {
  const said = [source, name, ...(key === null ? [] : [key]), ...(commit === null ? [] : [commit])]
  const message = { text: said.join(' ') }
  if (file === null) return { message, logicalLocations: [{ name, kind: 'resource' }] }
  const here = relative(cwd, file.path)
  const artifactLocation = here.startsWith('..')
    ? { uri: pathToFileURL(file.path).href }
    : { uri: pathToFileURL(`/${here}`).pathname.slice(1), uriBaseId: 'ROOT' }
  const region = line === null ? {} : { region: { startLine: line } }
  return { message, physicalLocation: { artifactLocation, ...region } }
}

/** The same on every machine, and made without the value: where it lies, and as what. */
function placeHash({ kind, places: [first] }: Finding): string {
  const text = `${kind}\n${first?.name ?? ''}\n${first?.key ?? ''}`
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
