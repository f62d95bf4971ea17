import type { Surroundings } from './surroundings.ts'

/** Resolves at the first SIGINT or SIGTERM. A second one then ends the process as usual. */
export function untilStopped({ onSignal }: Pick<Surroundings, 'onSignal'>): Promise<void> {
  return new Promise((resolve) => {
    const ends = (['SIGINT', 'SIGTERM'] as const).map((signal) =>
      onSignal(signal, () => {
        for (const end of ends) end()
        resolve()
      }),
    )
  })
}
