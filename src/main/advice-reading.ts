import type { Action } from '../domain/action.ts'
import type { HookReading } from '../doors/hook/parts.ts'

export interface ReadingPlace {
  readonly home: string | null
  readonly temporary: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

export function createHookReading(_place: ReadingPlace): Promise<HookReading> {
  const nothing: readonly Action[] = []
  return Promise.resolve({
    shell: () => Promise.resolve(nothing),
    tool: () => Promise.resolve(nothing),
  })
}
