// What clients have in common: where they connect, and how they say what they were told.

export const url = process.env['DATABASE_URL'] ?? ''

/** One line of JSON. */
export function say(value: unknown): void {
  process.stdout.write(JSON.stringify(value) + '\n')
}

interface Told {
  readonly message?: string
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  readonly cause?: unknown
  readonly parent?: unknown
  readonly driverError?: unknown
}

/** Errors of ORMs wrap the driver's, which has PostgreSQL's fields. */
function innermost(error: unknown): Told {
  const told = (typeof error === 'object' && error !== null ? error : {}) as Told
  const inner = told.parent ?? told.driverError ?? told.cause
  return inner === undefined || told.hint !== undefined ? told : innermost(inner)
}

/** Runs it; what it is told in the way of errors goes to stderr, and the exit code is 1. */
export async function main(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { message, code, detail, hint } = innermost(error)
    const outer = error instanceof Error ? error.message : String(error)
    const lines = [`told: ${outer}`, ...(message === outer ? [] : [`inner: ${message ?? ''}`])]
    lines.push(`code: ${code ?? ''}`, `detail: ${detail ?? ''}`, `hint: ${hint ?? ''}`)
    process.stderr.write(lines.join('\n') + '\n')
    process.exitCode = 1
  }
}
