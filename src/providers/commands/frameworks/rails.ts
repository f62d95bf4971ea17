// rails and rake: tasks, some of which empty a database.
import type { Word } from '../../../languages/shell/syntax.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, disclose, resource, unknown, write } from '../effects.ts'
import { command } from '../row.ts'
import type { Call, Meant } from '../row.ts'
import type { Effect } from '../../../domain/effect.ts'

const emptying =
  /^db:(_?drop|reset|purge|truncate_all|migrate:reset|schema:load|structure:load|setup:all|seed:replant|system:change|test:purge|fixtures:load|prepare:reset|schema:cache:clear|environment:set:force|nuke|wipe|clear|clean|recreate|rebuild)(:|$)|:(drop|purge|truncate_all|reset|wipe)(:\w+)?$/
const rolling = /^db:(rollback|migrate:(down|redo)|forward:down)(:|$)/
const changing =
  /^db:(migrate|create|seed|setup|prepare|schema:dump|structure:dump|encryption|install)(:|$)/
const showing =
  /^db:(version|migrate:status|abort_if_pending_migrations|charset|collation|system|environment)(:|$)/

/** Ruby that a runner is given: it is read by the names that it calls. */
const removing =
  /\b(delete_all|destroy_all|delete_by|destroy_by|destroy!?|delete|truncate|drop_table|drop_database|update_all|drop_schema|purge|reset_column|execute|rm_rf|unlink)\b/
const running =
  /\b(system|exec|spawn|eval|instance_eval|class_eval|send|public_send|__send__|open|load|require|Kernel|IO|popen|constantize|File|FileUtils|Process)\b|`|%x/

function rubyOf(word: Word | undefined): readonly Effect[] {
  if (word?.text === undefined) return []
  const { text } = word
  if (text === null) return [unknown('the Ruby that it runs is not known here')]
  if (/^[\w./-]+\.rb$/.test(text))
    return [unknown(`what is in \`${text.slice(0, 60)}\` is not known here`)]
  const found: Effect[] = []
  if (removing.test(text)) found.push(destroy(resource('database', 'schema', null), 'some'))
  if (running.test(text)) found.push(unknown('what the Ruby runs is not known here'))
  if (
    found.length === 0 &&
    /\b(create|save|update|insert|upsert|touch|increment)\w*!?\b/.test(text)
  ) {
    return [write(resource('database', 'schema', null))]
  }
  return found
}

function taskOf(name: string): readonly Effect[] {
  const on = resource('database', 'schema', null)
  if (showing.test(name)) return []
  if (emptying.test(name)) return [destroy(on)]
  if (rolling.test(name)) return [destroy(on, 'some')]
  if (changing.test(name)) return [write(on)]
  if (/^db:/.test(name))
    return [unknown(`what the task \`${name.slice(0, 40)}\` does is not known here`)]
  if (/^credentials:(show|edit|fetch)|^encrypted:(show|edit)|^secrets:show/.test(name)) {
    return [disclose(resource('rails', 'credentials', null))]
  }
  if (/^(log:clear|tmp:clear|tmp:cache:clear|assets:clobber|assets:clean|cache:clear)/.test(name)) {
    return [write(resource('rails', 'temporary', null))]
  }
  return []
}

function rails({ args }: Call): readonly Effect[] | Meant {
  const [first, ...rest] = args.operands
  if (first === undefined) return []
  if (first.text === null) return [unknown('which task it is, is not known here')]
  if (first.text === 'runner' || first.text === 'r') return rubyOf(rest[0])
  if (['console', 'c', 'dbconsole', 'db'].includes(first.text)) return []
  if (first.text === 'destroy' || first.text === 'd') {
    return [write(resource('rails', 'generated', rest[1]?.text ?? null))]
  }
  if (
    /^(generate|g|new|server|s|test|t|routes|about|notes|stats|plugin|help|version)$/.test(
      first.text,
    )
  ) {
    return []
  }
  return args.operands.flatMap(taskOfWord)
}

function taskOfWord({ text }: Word): readonly Effect[] {
  if (text === null) return [unknown('which task it is, is not known here')]
  return text.includes('=') ? [] : taskOf(text.replace(/\[.*$/, ''))
}

function rake({ args }: Call): readonly Effect[] {
  if (args.says('-T', '--tasks', '-n', '--dry-run', '-P', '--prereqs', '-W', '-D')) return []
  return args.operands.flatMap(taskOfWord)
}

const valued = [
  '-e',
  '--environment',
  '-f',
  '--rakefile',
  '-I',
  '-r',
  '--require',
  '-C',
  '-j',
  '-R',
]

export const railsRows: readonly CommandRow[] = [
  command(['rails'], { valued: ['-e', '--environment', '-p', '-b'] }, rails),
  command(['rake'], { valued }, rake),
  command(['hanami', 'sequel'], { valued: ['-e', '-m', '-M', '-r'] }, ({ args }) => {
    const [first, second] = args.operands.map(({ text }) => text)
    if (first !== 'db') return []
    return second === null || second === undefined ? [] : taskOf(`db:${second}`)
  }),
]
