// What a client asks for in its StartupMessage: whose server, which database, and the run-time
// parameters that its session begins with. `options` is read strictly, as a list of settings;
// replication is not spoken; text is UTF-8, whatever the client's locale says.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS
import type { ErrorFields } from '../../wire/postgres/backend.ts'
import type { Parameter, Startup } from '../../wire/postgres/startup.ts'
import { fatalFields } from './refuse.ts'

export interface Wanted {
  readonly user: string
  /** null when the client leaves it open */
  readonly database: string | null
  readonly settings: readonly Parameter[]
}

const settingName = /^[A-Za-z_][A-Za-z0-9_$.]*$/
const utf8Names = /^(utf-?8|unicode)$/i
const no = /^(false|off|no|0|f|n)$/i

export function readWanted(startup: Startup): Wanted | ErrorFields {
  let user = ''
  let database: string | null = null
  const settings: Parameter[] = []
  const fromOptions: Parameter[] = []
  for (const [name, value] of startup.parameters) {
    switch (name) {
      case 'user':
        user = value
        break
      case 'database':
        database = value === '' ? null : value
        break
      case 'replication':
        if (!no.test(value)) return fatalFields('0A000', 'replication is not spoken here')
        break
      case 'options': {
        const read = readOptions(value)
        if (read === null)
          return fatalFields('0A000', optionsNotTaken, 'use PGOPTIONS=-c name=value')
        fromOptions.push(...read)
        break
      }
      default:
        settings.push([name, value])
    }
  }
  if (user === '')
    return fatalFields('28000', 'no PostgreSQL user name specified in startup packet')
  return withEncoding({ user, database, settings: [...fromOptions, ...settings] })
}

const optionsNotTaken = 'of the parameter `options`, only settings are taken: `-c name=value`'

/** What is judged is read as UTF-8, so the server must read it so too. */
function withEncoding(wanted: Wanted): Wanted | ErrorFields {
  const rest: Parameter[] = []
  for (const [name, value] of wanted.settings) {
    if (!settingName.test(name)) return fatalFields('42602', `\`${name}\` is no name of a setting`)
    if (name.toLowerCase() !== 'client_encoding') {
      rest.push([name, value])
    } else if (!utf8Names.test(value.trim().replace(/^'(.*)'$/, '$1'))) {
      const hint = 'set PGCLIENTENCODING=UTF8; the server converts to its own encoding'
      return fatalFields('22023', `client_encoding \`${value}\` is not taken, only UTF8`, hint)
    }
  }
  return { ...wanted, settings: [...rest, ['client_encoding', 'UTF8']] }
}

/** `-c name=value` and `--name=value`, split at spaces that no backslash stands before. */
function readOptions(options: string): readonly Parameter[] | null {
  const words = wordsOf(options)
  const settings: Parameter[] = []
  for (let i = 0; i < words.length; i++) {
    let word = words[i] ?? ''
    if (word === '-c') word = words[(i += 1)] ?? ''
    else if (word.startsWith('--') || word.startsWith('-c')) word = word.slice(2)
    else return null
    const equals = word.indexOf('=')
    const name = word.slice(0, equals).replaceAll('-', '_')
    if (equals < 1 || !settingName.test(name)) return null
    settings.push([name, word.slice(equals + 1)])
  }
  return settings
}

function wordsOf(options: string): readonly string[] {
  const words = options.match(/(?:\\[^]|[^\\\s])+/g) ?? []
  return words.map((word) => word.replace(/\\([^])/g, '$1'))
}

export function isError(read: Wanted | ErrorFields): read is ErrorFields {
  return 'severity' in read
}
