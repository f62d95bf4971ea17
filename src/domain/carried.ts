/**
 * A request that rides inside another one: SQL in a shell command, a command in a tool's argument.
 * Whoever finds it hands it to the reader of its own language.
 */
export type Carried =
  | Readonly<{
      kind: 'sql'
      engine: 'postgres' | 'mysql' | 'sqlite' | 'other'
      text: string
      /** what says where it goes: a connection string without its password, a host, a file */
      target: string | null
    }>
  | Readonly<{
      kind: 'http'
      method: string
      url: string
      headers: readonly (readonly [name: string, value: string])[]
      /** null: none; `unknown` where it comes from what is not known here */
      body: string | null | Readonly<{ unknown: string }>
    }>
  | Readonly<{ kind: 'shell'; text: string; directory: string | null }>
