import type { Attention, AttentionMark } from '../domain/fact.ts'

const markWords: Readonly<Record<AttentionMark, string>> = {
  hasty: 'hasty',
  'impact-unseen': 'impact unseen',
  'not-shown': 'never opened',
}

/** ` after 2.1 s: hasty, impact unseen`, to go on with; empty where nothing was measured. */
export function attentionWords(attention: Attention | undefined): string {
  if (attention === undefined) return ''
  const { milliseconds, together, marks } = attention
  const others = together - 1
  const alone = others < 1
  return [
    milliseconds === null ? '' : ` after ${timeWords(milliseconds)}`,
    alone ? '' : `, together with ${others} ${others === 1 ? 'other' : 'others'}`,
    marks.length === 0 ? '' : `: ${marks.map((mark) => markWords[mark]).join(', ')}`,
  ].join('')
}

/** Never rounded up: what was too fast must not read as slow enough. */
function timeWords(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`
  if (seconds < 120) return `${Math.floor(seconds)} s`
  return `${Math.floor(seconds / 60)} min`
}
