// Real bash against the reading of it: words from a seed, printed by bash one by one, and wherever
// the reading says that it knows a word, bash must have made that same word.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { createDice } from '../../../test/fuzz/mutate.ts'
import type { Dice } from '../../../test/fuzz/mutate.ts'
import { readShell } from './shell.ts'

const hasBash = spawnSync('bash', ['--version']).status === 0
const environment = { HOME: '/home/u', PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' }

const plain = String.raw`a b rm -rf / . 1 2 A = : ~ é \  \\ \" \' \$ \a \{ - + @ # % ! ^ ,`.split(
  ' ',
)
const names = 'x y e u l n IFS HOME 1 2 @ * # arr[@] arr[*] arr[1] arr nowhere'.split(' ')
const bracketed =
  String.raw`{a,b} {1..3} {a,{b,c}} {,x} {a} {a..c} {3..1} {01..03} {1..7..3} {a,b a,b} {"a,b",c} {$x,b} {a\,b,c}
  {} {}a,b} {x,y}{1,2} {a,b}} {{a,b} {..} {-1..1} {$(echo,1),2} {~,b} {a..C} {1..2}.{a,b} \${a,b}`.split(
    /\s+/,
  )
const commands = [
  '$(echo a)',
  '$(echo a b)',
  '`echo q`',
  String.raw`$(printf "%s\n" p q)`,
  '$(echo "$x")',
  '$(basename /a/b.c .c)',
  '$(dirname /a/b)',
  '$((1+2))',
  '$((n*3))',
  '$((n++))',
  '$((7/2))',
  '$(echo $x | tr a-z A-Z)',
  '$(printf "<%s>" $l)',
  "$(cat <<< 'h i')",
]
const ansi = String.raw`a \n \x41 \101 \u0042 \\ \' \t \e \" \q \cA \x4 \U00000043 \0`.split(' ')

function createWords(dice: Dice): () => string {
  const pick = (all: readonly string[]): string => all[dice(all.length)] ?? ''
  const several = (most: number, one: () => string): string =>
    Array.from({ length: dice(most + 1) }, one).join('')
  const operand = (): string =>
    several(3, () =>
      dice(4) === 0 ? parameter() : pick(['a', '/', '*', '?', 'c d', '~', "'q'", '"$x"', '[a-c]']),
    )
  const parameter = (): string => {
    const name = pick(names)
    const removal = pick(['#', '##', '%', '%%', '/', '//', '/#', '/%', ':-', '-', ':+', '+'])
    const after = removal.startsWith('/') ? `${operand()}/${operand()}` : operand()
    const forms = [
      `\${${name}}`,
      `\${${name}${removal}${after}}`,
      `\${#${name}}`,
      '${!r}',
      '$x',
      '$y',
      '$@',
    ]
    const slice = pick([':0', ':1', ': -1', ':1:1', ':0:2', '^', '^^', ',', ',,'])
    return pick([...forms, `\${${name}${slice}}`, `\${u:=${operand()}}`])
  }
  const quoted = (): string =>
    `"${several(3, () => pick(['a', 'b c', "'", '\\"', '\\\\', '\\$', '~', '{a,b}', '*', parameter(), pick(commands)]))}"`
  return () => {
    const kinds = [
      pick(plain),
      pick(plain),
      quoted(),
      `'${pick(['a', 'b c', '$x', '\\', '*', '{a,b}'])}'`,
    ]
    const more = [
      parameter(),
      pick(commands),
      `$'${several(4, () => pick(ansi))}'`,
      pick(bracketed),
    ]
    return Array.from({ length: 1 + dice(4) }, () => pick([...kinds, ...more])).join('')
  }
}

const settings = `x=foo; y='a  b'; e=; unset u; l='p:q  r'; n=5; r=x; arr=(one "two three" four); set -- P1 'P 2'`
const changes = ['', '', '', 'IFS=:', 'IFS=', 'IFS=" :"', 'set --', 'x=$y', 'y=~/z', 'x=~:~/b']

function linesFrom(seed: number, count: number): readonly string[] {
  const dice = createDice(seed)
  const word = createWords(dice)
  return Array.from({ length: count }, () => {
    const change = changes[dice(changes.length)] ?? ''
    const words = Array.from({ length: 1 + dice(3) }, word).join(' ')
    return `${settings}\n${change}\nprintf '<%s>\\0' ${words}`
  })
}

/** What bash made of each line; null where it complained. */
function made(lines: readonly string[]): readonly (readonly string[] | null)[] {
  return lines.map((line) => {
    const run = spawnSync('bash', ['-c', line], { cwd: '/', env: environment, timeout: 5000 })
    if (run.status !== 0 || run.stderr.length > 0) return null
    return run.stdout.toString('utf8').split('\0').slice(0, -1)
  })
}

test(
  'a word that is known is the word that bash makes',
  { skip: hasBash ? false : 'bash is not here to be asked' },
  () => {
    const lines = linesFrom(20, 500)
    const theirs = made(lines)
    let compared = 0
    lines.forEach((line, i) => {
      const real = theirs[i] ?? null
      const reading = readShell(line, { directory: '/', home: '/home/u', variables: environment })
      if (real === null || reading.kind === 'refused') return
      const ours = reading.invocations
        .findLast(({ program }) => program.text === 'printf')
        ?.args.slice(1)
      assert.ok(ours !== undefined, line)
      if (ours.some((word) => word.loose === true || word.glob)) return
      const texts =
        ours.length === 0 ? ['<>'] : ours.map(({ text }) => (text === null ? null : `<${text}>`))
      assert.equal(texts.length, real.length, line)
      texts.forEach((text, at) => {
        if (text !== null) assert.equal(text, real[at], line)
      })
      compared += texts.filter((text) => text !== null).length
    })
    assert.ok(compared > 500, `only ${compared} words were known`)
  },
)

const awkward: readonly string[] = [
  'echo $(case x in a) b;; esac)',
  'cat <<E | sh\nrm x\nE\necho',
  "x=$(cat <<'E'\nit's\nE\n)",
  'echo "$(cat <<E\na)b\nE\n)"',
  'function f\n{\na\n}',
  'if true then echo; fi',
  'echo {a',
  'f() { }',
  'a && && b',
  'case a in b) c; d) e;; esac',
  'echo ${x',
  "echo 'a",
  '((1+2))',
  'for x in a b do echo x; done',
  'a=(1 2',
  'echo `echo \\`echo\\``',
  'cat <<E\n$(cat <<F\nx\nF\n)\nE',
  '! ! a',
  'coproc { a; }',
  'a & & b',
  '[[ a b ]]',
  '{ a; } b',
]

test(
  'what bash refuses is refused, and what it takes is read',
  { skip: hasBash ? false : 'bash is not here to be asked' },
  () => {
    for (const line of awkward) {
      const run = spawnSync('bash', ['-n'], { input: `${line}\n` })
      const taken = run.status === 0 && !/syntax|conditional|unexpected/.test(run.stderr.toString())
      const reading = readShell(line, { directory: '/', home: '/home/u', variables: {} })
      assert.equal(reading.kind, taken ? 'read' : 'refused', line)
    }
  },
)
