// Slack's incoming webhooks, Block Kit. Whatever an agent may have named stands in `plain_text`,
// where nothing is markup, a mention or a link. The only markup is our own link, and there is no
// interactive element: nothing in Slack can answer. https://docs.slack.dev/reference/block-kit/
import type { ChatSettings } from '../configuration/notify.ts'
import type { Channel, ChannelParts } from './channel.ts'
import { createChat } from './chat.ts'
import type { Message } from './message.ts'

const headerMax = 150
const sectionMax = 3000

export function createSlack(settings: ChatSettings, parts: ChannelParts): Channel {
  return createChat(settings, parts, slackBody)
}

/** `text` is for notices and screen readers; it is Holdpoint's own words alone. */
export function slackBody({ subject, lines, link, linkText }: Message): object {
  return {
    text: escaped(subject),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(subject.slice(0, headerMax)) },
      { type: 'section', text: plain(lines.join('\n').slice(0, sectionMax)) },
      { type: 'section', text: { type: 'mrkdwn', text: `<${link}|${linkText}>`, verbatim: true } },
    ],
  }
}

/** emoji: `:fire:` stays as it is written */
function plain(text: string): object {
  return { type: 'plain_text', text, emoji: false }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
