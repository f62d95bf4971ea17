// A PDF being written: text in the fonts that are embedded, words and names set apart, a foot with
// page numbers. https://pdfkit.org
import { createRequire } from 'node:module'

import PDFDocument from 'pdfkit'

import type { Protection } from '../domain/resource.ts'
import type { Word } from '../words/words.ts'
import { fenced, name } from './say.ts'

export interface Sheet {
  title(text: string): void
  heading(words: readonly Word[]): void
  /** `indent` in steps of the list */
  line(words: readonly Word[], style?: LineStyle): void
  tags(tags: readonly Readonly<{ text: string; protection: Protection }>[]): void
  /** keys and hashes, exactly */
  exact(lines: readonly string[]): void
  finish(foot: string): Promise<Uint8Array>
}

export interface LineStyle {
  readonly indent?: number
  readonly size?: number
  readonly quiet?: boolean
  readonly bold?: boolean
  /** a little room above it */
  readonly apart?: boolean
}

const { resolve } = createRequire(import.meta.url)
/** By path, which pdfkit keeps open; by another name it would read them again for every word. */
const fonts = {
  text: resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
  mono: resolve('dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf'),
} as const

const colours = { ink: '#16202e', quiet: '#5a6778', name: '#1d3f8f' } as const
const protections: Readonly<Record<Protection, string>> = {
  critical: '#a40f1a',
  standard: '#8a5300',
  open: '#11663f',
}
const margin = 54
const step = 14

/** What all three fonts have, and what is read from left to right. */
const drawable =
  /^[\x20-\x7e\u00a1-\u024f\u0370-\u0373\u0376\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff\u0400-\u04ff\u2013\u2014\u2018-\u201e\u2026\u27e8\u27e9]$/u

/** Letters that no font of ours has are shown by number, as those that hide are. */
export function drawn(text: string): string {
  return name(text).text.replaceAll(/./gsu, (letter) =>
    drawable.test(letter) ? letter : numbered(letter),
  )
}

function numbered(letter: string): string {
  const point = letter.codePointAt(0) ?? 0
  return `⟨U+${point.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** `createdAt` and the text are all that the bytes depend on. */
export function openSheet(title: string, createdAt: Date): Sheet {
  const document = createDocument(title, createdAt)
  const chunks: Uint8Array[] = []
  const ended = new Promise<void>((done, fail) => {
    document.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    document.on('end', done)
    document.on('error', fail)
  })

  function words(
    all: readonly Word[],
    left: number,
    { size = 9, quiet = false, bold = false }: LineStyle,
  ): void {
    // pdfkit takes an empty last piece for one that goes on.
    const shown = all.filter(({ text }) => text !== '')
    shown.forEach(({ kind, text }, at) => {
      const isName = kind === 'name'
      const colour = isName ? colours.name : quiet ? colours.quiet : colours.ink
      document
        .font(isName ? fonts.mono : bold ? fonts.bold : fonts.text)
        .fontSize(isName ? size * 0.95 : size)
        .fillColor(colour)
      const options = {
        continued: at < shown.length - 1,
        width: document.page.width - margin - left,
      }
      const piece = isName ? fenced(drawn(text)) : text
      if (at === 0) document.text(piece, left, document.y, options)
      else document.text(piece, options)
    })
  }

  function roomFor(height: number): void {
    const end = document.page.height - document.page.margins.bottom
    if (document.y + height > end) document.addPage()
  }

  return {
    title: (text) => {
      document.font(fonts.bold).fontSize(18).fillColor(colours.ink).text(text, margin)
      document.moveDown(0.4)
    },
    heading: (all) => {
      document.moveDown(0.8)
      roomFor(60)
      words(all, margin, { size: 11.5, bold: true })
      document.moveDown(0.25)
    },
    line: (all, style = {}) => {
      if (style.apart === true) document.moveDown(0.35)
      words(all, margin + (style.indent ?? 0) * step, style)
      document.moveDown(0.15)
    },
    tags: (tags) => {
      for (const { text, protection } of tags) tag(document, drawn(text), protections[protection])
      document.moveDown(0.2)
    },
    exact: (lines) => {
      document.font(fonts.mono).fontSize(7).fillColor(colours.ink)
      for (const line of lines) document.text(line, margin + step, document.y)
      document.moveDown(0.6)
    },
    finish: async (foot) => {
      footers(document, foot)
      document.end()
      await ended
      return Buffer.concat(chunks)
    },
  }
}

type Document = InstanceType<typeof PDFDocument>

function createDocument(title: string, createdAt: Date): Document {
  return new PDFDocument({
    size: 'A4',
    margins: { top: margin, bottom: margin + 12, left: margin, right: margin },
    bufferPages: true,
    lang: 'en-GB',
    displayTitle: true,
    font: fonts.text,
    info: { Title: title, Creator: 'Holdpoint', Producer: 'Holdpoint', CreationDate: createdAt },
  })
}

/** Colour and words, as everywhere. */
function tag(document: Document, text: string, colour: string): void {
  document.font(fonts.bold).fontSize(8.5)
  const most = document.page.width - 2 * margin - 12
  const width = Math.min(document.widthOfString(text), most)
  const height = document.heightOfString(text, { width: width + 1 })
  if (document.y + height + 8 > document.page.height - document.page.margins.bottom) {
    document.addPage()
  }
  const top = document.y
  document.roundedRect(margin, top, width + 12, height + 6, 3).fill(colour)
  document.fillColor('#ffffff').text(text, margin + 6, top + 3.5, { width: width + 1 })
  document.y = top + height + 9
}

function footers(document: Document, foot: string): void {
  const { start, count } = document.bufferedPageRange()
  for (let at = 0; at < count; at++) {
    document.switchToPage(start + at)
    const y = document.page.height - margin + 6
    // Below the margin: pdfkit would begin another page for it.
    document.page.margins.bottom = 0
    document.font(fonts.text).fontSize(7.5).fillColor(colours.quiet)
    document.text(foot, margin, y, { lineBreak: false })
    const page = `page ${at + 1} of ${count}`
    const right = document.page.width - margin - document.widthOfString(page)
    document.text(page, right, y, { lineBreak: false })
  }
}
