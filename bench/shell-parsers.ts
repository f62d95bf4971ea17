// `node bench/shell-parsers.ts`: what the shell's parser costs, alone and with all that is read
// after it: cold, per line, and at its worst. Figures: docs/decisions/shell-parser.md.
import { parse } from 'unbash'

const lines = [
  'git status',
  'rm -rf node_modules && npm ci',
  'cd packages/api && DATABASE_URL="$X" npx prisma migrate deploy',
  `for f in a b c; do sudo rm -rf "/srv/$f"/{old,new}; done`,
  `echo cm0gLXJmIC8= | base64 -d | sh`,
  `ssh -p 22 host 'cd /srv && docker compose exec db psql -c "DROP TABLE x"'`,
  `python3 - <<'E'\nimport shutil\nshutil.rmtree('/x')\nE`,
]
const known = { directory: '/w', home: '/home/u', variables: { PATH: '/usr/bin' } }

const size = 120_000
const hostile = {
  'nested $(': '$('.repeat(size / 2),
  backticks: '`'.repeat(size),
  'here-documents': 'cat <<E\n'.repeat(size / 8),
  braces: `echo ${'{a,'.repeat(size / 3)}`,
  parentheses: '('.repeat(size),
  'a && a': `${'a && '.repeat(size / 5)}a`,
  loops: `${'while a; do '.repeat(20)}b${'; done'.repeat(20)}`,
}

function milliseconds(run: () => void): number {
  const started = performance.now()
  run()
  return performance.now() - started
}

function perLine(one: (line: string) => void): string {
  for (let i = 0; i < 2000; i++) one(lines[i % lines.length] ?? '')
  const rounds = Array.from({ length: 21 }, () =>
    milliseconds(() => {
      for (let i = 0; i < 700; i++) one(lines[i % lines.length] ?? '')
    }),
  ).toSorted((a, b) => a - b)
  return `${(((rounds[10] ?? 0) / 700) * 1000).toFixed(0)} µs`
}

const started = performance.now()
const { readShell } = await import('../src/languages/shell/shell.ts')
const loaded = performance.now() - started
const first = milliseconds(() => readShell(lines[3] ?? '', known))
console.log(`reading: loaded in ${loaded.toFixed(0)} ms, first line ${first.toFixed(1)} ms`)
console.log(`parse: ${perLine((line) => parse(line))} per line`)
console.log(`read: ${perLine((line) => readShell(line, known))} per line`)
for (const [name, text] of Object.entries(hostile)) {
  const spent = milliseconds(() => readShell(text, known))
  const { kind } = readShell(text, known)
  console.log(`${name}, ${text.length} characters: ${kind} in ${spent.toFixed(0)} ms`)
}
