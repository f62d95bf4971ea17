import type { Provider } from '../provider.ts'
import { discoverRailway } from './discover.ts'
import { outcomeOf } from './outcome.ts'
import { createRailwayReader } from './read.ts'
import { refuse } from './refuse.ts'
import { whoseRailway } from './whose.ts'

export const railway: Provider = {
  name: 'railway',
  hosts: ['backboard.railway.com', 'backboard.railway.app'],
  url: 'https://backboard.railway.com',
  credentialHeaders: [
    { name: 'authorization', scheme: 'Bearer' },
    { name: 'project-access-token', scheme: null },
  ],
  reader: createRailwayReader(),
  refuse,
  outcome: outcomeOf,
  discover: discoverRailway,
  whose: whoseRailway,
}
