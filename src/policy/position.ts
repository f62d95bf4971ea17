const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Cedar counts in UTF-8 bytes from 0; people count lines and columns from 1. */
export function positionOf(text: string, byteOffset: number): { line: number; column: number } {
  const before = decoder.decode(encoder.encode(text).subarray(0, byteOffset))
  const lines = before.split('\n')
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}

export function showPosition(file: string, text: string, byteOffset: number): string {
  const { line, column } = positionOf(text, byteOffset)
  return `${file}:${line}:${column}`
}

export function byteLength(text: string): number {
  return encoder.encode(text).length
}
