// What one reading may cost. Reaching a limit refuses the whole text: half a script is no reading.

export const shellLimits = {
  /** of the text given, in UTF-16 units */
  textMax: 131_072,
  /** of any text made from it: `eval`, `bash -c`, a decoded heredoc */
  madeTextMax: 65_536,
  /** commands run and words expanded, in all that is read */
  stepsMax: 20_000,
  /** scripts within scripts: substitutions, `bash -c`, `eval`, functions */
  depthMax: 24,
  invocationsMax: 1_000,
  /** words that one word may become: braces, arrays */
  wordsMax: 512,
  /** rounds of a `for` over known words */
  roundsMax: 64,
  /** of one word or variable */
  valueMax: 65_536,
  /** here-documents: the parser takes quadratic time over them */
  heredocsMax: 500,
  /** places where a `cd` that may fail leaves the script */
  directoriesMax: 4,
} as const

/** Thrown where a limit is reached, and caught in `readShell`; it never leaves this folder. */
export class LimitReached extends Error {
  readonly why: string

  constructor(why: string) {
    super(why)
    this.name = 'LimitReached'
    this.why = why
  }
}
