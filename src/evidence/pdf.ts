// The evidence as a PDF, for people who file it. The same input makes the same bytes.
import { setImmediate } from 'node:timers/promises'

import { pathOf, proofsShownMax } from './file.ts'
import type { EvidenceInput } from './file.ts'
import type { ActionChapter, Chapter, Incident } from './incident.ts'
import {
  endWords,
  extentWords,
  phaseWords,
  scopeWords,
  supportsWords,
  topicWords,
  verifyWords,
} from './labels.ts'
import { counted, name, own, say } from './say.ts'
import { openSheet } from './sheet.ts'
import type { Sheet } from './sheet.ts'

/** chapters that a PDF tells; the JSON export holds every entry */
export const chaptersMax = 300
const readsShownMax = 40

/** Written chapter by chapter, each in a turn of its own, so that requests go on meanwhile. */
export async function evidencePdf(input: EvidenceInput): Promise<Uint8Array> {
  const { incident, by, at } = input
  const title = 'Evidence of what agents did'
  const sheet = openSheet(title, new Date(incident.span?.until ?? at))
  sheet.title(title)
  sheet.line([...scopeWords(incident.scope), own('.')], { size: 10 })
  for (const line of extentWords(incident)) sheet.line([own(line)])
  sheet.line(say`Exported by ${by} at ${at}.`)
  for (const [index, chapter] of incident.chapters.slice(0, chaptersMax).entries()) {
    writeChapter(sheet, chapter, index + 1)
    await setImmediate()
  }
  const untold = incident.chapters.length - chaptersMax
  if (untold > 0) {
    sheet.heading([own(`${counted(untold, 'more chapter')} of this story`)])
    sheet.line([own('They are in the JSON and Markdown exports; choose a shorter range for less.')])
  }
  writeSupports(sheet, incident)
  await setImmediate()
  writeProofs(sheet, input)
  const { span } = incident
  const entries = span === null ? 'no entries' : `entries ${span.from} to ${span.to}`
  return sheet.finish(`Holdpoint evidence · ${entries} · exported by ${by}`)
}

function writeChapter(sheet: Sheet, chapter: Chapter, number: number): void {
  switch (chapter.kind) {
    case 'action':
      writeAction(sheet, chapter, number)
      break
    case 'reads': {
      const { agent, reads, environments } = chapter
      const times = counted(reads.length, 'time')
      sheet.heading([
        own(`${number}. `),
        name(agent ?? 'a stranger'),
        own(` read, ${times}, allowed`),
      ])
      writeTags(sheet, environments)
      for (const { at, index, sentence } of reads.slice(0, readsShownMax)) {
        sheet.line([own(`${at}, entry ${index}: `), ...sentence], { indent: 1, size: 8 })
      }
      const more = reads.length - readsShownMax
      if (more > 0)
        sheet.line([own(`and ${counted(more, 'time')} more`)], { indent: 1, quiet: true })
      break
    }
    case 'event': {
      const { topic, at, index, words } = chapter
      sheet.heading([own(`${number}. ${topicWords[topic]}`)])
      sheet.line([own(`${at}, entry ${index}: `), ...words], { indent: 1 })
      break
    }
  }
}

function writeAction(sheet: Sheet, action: ActionChapter, number: number): void {
  sheet.heading([own(`${number}. `), ...action.sentence])
  writeTags(sheet, action.environments)
  sheet.line([own(`How it ended: ${endWords[action.end]}`)], { bold: true })
  for (const { phase, at, index, words, details } of action.steps) {
    sheet.line([own(`${phaseWords[phase]} · ${at} · entry ${index}`)], {
      ...{ indent: 1, size: 8, bold: true, apart: true },
    })
    sheet.line(words, { indent: 1 })
    for (const each of details) {
      sheet.line([own(`${each.label}: `), ...each.words], { indent: 2, size: 7.5, quiet: true })
    }
  }
}

function writeTags(sheet: Sheet, environments: ActionChapter['environments']): void {
  sheet.tags(environments.map(({ banner, protection }) => ({ text: banner, protection })))
}

function writeSupports(sheet: Sheet, { supports }: Incident): void {
  if (supports.length === 0) return
  sheet.heading([own('What this record supports')])
  sheet.line([own(supportsWords)])
  for (const { framework, id, about, shows, count, indices } of supports) {
    sheet.line([own(`${framework} ${id}: ${about}`)], { bold: true, size: 8.5 })
    const more = count > indices.length ? `, and ${count - indices.length} more` : ''
    sheet.line([own(`${shows} Entries ${indices.join(', ')}${more}.`)], { indent: 1, size: 8 })
  }
}

function writeProofs(sheet: Sheet, { vkey, checkpoint, entries }: EvidenceInput): void {
  sheet.heading([own('Proofs')])
  sheet.line([own('The key of the ledger, and its signed checkpoint:')])
  sheet.exact([vkey])
  sheet.exact(checkpoint === null ? ['nothing is published yet'] : checkpoint.trimEnd().split('\n'))
  const unproven = entries.filter(({ proof }) => proof === null).map(({ index }) => index)
  if (unproven.length > 0) {
    sheet.line([own(`Not yet proven, as no checkpoint covers them: ${unproven.join(', ')}.`)])
  }
  sheet.line([
    own(
      'For each entry its leaf hash in hexadecimal, and the hashes that lead from it to the root:',
    ),
  ])
  for (const { index, leaf, proof } of entries.slice(0, proofsShownMax)) {
    sheet.exact([
      `entry ${index}, leaf ${leaf}`,
      ...(proof === null ? ['not yet proven'] : pathOf(proof)),
    ])
  }
  if (entries.length > proofsShownMax) {
    sheet.line([own(`${counted(entries.length - proofsShownMax, 'more')} in the JSON export.`)])
  }
  sheet.heading([own('How to verify')])
  verifyWords.forEach((line, at) => sheet.line([own(`${at + 1}. ${line}`)]))
}
