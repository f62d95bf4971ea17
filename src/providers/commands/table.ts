import { clouds } from './clouds/index.ts'
import type { CommandRow } from './commands.ts'
import { containers } from './containers.ts'
import { databases } from './databases/index.ts'
import { archiving } from './files-archive.ts'
import { disks } from './files-disks.ts'
import { moding } from './files-modes.ts'
import { reading } from './files-read.ts'
import { removing } from './files-remove.ts'
import { writing } from './files-write.ts'
import { frameworks } from './frameworks/index.ts'
import { gitRows } from './git.ts'
import { infrastructure } from './infrastructure.ts'
import { infrastructureTools } from './infrastructure-tools.ts'
import { interpreters } from './interpreters.ts'
import { kubernetes } from './kubernetes.ts'
import { kubernetesTools } from './kubernetes-tools.ts'
import { network } from './network/index.ts'
import { packages } from './packages/index.ts'
import { platforms } from './platforms/index.ts'
import { services } from './system-services.ts'
import { system } from './system.ts'
import { versions } from './versions.ts'

/** Every program whose commands have a meaning here: rows of all fields. */
export const commandRows: readonly CommandRow[] = [
  ...removing,
  ...writing,
  ...reading,
  ...archiving,
  ...moding,
  ...disks,
  ...gitRows,
  ...versions,
  ...interpreters,
  ...containers,
  ...kubernetes,
  ...kubernetesTools,
  ...infrastructure,
  ...infrastructureTools,
  ...services,
  ...system,
  ...clouds,
  ...platforms,
  ...databases,
  ...frameworks,
  ...packages,
  ...network,
]
