// Where the parser, bash and sh read one text in different ways, nothing may run unseen.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { readShell } from './shell.ts'

const joined = '\\\n'
const inIndex = 'a[$(touch HIT)]'

/** Each of them makes HIT, in bash. */
const hiding: readonly string[] = [
  `x=HIT; touch $${joined}x`,
  `x=a; xy=HIT; touch $x${joined}y`,
  `x=a; xy=HIT; touch "$x${joined}y"`,
  `x=HIT; touch $${joined}{x}`,
  `touch $${joined}'HIT'`,
  `x=HIT; echo \`touch $\\${joined}x\``,
  `x=a; xy=HIT; sh <<E\ntouch $x${joined}y\nE`,
  `x='${inIndex}'; ((x))`,
  `x='${inIndex}'; y=x; echo $((y + 1))`,
  `((  $(echo '${inIndex}') ))`,
  `x='${inIndex}'; for ((x; 0;)); do :; done`,
  `x='${inIndex}'; [[ x -eq 0 ]]`,
  `[[ -v '${inIndex}' ]]`,
  `test -v '${inIndex}'`,
  `[ -v '${inIndex}' ]`,
  `x='${inIndex}'; y=abc; echo \${y:x}`,
  `x='${inIndex}'; a=(1); echo \${a[x]}`,
  `x='${inIndex}'; b[x]=1`,
  `x='${inIndex}'; echo \${!x}`,
  `printf -v '${inIndex}' b`,
  `read '${inIndex}' <<< b`,
  `declare '${inIndex}=1'`,
  `declare -i n='${inIndex}'`,
  `declare -i n; n='${inIndex}'`,
  `declare -n r='${inIndex}'; echo $r`,
  `a=(1); unset '${inIndex}'`,
  `let '${inIndex}=1'`,
  `exec {${inIndex}}>/dev/null`,
  `x='$(touch HIT)'; echo \${x@P}`,
  `PS4='$(touch HIT)'; set -x; :`,
  `BASH_ENV='$(touch HIT)' bash -c :`,
]

/** Each of them makes HIT in a plain sh, and bash reads something else. */
const inSh: readonly string[] = [
  '((touch HIT))',
  '[[ x || touch == HIT ]]',
  '[[ HIT > HIT ]]',
  "echo $'\\' ; touch HIT #'",
  `echo "\${x:-'}"; touch HIT; : "'}"`,
  'x=HIT; declare x=a; touch $x',
  'x=HIT; x+=a; touch $x',
  'function f {\ntouch HIT\n}',
]

const harmless: readonly string[] = [
  `echo $x ${joined}  y`,
  'i=1; ((i++)); echo $((i * 2))',
  'x=\'a [b] `c` $(d)\'; echo "$x"',
  'a=(1 2); i=0; echo ${a[i]} ${a[$i]} ${a[$((i + 1))]}',
  '[[ -v x && $i -lt 3 || a > b ]]',
  `echo "\${x:-a}" "\${x//'/'/_}" \${x:-'}'}`,
  "declare -i n=3; read -r a b <<< 'c d'; unset 'a[1]'; printf -v m '%s' '[x] $(y)'",
  'sh -c \'[[ -f a ]] || [ "$x" = b ]; echo $((1 + 2)) "${x:-y}"\'',
  'PS4="+ "; set -x; :',
  'function f { echo a; }; f; x+=b',
]

function makes(shell: string, text: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'otherwise-'))
  try {
    spawnSync(shell, ['-c', text], { cwd: folder, timeout: 5000, stdio: 'ignore' })
    return existsSync(join(folder, 'HIT'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function isSeen(text: string): boolean {
  const reading = readShell(text, { directory: '/w', home: '/home/u', variables: {} })
  if (reading.kind === 'refused' || reading.unread.length > 0) return true
  return reading.invocations.some(
    ({ program, args }) => program.text === 'touch' && args.some(({ text: one }) => one === 'HIT'),
  )
}

const has = (shell: string): boolean => spawnSync(shell, ['-c', ':']).status === 0

test('what bash runs is seen', { skip: has('bash') ? false : 'bash is not here' }, () => {
  for (const text of hiding) {
    assert.ok(makes('bash', text), `bash makes nothing of ${text}`)
    assert.ok(isSeen(text), text)
  }
})

test('what a plain sh runs is seen', { skip: has('dash') ? false : 'dash is not here' }, () => {
  for (const text of inSh) {
    assert.ok(makes('dash', text), `dash makes nothing of ${text}`)
    for (const by of [`sh <<'E'\n${text}\nE`, `sh -c '${text.replaceAll("'", "'\\''")}'`]) {
      assert.ok(isSeen(by), by)
    }
    const carried = readShell(text, { directory: '/w', home: null, variables: {}, shell: 'sh' })
    assert.ok(carried.kind === 'refused' || carried.unread.length > 0, text)
  }
})

test('what only looks like it is read', () => {
  for (const text of harmless) {
    const reading = readShell(text, { directory: '/w', home: '/home/u', variables: {} })
    assert.ok(reading.kind === 'read', text)
    assert.deepEqual(reading.unread, [], text)
  }
})
