// What each subcommand of git does.
import type { Word } from '../../languages/shell/syntax.ts'
import { disclose, escalate, resource, write } from './effects.ts'
import { configures } from './git-config.ts'
import { fetches, pushes } from './git-remote.ts'
import {
  checksOut,
  cleans,
  history,
  maybeAborts,
  records,
  removesTracked,
  repository,
  resets,
  rootOf,
  restores,
  runsRest,
  runsText,
  switches,
  uncommitted,
} from './git-tree.ts'
import { clear, nothing, own, subcommands, unless } from './row.ts'
import type { Call, Meaning } from './row.ts'
import { adds, isEdited, movesAway, overwrites, removes } from './touches.ts'

const rewrites: Meaning = (call) => [history(call)]
const rewritesAll: Meaning = (call) => [history(call, 'whole')]

const branches = own(
  { valued: ['-u', '--set-upstream-to', '--contains', '--sort', '--points-at'] },
  (call) => {
    const { args } = call
    const forced = args.has('-f', '--force')
    if (args.has('-D', '-M', '-C') || forced) return [history(call)]
    return args.operands.length === 0 ? [] : [write(repository(call))]
  },
)

const tags = own({ valued: ['-m', '-F', '-u', '--message', '--file', '-n'] }, (call) => {
  if (call.args.has('-d', '--delete', '-f', '--force')) return [history(call)]
  const looks = call.args.has('-l', '--list') || call.args.operands.length === 0
  return looks ? [] : [write(repository(call))]
})

/** `--prune` as a date: what nothing points at any more goes. */
const collects = own({}, (call) => {
  const prunes = call.args.values('--prune').some(({ text }) => text !== 'never')
  return prunes ? [history(call)] : [write(repository(call))]
})

const repacks = own({}, (call) =>
  call.args.has('-a') && call.args.has('-d') ? [history(call)] : [write(repository(call))],
)

const refs = own({ valued: ['-m'] }, (call) =>
  call.args.has('-d', '--delete', '--stdin') || call.args.operands.length > 1
    ? [history(call)]
    : [],
)

const worktreeGone = own({}, (call) =>
  call.args.has('-f', '--force')
    ? call.args.operands.map((word) => removes(word, call))
    : call.args.operands.flatMap((word) => adds(word, call)),
)

const deinits = own({}, (call) =>
  call.args.has('-f', '--force')
    ? uncommitted(call, call.args.operands)
    : [write(repository(call))],
)

const updatesModules = own({ valued: ['--depth', '--reference', '-j'] }, (call) =>
  call.args.has('-f', '--force') ? uncommitted(call) : [write(repository(call))],
)

const applies = own({ valued: ['-p', '--directory', '--include', '--exclude'] }, (call) =>
  call.args.says('--check', '--stat', '--numstat', '--summary')
    ? []
    : [isEdited(resource('local', 'below', rootOf(call)), call)],
)

const shows = own({}, (call) => {
  const to = call.args.value('--output')
  const runs = call.args.flags.some(({ name }) => /^(-O.*|--open-files-in-pager)$/.test(name))
  const opened = runs && call.verb.endsWith('grep') ? [escalate(repository(call), 'some')] : []
  return [...opened, ...(to === null ? [] : overwrites(to, call))]
})

const archives = own({ valued: ['-o', '--output', '--format', '--prefix', '--remote'] }, (call) => {
  const to = call.args.value('-o', '--output')
  return to === null ? [] : overwrites(to, call)
})

const toolRuns = own({ valued: ['-x', '--extcmd', '-t', '--tool'] }, (call) => ({
  effects: [],
  carried: call.args.values('-x', '--extcmd').map((word) => runsText(word, call)),
}))

const moves = own({}, (call) => {
  if (call.args.says('-n', '--dry-run')) return []
  const to = call.args.operands.at(-1)
  const from = call.args.operands.slice(0, -1).map((word) => movesAway(word, call))
  return [...from, ...(to === undefined ? [] : overwrites(to, call))]
})

const listedStash = 'list|show|create|store'

const reading =
  'status|diff|log|show|blame|annotate|shortlog|describe|rev-parse|rev-list|ls-files|ls-tree|grep|' +
  'cat-file|for-each-ref|merge-base|check-ignore|check-attr|check-mailmap|name-rev|var|version|' +
  'help|fsck|count-objects|verify-commit|verify-tag|verify-pack|whatchanged|range-diff|cherry|' +
  'show-ref|show-branch|diff-tree|diff-index|diff-files|request-pull|merge-tree|hash-object|' +
  'interpret-trailers|stripspace|column|bugreport|diagnose|get-tar-commit-id|show-index|gitk|gui'
const recording =
  'commit|fetch-pack|init|stage|maintenance|update-index|notes|bundle|mailinfo|mailsplit|' +
  'pack-objects|pack-refs|write-tree|commit-tree|mktag|mktree|unpack-objects|index-pack|rerere|' +
  'format-patch|commit-graph|multi-pack-index|fast-import|fast-export|add|bisect|remote|worktree|' +
  'submodule|sparse-checkout|lfs|flow|replace|symbolic-ref|mergetool|citool|revise|absorb|subtree'

export const gitSubcommands = subcommands(
  ['git'],
  { stops: true },
  {
    reset: resets,
    clean: cleans,
    checkout: checksOut,
    restore: restores,
    switch: switches,
    rm: removesTracked,
    mv: moves,
    push: pushes,
    'send-pack': pushes,
    'fetch|pull|clone|ls-remote': fetches,
    branch: branches,
    tag: tags,
    stash: clear(records),
    'stash drop|clear': rewrites,
    [`stash ${listedStash}`]: nothing,
    reflog: nothing,
    'reflog expire|delete|drop': own({}, unless(['-n', '--dry-run'], rewrites)),
    gc: collects,
    prune: own({}, unless(['-n', '--dry-run'], rewrites)),
    repack: repacks,
    'filter-branch|filter-repo': rewritesAll,
    'update-ref': refs,
    'symbolic-ref -d|--delete': rewrites,
    'replace -d|--delete': rewrites,
    'notes remove|prune': rewrites,
    'lfs prune': own({}, unless(['-d', '--dry-run'], rewrites)),
    'worktree remove': worktreeGone,
    'worktree list': nothing,
    'submodule deinit': deinits,
    'submodule update': updatesModules,
    'submodule foreach': (call) => ({ effects: [], carried: runsRest(foreachWords(call), call) }),
    'submodule status|summary': nothing,
    'rebase|merge|cherry-pick|revert|am': maybeAborts,
    'bisect run': (call) => ({ effects: [], carried: runsRest(call.rest, call) }),
    'bisect log|view|visualize': nothing,
    'read-tree': own({ valued: ['--prefix'] }, (call) =>
      call.args.has('-u') && call.args.has('--reset')
        ? uncommitted(call)
        : [write(repository(call))],
    ),
    'checkout-index': own({}, (call) => (call.args.has('-f', '--force') ? uncommitted(call) : [])),
    apply: applies,
    config: configures,
    'credential fill': (call) => [disclose(repository(call))],
    'credential approve|reject': records,
    'credential-cache|credential-store|credential-osxkeychain': (call) => [
      disclose(repository(call)),
    ],
    'remote show|get-url': nothing,
    'daemon|http-backend|instaweb|shell|upload-pack|receive-pack': () => [
      escalate(resource('local', 'machine', null), 'some', 'trivial'),
    ],
    'svn dcommit, p4 submit': () => [write(resource('git', 'remote', null))],
    difftool: toolRuns,
    archive: archives,
    [reading]: shows,
    [recording]: own(
      { valued: ['-m', '-F', '-C', '-c', '--author', '--date'] },
      unless(['--dry-run'], records),
    ),
  },
)

function foreachWords({ rest }: Call): readonly Word[] {
  return rest.filter(({ text }, i) => !(i === 0 && /^(--recursive|--quiet|-q)$/.test(text ?? '')))
}
