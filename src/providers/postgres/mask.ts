// What people are never shown of a row, whatever it would help them to decide.
import type { Measured, Sample } from '../../domain/trial.ts'

const masked = '[masked]'

/** `table.column`, or `schema.table.column`; `*` stands for any. Case counts for nothing. */
export function maskSamples(measured: Measured, patterns: readonly string[]): Measured {
  if (patterns.length === 0) return measured
  const rules = patterns.map((pattern) => pattern.toLowerCase().split('.'))
  return { ...measured, samples: measured.samples.map((sample) => maskSample(sample, rules)) }
}

function maskSample(sample: Sample, rules: readonly (readonly string[])[]): Sample {
  const table = sample.table.toLowerCase().split('.')
  const hidden = sample.columns.map((column) =>
    rules.some((rule) => matches(rule, [...table, column.toLowerCase()])),
  )
  const rows = sample.rows.map((row) =>
    row.map((value, index) => (value !== null && hidden[index] === true ? masked : value)),
  )
  return { ...sample, rows }
}

/** From the end: a rule that says less about the table is a rule for every such table. */
function matches(rule: readonly string[], name: readonly string[]): boolean {
  if (rule.length > name.length) return false
  return rule.every((part, index) => {
    return part === '*' || part === name[name.length - rule.length + index]
  })
}
