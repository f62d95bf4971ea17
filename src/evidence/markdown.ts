// The evidence as CommonMark. Whatever somebody else wrote stands in a code span on one line: it
// makes no markup, no link and no mention, wherever the file is shown.
import type { Word } from '../words/words.ts'
import { pathOf, proofsShownMax } from './file.ts'
import type { EvidenceInput } from './file.ts'
import type { ActionChapter, Chapter, Detail, Incident, Step } from './incident.ts'
import {
  endWords,
  extentWords,
  phaseWords,
  scopeWords,
  supportsWords,
  topicWords,
  verifyWords,
} from './labels.ts'
import { counted, name } from './say.ts'

export function evidenceMarkdown(input: EvidenceInput): string {
  const { incident, by, at } = input
  const lines = [
    '# Evidence of what agents did',
    '',
    `${sentence(scopeWords(incident.scope))}.`,
    '',
    ...extentWords(incident).map((line) => `- ${plain(line)}`),
    `- Exported by ${code(by)} at ${plain(at)}.`,
    '',
    ...incident.chapters.flatMap(chapterLines),
    ...supportLines(incident),
    ...proofLines(input),
  ]
  return lines.join('\n') + '\n'
}

function chapterLines(chapter: Chapter, at: number): readonly string[] {
  const number = at + 1
  switch (chapter.kind) {
    case 'action':
      return actionLines(chapter, number)
    case 'reads':
      return [
        `## ${number}. ${code(chapter.agent ?? 'a stranger')} read, ` +
          `${counted(chapter.reads.length, 'time')}, allowed`,
        '',
        ...environmentLine(chapter.environments),
        ...chapter.reads.map(
          (read) => `- ${plain(read.at)}, entry ${read.index}: ${sentence(read.sentence)}`,
        ),
        '',
      ]
    case 'event':
      return [
        `## ${number}. ${topicWords[chapter.topic]}`,
        '',
        `- ${plain(chapter.at)}, entry ${chapter.index}: ${sentence(chapter.words)}`,
        '',
      ]
  }
}

function actionLines(action: ActionChapter, number: number): readonly string[] {
  return [
    `## ${number}. ${sentence(action.sentence)}`,
    '',
    ...environmentLine(action.environments),
    `How it ended: **${plain(endWords[action.end])}**`,
    '',
    ...action.steps.flatMap(stepLines),
    '',
  ]
}

function environmentLine(environments: ActionChapter['environments']): readonly string[] {
  if (environments.length === 0) return []
  return [`Environments: ${environments.map(({ banner }) => code(banner)).join(', ')}`, '']
}

function stepLines({ phase, at, index, words, details }: Step): readonly string[] {
  return [
    `- **${phaseWords[phase]}** ${plain(at)}, entry ${index}: ${sentence(words)}`,
    ...details.map(detailLine),
  ]
}

function detailLine({ label, words }: Detail): string {
  return `  - ${plain(label)}: ${sentence(words)}`
}

function supportLines({ supports }: Incident): readonly string[] {
  if (supports.length === 0) return []
  return [
    '## What this record supports',
    '',
    plain(supportsWords),
    '',
    '| framework | id | about | what is shown | entries |',
    '|---|---|---|---|---|',
    ...supports.map(({ framework, id, about, shows, count, indices }) =>
      [
        '',
        ...[framework, id, about, shows].map(plain),
        indices.join(', ') + (count > indices.length ? `, and ${count - indices.length} more` : ''),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    '',
  ]
}

function proofLines({ vkey, checkpoint, entries }: EvidenceInput): readonly string[] {
  const unproven = entries.filter(({ proof }) => proof === null).map(({ index }) => index)
  const shown = entries.slice(0, proofsShownMax)
  return [
    '## Proofs',
    '',
    'The key of the ledger, and its signed checkpoint:',
    '',
    ...fence([vkey]),
    ...fence(checkpoint === null ? ['nothing is published yet'] : checkpoint.trimEnd().split('\n')),
    ...(unproven.length === 0
      ? []
      : [`Not yet proven, as no checkpoint covers them: ${unproven.join(', ')}.`, '']),
    'For each entry its leaf hash in hexadecimal, and the hashes that lead from it to the root:',
    '',
    ...fence(
      shown.flatMap(({ index, leaf, proof }) => [
        `entry ${index}`,
        `leaf ${leaf}`,
        ...(proof === null ? ['not yet proven'] : pathOf(proof)),
      ]),
    ),
    ...(shown.length === entries.length
      ? []
      : [`${counted(entries.length - shown.length, 'more')} in the JSON export.`, '']),
    '## How to verify',
    '',
    ...verifyWords.map((line, at) => `${at + 1}. ${plain(line)}`),
  ]
}

/** Of our own making: keys, hashes, checkpoints. No line of it can close the fence. */
function fence(lines: readonly string[]): readonly string[] {
  return ['~~~text', ...lines.map((line) => line.replaceAll('~', '-')), '~~~', '']
}

function sentence(words: readonly Word[]): string {
  return words.map(({ kind, text }) => (kind === 'own' ? plain(text) : code(text))).join('')
}

/** One line, in a code span that nothing in it can end. */
function code(text: string): string {
  const word = name(text).text.replaceAll('`', '⟨U+0060⟩')
  return `\`${word}\``
}

/** Nothing in our own words is markup either; `@` is no mention, and dots make no link. */
function plain(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll(/[\\`*_{}[\]<>#|~&@!$]/g, escaped)
}

function escaped(character: string): string {
  return character === '@' ? '⟨U+0040⟩' : `\\${character}`
}
