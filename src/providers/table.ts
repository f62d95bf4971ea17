import type { Provider } from './provider.ts'
import { railway } from './railway/index.ts'

/** Every provider that is understood: a folder and a row. */
export const providers: readonly [Provider, ...Provider[]] = [railway]
