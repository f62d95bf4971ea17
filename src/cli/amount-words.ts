/** `1 row`, `12,000 rows` */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${Number(count) === 1 ? one : many}`
}

const units = ['KB', 'MB', 'GB', 'TB'] as const

/** `512 bytes`, `1.4 MB` */
export function bytesWords(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte')
  let size = bytes
  let unit: string = 'bytes'
  for (const next of units) {
    if (size < 1000) break
    size /= 1000
    unit = next
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`
}
