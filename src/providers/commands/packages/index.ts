import type { CommandRow } from '../commands.ts'
import { machinePackages } from './machine.ts'
import { publishing } from './publishing.ts'

export const packages: readonly CommandRow[] = [...publishing, ...machinePackages]
