// Secrets that are returned below a root field, whatever the root field is. The names are those of
// Railway's schema (August 2026) and, because a schema grows, what such a field is usually called.
// `displayToken` is not one: it is a token's visible tail.
import type { FieldBelow, RootField } from '../../languages/graphql/read.ts'
import { valueMember } from '../../languages/graphql/value.ts'

/** Values themselves, where nothing is selected in them: `variables { … }` lists names only. */
const secretLeaves = new Set([
  'accessKey',
  'accessToken',
  'apiToken',
  'authToken',
  'bucketS3Credentials',
  'connectionString',
  'connectionUrl',
  'credentials',
  'databaseUrl',
  'password',
  'privateKey',
  'recoveryCodes',
  'refreshToken',
  'secret',
  'secretAccessKey',
  'secretKey',
  'shellToken',
  'token',
  'variables',
])

/** Secrets when `decryptVariables` is anything but false; masked when it is. */
const decryptable = new Set(['config', 'patch'])

/** Names that make a document worth walking. */
export const namesOfSecrets: ReadonlySet<string> = new Set([
  ...secretLeaves,
  ...decryptable,
  'value',
])

/** Links that lead from a thing to what holds it, or to its neighbours: out of what was named. */
const outward = new Set([
  'baseEnvironment',
  'environment',
  'externalWorkspaces',
  'plugin',
  'project',
  'projects',
  'service',
  'sourceEnvironment',
  'team',
  'teams',
  'user',
  'volume',
  'workspace',
  'workspaces',
])

/** inside: of the root field's own resource; outside: of what a link from it leads to */
export type Disclosure = 'nothing' | 'inside' | 'outside'

export function disclosureBelow(root: RootField): Disclosure {
  let found: Disclosure = 'nothing'
  for (const field of root.below()) {
    if (!isSecret(field)) continue
    if (field.path.some((name) => outward.has(name))) return 'outside'
    found = 'inside'
  }
  return found
}

function isSecret({ name, leaf, path, arguments: given }: FieldBelow): boolean {
  if (decryptable.has(name)) {
    const decrypt = valueMember(given, 'decryptVariables')
    return decrypt !== undefined && decrypt !== null && decrypt !== false
  }
  if (name === 'value') return path.includes('variables')
  return leaf && secretLeaves.has(name)
}
