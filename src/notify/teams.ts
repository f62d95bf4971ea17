// Microsoft Teams, by a Workflows webhook ("When a Teams webhook request is received"): an Adaptive
// Card. Text stands in TextRuns, which take no Markdown; what would still be a function or a
// template (`{{DATE(…)}}`, `${…}`) is broken. The only action opens the console.
// https://adaptivecards.io/explorer/TextRun.html
import type { ChatSettings } from '../configuration/notify.ts'
import type { Channel, ChannelParts } from './channel.ts'
import { createChat } from './chat.ts'
import type { Message } from './message.ts'

export function createTeams(settings: ChatSettings, parts: ChannelParts): Channel {
  return createChat(settings, parts, teamsBody)
}

export function teamsBody({ subject, lines, link, linkText }: Message): object {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      paragraph(subject, { weight: 'Bolder', size: 'Medium' }),
      ...lines.map((line) => paragraph(line, {})),
    ],
    actions: [{ type: 'Action.OpenUrl', title: linkText, url: link }],
  }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null }
  return { type: 'message', attachments: [{ ...attachment, content }] }
}

function paragraph(text: string, look: object): object {
  const inlines = [{ type: 'TextRun', text: withoutFunctions(text), ...look }]
  return { type: 'RichTextBlock', inlines }
}

/** Also Markdown's own marks, should a host read a TextRun as if it were a TextBlock. */
function withoutFunctions(text: string): string {
  return text
    .replaceAll('{{', '{ {')
    .replaceAll('${', '$ {')
    .replace(/\]\(/g, '] (')
    .replace(/<(?=[a-z/!])/gi, '< ')
}
