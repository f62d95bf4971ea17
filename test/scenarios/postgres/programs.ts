// PostgreSQL's own client programs, where they are installed. None of them comes from npm.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const debian = '/usr/lib/postgresql/15/bin'

function folders(): readonly string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter)
  return [process.env['HOLDPOINT_TEST_POSTGRES'] ?? '', debian, ...path].filter((one) => one !== '')
}

function find(name: string): string | null {
  const found = folders().find((folder) => existsSync(join(folder, name)))
  return found === undefined ? null : join(found, name)
}

export function programOf(name: string): string {
  return find(name) ?? name
}

const serverVersionOfNpm = 18

/** Why what a phase needs is not there; null when it is. */
export function missing(need: string): string | null {
  switch (need) {
    case 'psql':
    case 'pgbench':
    case 'dropdb':
      return find(need) === null ? `\`${need}\` is not installed` : null
    case 'pg_dump':
      return pgDumpMissing()
    case 'psycopg2':
    case 'psycopg':
      return pythonOf(need) === null ? `Python's \`${need}\` is not installed` : null
    case 'jdbc':
      return jdbcMissing()
    default:
      return `nobody knows what \`${need}\` is`
  }
}

/** pg_dump refuses servers that are newer than itself. */
function pgDumpMissing(): string | null {
  const path = find('pg_dump')
  if (path === null) return '`pg_dump` is not installed'
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  const version = Number(/(\d+)/.exec(stdout)?.[1] ?? 0)
  const debians = (process.env['HOLDPOINT_TEST_POSTGRES'] ?? '') !== ''
  if (debians || version >= serverVersionOfNpm) return null
  return `\`pg_dump\` ${version} refuses the newer server that comes from npm`
}

/** The Python that has the module: Debian's packages belong to Debian's Python. */
export function pythonOf(module: string): string | null {
  const found = ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', `import ${module}`]).status === 0,
  )
  return found ?? null
}

export const jdbcDriver = '/usr/share/java/postgresql.jar'

function jdbcMissing(): string | null {
  if (find('java') === null || find('javac') === null) return 'no Java compiler is installed'
  return existsSync(jdbcDriver) ? null : 'PostgreSQL’s JDBC driver is not installed'
}
