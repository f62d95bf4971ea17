import { z } from 'zod'

import { configurationSchema } from './schema.ts'

/** For editors: `# yaml-language-server: $schema=…`. Draft 7, which is what they read. */
export function configurationJsonSchema(providers: readonly string[]): string {
  const schema = z.toJSONSchema(configurationSchema(providers), { io: 'input', target: 'draft-7' })
  const described = {
    title: 'holdpoint.yaml',
    description: 'What a Holdpoint gate governs',
    ...schema,
  }
  return JSON.stringify(described, null, 2) + '\n'
}
