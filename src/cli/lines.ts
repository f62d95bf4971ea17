/** A line of input, or why there is none. */
export type Line =
  Readonly<{ kind: 'line'; text: string }> | Readonly<{ kind: 'unreadable'; why: string }>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What arrived at once, whole lines only: they can be answered before more is waited for. */
export async function* readLines(
  input: AsyncIterable<unknown>,
  lineBytesMax: number,
): AsyncGenerator<readonly Line[]> {
  let parts: Uint8Array[] = []
  let bytes = 0

  function add(part: Uint8Array): void {
    bytes += part.byteLength
    if (bytes > lineBytesMax) parts = []
    else parts.push(part)
  }

  function finish(): Line {
    const whole = bytes > lineBytesMax ? null : Buffer.concat(parts)
    parts = []
    bytes = 0
    if (whole === null) {
      return { kind: 'unreadable', why: `the line is longer than ${lineBytesMax} bytes` }
    }
    try {
      return { kind: 'line', text: utf8.decode(whole).replace(/\r$/, '') }
    } catch {
      return { kind: 'unreadable', why: 'the line is not UTF-8' }
    }
  }

  for await (const chunk of input) {
    const data = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer)
    const lines: Line[] = []
    let start = 0
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      add(data.subarray(start, end))
      lines.push(finish())
      start = end + 1
    }
    if (start < data.length) add(data.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (bytes > 0) yield [finish()]
}
