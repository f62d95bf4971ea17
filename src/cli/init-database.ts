import { isLoopback } from '../configuration/address.ts'
import { Fault } from '../domain/fault.ts'
import type { Given } from './command.ts'
import type { InitDatabase } from './init-text.ts'
import type { Prompt } from './prompt.ts'

type Ask = (option: string, question: string, usual: string) => Promise<string>

/** A first PostgreSQL upstream, from the URL that people have anyway: but for the password. */
export async function askDatabase(given: Given, prompt: Prompt | null): Promise<InitDatabase> {
  const question = 'Where is it? (postgres://ROLE@HOST:PORT/DATABASE, without the password)'
  const said = given.text('postgres') ?? given.text('url')
  const url = said ?? (prompt === null ? '' : await prompt.line(question, ''))
  return { ...readUrl(url), environment: '', admin: null }
}

/** What only makes sense once the upstream has its name. */
export async function askPlace(
  database: InitDatabase,
  upstream: string,
  line: Ask,
): Promise<InitDatabase> {
  const environment = await line(
    'environment',
    'Which environment is it?',
    `${upstream}/production`,
  )
  const admin = await line('admin', 'Which role may install what makes undo possible?', 'none')
  return { ...database, environment, admin: admin === 'none' || admin === '' ? null : admin }
}

/** The URL is never shown back: it may hold a password. */
function readUrl(text: string): Pick<InitDatabase, 'url' | 'role' | 'database' | 'local'> {
  const form = 'write `postgres://ROLE@HOST:PORT/DATABASE`'
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new Fault('usage-url', `this is not where a PostgreSQL is; ${form}`)
  }
  const { username, password, hostname, port, pathname } = new URL(text)
  if (password !== '') {
    throw new Fault(
      'secret-on-argv',
      'a password is not taken here, where other processes and the shell history see it; if that ' +
        `was the real one, replace it. ${form[0]?.toUpperCase() ?? ''}${form.slice(1)}`,
    )
  }
  const database = decodeURIComponent(pathname.slice(1))
  if (username === '' || hostname === '' || database === '' || database.includes('/')) {
    throw new Fault('usage-url', `a role, a host and a database are needed; ${form}`)
  }
  return {
    url: `postgres://${hostname}:${port === '' ? '5432' : port}`,
    role: decodeURIComponent(username),
    database,
    local: isLoopback(hostname.replace(/^\[|\]$/g, '')),
  }
}
