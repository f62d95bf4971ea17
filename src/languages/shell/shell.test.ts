import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shellLimits } from './limits.ts'
import { readShell } from './shell.ts'
import type { Invocation, ShellKnown, Word } from './syntax.ts'

const known: ShellKnown = {
  directory: '/w',
  home: '/home/u',
  variables: { HOME: '/home/u', E: 'v' },
}

function show({ text, pieces, glob, loose }: Word): string {
  const shown = text ?? pieces.map((piece) => piece ?? '?').join('')
  return `${shown === '' ? "''" : shown}${glob ? '*glob' : ''}${loose === true ? '~' : ''}`
}

function line({
  program,
  args,
  redirects,
  directory,
  where,
  user,
  through,
  times,
  input,
}: Invocation): string {
  const parts = [program, ...args].map(show)
  for (const { kind, path } of redirects) parts.push(`${kind}:${show(path)}`)
  if (directory !== '/w') parts.push(`@${directory ?? '?'}`)
  if (where.kind === 'elsewhere') parts.push(`[${where.by} ${where.target ?? '?'}]`)
  if (user !== null) parts.push(`{${user}}`)
  if (through.length > 0) parts.push(`(${through.join(' ')})`)
  if (times === 'many') parts.push('many')
  if (input.kind === 'pipe') parts.push(`|${input.from}`)
  if (input.kind === 'text') parts.push(`<${JSON.stringify(input.text)}`)
  return parts.join(' ')
}

/** Commands that say nothing of the matter are left out. */
function read(text: string): readonly string[] {
  const reading = readShell(text, known)
  if (reading.kind === 'refused') return [`refused: ${reading.why}`]
  const quiet =
    /^(echo|printf|cd|export|set|unset|base64|alias|trap|read|local|shift|exit|break|declare|tr|cat|test|mktemp|\[)$/
  const lines = reading.invocations
    .filter(({ program }) => !quiet.test(program.text ?? ''))
    .map(line)
  return [...lines, ...reading.unread.map(({ why }) => `unread: ${why}`)]
}

type Rows = readonly (readonly [text: string, ...lines: readonly string[]])[]

function table(name: string, rows: Rows): void {
  test(name, () => {
    for (const [text, ...lines] of rows) assert.deepEqual(read(text), lines, text)
  })
}

table('words', [
  ['rm -rf /', 'rm -rf /'],
  ["\\rm 'r'm r\"\"m $'\\x72m'", 'rm rm rm rm'],
  ['rm$IFS-rf$IFS/', 'rm -rf /'],
  ['r$@m -rf x', 'rm -rf x'],
  ['X=rm; $X -rf "$HOME"/{a,b} ~/c', 'rm -rf /home/u/a /home/u/b /home/u/c'],
  ['rm ${X:-a} $UNSEEN "$UNSEEN"/b', 'rm ?~ ?~ ?/b'],
  ['unset X; rm ${X:-a} "${X-b}" ${E:+c}', 'rm a b c'],
  [
    'f=/a/b.tar.gz; rm ${f##*/} ${f%.*} ${f%%.*} ${f/tar/zip} ${f:1:1} ${#f}',
    'rm b.tar.gz /a/b.tar /a/b /a/b.zip.gz a 11',
  ],
  ['a=(x "y z"); rm "${a[@]}" ${a[1]}', 'rm x y z y z'],
  ['rm *.log "*.log" [ab] [', 'rm *.log*glob *.log [ab]*glob ['],
  ['rm x$((1+2)) $(echo a b) `echo c`', 'rm x3 a b c'],
  ['eval "r""m" -rf /; P=rm; Q=P; ${!Q} x', 'rm -rf /', 'rm x'],
  ['echo "rm -rf /"; grep "DROP TABLE" x # rm y', 'grep DROP TABLE x'],
  ['declare -n r=X; X=/tmp/a; r=/; rm -rf $X', 'rm -rf ?~'],
  ['X=/tmp/a; read X <<< /; rm $X', 'rm ?~'],
  ['IFS=,; X=rm,-rf,/; $X', 'rm -rf /'],
  ['X=rm; X+=" -rf"; $X /; Y=a Z=$Y ls', 'rm -rf /', 'ls'],
])

table('ways through a script', [
  ['if a; then X=1; else X=2; fi; rm $X', 'a', 'rm ?~'],
  ['if a; then X=1; else X=1; fi; rm $X', 'a', 'rm 1'],
  ['for x in a b; do rm $x; done', 'rm a many', 'rm b many'],
  ['for x in $UNSEEN; do rm "$x"; done', 'rm ? many'],
  ['for f in /a/*; do rm "$f"; done', 'rm /a/? many'],
  ['X=a; while b; do rm $X; X=c; done', 'b many', 'rm ?~ many'],
  ['X=/tmp/a; for i in 1 2; do break; X=/; done; rm $X', 'rm /tmp/a'],
  ['X=/tmp/a; for i in 1 2; do X=/; break; X=/tmp/b; done; rm $X', 'rm /'],
  ['case $E in v) rm a;; *) rm b;; esac', 'rm a'],
  ['case $UNSEEN in v) rm a;; *) rm b;; esac', 'rm a', 'rm b'],
  ['f() { local d=$1; rm -rf "$d"; }; d=keep; f /x; rm $d', 'rm -rf /x', 'rm keep'],
  ['rm() { ls; }; rm /; command rm /; \\rm /', 'ls', 'rm / (command)', 'ls'],
  ['if a; then rm() { ls; }; fi; rm /', 'a', 'rm /', 'ls'],
  ['f() { f; }; f', 'unread: `f` calls itself'],
  ['(X=/; rm $X); rm $X', 'rm /', 'rm ?~'],
  ['exit 0; rm -rf /'],
  ['a || exit 1; rm b', 'a', 'rm b'],
  ["trap 'rm -rf /x' EXIT; ls", 'rm -rf /x', 'ls', 'rm -rf /x'],
  ['alias x="rm -rf"; x /', 'rm -rf /', 'x /'],
  ['alias rm=echo; rm -rf /', 'rm -rf /'],
  ['rm -rf a & wait', 'rm -rf a', 'wait'],
])

table('places', [
  ['cd /tmp/x && rm -rf *', 'rm -rf **glob @/tmp/x'],
  // The folder may not be there: then it is this one that is emptied.
  ['cd /tmp/x; rm -rf *', 'rm -rf **glob @/tmp/x', 'rm -rf **glob'],
  ['cd /tmp/x || exit 1; rm -rf *', 'rm -rf **glob @/tmp/x'],
  ['set -e; cd /tmp/x; rm -rf *', 'rm -rf **glob @/tmp/x'],
  ['cd ..; rm x', 'rm x @/'],
  ['cd "$UNSEEN" && rm x', 'rm x @?'],
  ['(cd /tmp && rm a); rm b', 'rm a @/tmp', 'rm b'],
  ['cd /tmp && cd - && rm x', 'rm x'],
  ['env -C /x rm a; rm b', 'rm a @/x (env)', 'rm b'],
])

table('input and output', [
  ['echo rm -rf / | sh', 'sh <"rm -rf /\\n"', 'rm -rf / (sh)'],
  ['echo cm0gLXJmIC8= | base64 -d | bash', 'bash <"rm -rf /"', 'rm -rf / (bash)'],
  ['sh <<E\nrm $E\nE', 'sh <"rm v\\n"', 'rm v (sh)'],
  ["sh <<'E'\nrm $E\nE", 'sh <"rm $E\\n"', 'rm v (sh)'],
  ['bash <<< "rm x"', 'bash <"rm x\\n"', 'rm x (bash)'],
  ['curl x | sh', 'curl x', 'sh |0'],
  ['bash <(curl x)', 'curl x', 'bash ?', 'unread: a script of which not all is known'],
  ['source <(echo rm x)', 'rm x'],
  [
    '> a; : > b; { ls; } >> c; ls 2>/dev/null >d',
    ': truncate:a',
    ': truncate:b',
    ': append:c',
    'ls',
    'ls truncate:/dev/null truncate:d',
  ],
  ['X=$(printf "%s -rf" rm); $X /', 'rm -rf /'],
  ['$(which rm) x; $(echo mr | rev) y', 'which rm', 'rm x', 'rev <"mr\\n"', 'rm y'],
  ['$(echo ez | tr a-z n-za-m) x', 'rm x'],
  ['exec <<< "rm x"; sh', ': <"rm x\\n"', 'sh <"rm x\\n"', 'rm x (sh)'],
  ['d=$(mktemp -d); rm -rf "$d"', 'rm -rf /tmp/tmp.XXXXXXXXXX'],
  ['$(unseen) x', 'unseen', '?~ x'],
  ['eval "$UNSEEN"', 'unread: `eval` of a text of which not all is known'],
  ['. ./env; rm $E', '. ./env', 'rm ?~'],
])

table('wrappers', [
  [
    'sudo -u bob -E env -i A=1 nice -n 5 timeout -k 3 5 nohup rm x',
    'rm x {bob} (sudo env nice timeout nohup)',
  ],
  ['env -S "rm -rf" /', 'rm -rf / (env)'],
  [
    "su bob -c 'rm x'; su - -c 'rm y'",
    'su bob -c rm x',
    'rm x {bob} (su -c)',
    'su - -c rm y',
    'rm y {root} (su -c)',
  ],
  ['echo a b | xargs rm -f', 'rm -f a b (xargs) many'],
  ['echo a | xargs -I{} rm x/{}', 'rm x/a (xargs) many'],
  ['unseen | xargs rm', 'unseen', 'rm ~ (xargs) many'.replace('rm ~', 'rm ?~')],
  ['find /a -name x | xargs rm', 'find /a -name x', 'rm /a/? (xargs) many'],
  [
    'find /a -exec rm -rf {} \\; -o -delete',
    'find /a -exec rm -rf {} ; -o -delete',
    'rm -rf /a/? (find -exec) many',
  ],
  ['parallel rm {} ::: a b', 'rm a (parallel) many', 'rm b (parallel) many'],
  ["bash -lc 'rm $1' _ x", 'bash -lc rm $1 _ x', 'rm x (bash -c)'],
  ["X=1; bash -c 'rm $X'", 'bash -c rm $X', 'rm ?~ (bash -c)'],
  ["export X=1; bash -c 'rm $X'", 'bash -c rm $X', 'rm 1 (bash -c)'],
  ["ssh -p 2 u@h 'cd /x && rm $E'", 'ssh -p 2 u@h cd /x && rm $E', 'rm ?~ @/x [ssh u@h] (ssh)'],
  ["ssh -o ProxyCommand='rm x' h", 'ssh -o ProxyCommand=rm x h', 'rm x (ssh -o)'],
  [
    'docker exec -it -u root c sh -c "rm x"',
    'docker exec -it -u root c sh -c rm x',
    'sh -c rm x @? [docker c] {root} (docker)',
    'rm x @? [docker c] {root} (docker sh -c)',
  ],
  [
    'docker run --rm -v /:/h alpine rm /h',
    'docker run --rm -v /:/h alpine rm /h',
    'rm /h @? [docker alpine] (docker)',
  ],
  ['docker compose exec db psql', 'docker compose exec db psql', 'psql @? [docker db] (docker)'],
  [
    'kubectl -n x exec p -c y -- rm z',
    'kubectl -n x exec p -c y -- rm z',
    'rm z @? [kubectl p] (kubectl)',
  ],
  [
    'npx -y rimraf@3 x; pnpm dlx rimraf y; bundle exec rails db:drop',
    'rimraf x (npx)',
    'rimraf y (pnpm dlx)',
    'rails db:drop (bundle exec)',
  ],
  [
    'uv run python -m x; poetry run alembic downgrade base',
    'python -m x (uv run)',
    'alembic downgrade base (poetry run)',
  ],
  ['busybox rm x; time rm y; ! rm z', 'rm x (busybox)', 'rm y', 'rm z'],
  ['sudo $UNSEEN rm x', 'sudo ?~ rm x', 'unread: `sudo` with options that are not known'],
  [
    'flock /l -c "rm x"; watch rm y; script -qc "rm z"',
    'rm x (flock -c)',
    'rm y (watch) many',
    'script -qc rm z',
    'rm z (script -c)',
  ],
  ['hash -p /bin/rm ls; ls -rf x', 'hash -p /bin/rm ls', '/bin/rm -rf x', 'ls -rf x'],
])

test('quotes and nothings in the name of a program change nothing', () => {
  const plain = read('rm -rf /x')
  for (const name of [
    '\\rm',
    "r'm'",
    'r""m',
    "$'rm'",
    "r$''m",
    'r\\m',
    '"r"m',
    'r\\\nm',
    '${e:-rm}',
  ]) {
    assert.deepEqual(read(`e=; ${name} -rf /x`), plain, name)
  }
})

test('what is too much is refused, soon, and says which limit', () => {
  const size = 60_000
  const hostile = [
    '$('.repeat(size / 2),
    '$('.repeat(size / 4) + ')'.repeat(size / 4),
    '`'.repeat(size),
    'cat <<E\n'.repeat(size / 8),
    'cat ' + '<<E '.repeat(size / 4),
    'echo ' + '{a,b}'.repeat(30),
    'echo {1..999999999}',
    `echo ${'{a,'.repeat(size / 3)}`,
    'f() '.repeat(size / 4),
    'a && '.repeat(size / 5) + 'a',
    'x=xxxxxxxx; ' + 'x=$x$x; '.repeat(40),
    'while a; do '.repeat(20) + 'b' + '; done'.repeat(20),
    'f() { g; g; }; g() { h; h; }; h() { f; f; }; f',
    'x'.repeat(shellLimits.textMax + 1),
    `eval "${'eval \\"'.repeat(50)}`,
  ]
  for (const text of hostile) {
    const started = performance.now()
    const reading = readShell(text, known)
    assert.ok(performance.now() - started < 4000, text.slice(0, 40))
    if (reading.kind === 'refused') assert.match(reading.why, /^(it|not|a|longer|braces|too)\b/)
    else assert.ok(reading.invocations.length <= shellLimits.invocationsMax)
  }
})
