// The copy of a credential file that an agent reads: the same text, with a lease where a token was
// that the gate stands for, and a word where any other was.

export interface FoundToken {
  /** half-open, in UTF-16 code units */
  readonly start: number
  readonly end: number
  /** `railway`; `unknown` where nothing says */
  readonly provider: string
}

/** Finds the tokens of a text; the file's name may say what its format does not. */
export type FindTokens = (text: string, path: string) => readonly FoundToken[]

/** What stands for the token of a provider; null where nothing does. */
export type Stand = (provider: string) => string | null

export const hiddenWord = 'hidden-by-holdpoint'

export interface Masked {
  readonly text: string
  readonly leased: number
  readonly hidden: number
}

/** The masked text, or null where there was nothing to mask. */
export function maskText(text: string, found: readonly FoundToken[], stand: Stand): Masked | null {
  const ordered = found.toSorted((one, other) => one.start - other.start)
  let masked = ''
  let done = 0
  let leased = 0
  let hidden = 0
  for (const { start, end, provider } of ordered) {
    if (end <= done) continue
    const lease = stand(provider)
    masked += text.slice(done, Math.max(start, done)) + (lease ?? hiddenWord)
    done = end
    if (lease === null) hidden++
    else leased++
  }
  return leased + hidden === 0 ? null : { text: masked + text.slice(done), leased, hidden }
}

const line =
  /^[ \t]*(?:export[ \t]+)?(["']?)([A-Za-z_][\w.-]*)\1[ \t]*[:=][ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"',][^\s#,]*))/gm
const secretName =
  /token|secret|passw(or)?d|passphrase|(^|_)(pass|pwd|pw|pat|auth|dsn)$|api_?key|private_?key|access_?key|credential|_key$|^key$|connection_?string/i
const urlPassword = /:\/\/[^\s:/@]*:([^\s/@]+)@/

/** What stands beside a name that says so, or inside a URL: all that can be told without formats. */
export function tokensByName(text: string): readonly FoundToken[] {
  const found: FoundToken[] = []
  for (const match of text.matchAll(line)) {
    const [whole, , name = '', double, single, bare] = match
    const value = double ?? single ?? bare ?? ''
    if (value.length < 6 || value.startsWith('$')) continue
    const start = match.index + whole.lastIndexOf(value)
    const inUrl = urlPassword.exec(value)
    if (inUrl?.[1] !== undefined) {
      const at = start + inUrl.index + inUrl[0].length - inUrl[1].length - 1
      found.push({ start: at, end: at + inUrl[1].length, provider: 'unknown' })
    } else if (secretName.test(name)) {
      const provider = /railway/i.test(name) ? 'railway' : 'unknown'
      found.push({ start, end: start + value.length, provider })
    }
  }
  return found
}
