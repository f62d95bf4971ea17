import type { SqlFunction } from './sql-function.ts'
export const imageFunctions: readonly SqlFunction[] = [
  { name: 'image', takes: 'trial bigint, root oid', returns: 'void', for: 'admin', body: `
BEGIN
  NULL;
END
` },
  { name: 'finish_image', takes: 'trial bigint', returns: 'void', for: 'admin', body: `
BEGIN
  NULL;
END
` },
  { name: 'undo_image', takes: 'a holdpoint.actions, force boolean', returns: 'jsonb', for: 'admin', body: `
BEGIN
  RETURN holdpoint.undo_rows(a, force);
END
` },
]
