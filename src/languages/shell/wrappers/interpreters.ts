// Shells: a script in a word, in the input, or in a file that is not read here.
import { inputOf } from '../invoke.ts'
import { baseOf } from './wrapper.ts'
import type { Taken, Wrapper } from './wrapper.ts'

const shells = ['bash', 'sh', 'zsh', 'dash', 'ksh', 'mksh', 'ash', 'rbash', 'ksh93', 'yash', 'posh']
/** Of other grammars: their scripts are not read as bash. */
const strangers = ['fish', 'csh', 'tcsh', 'nu', 'elvish', 'xonsh', 'pwsh', 'powershell', 'rc', 'es']

const shell: Wrapper = (run, command) => {
  const { argv } = command
  const name = baseOf(argv[0])
  let script = false
  let fromInput = false
  let at = 1
  for (; at < argv.length; at++) {
    const field = argv[at]
    const text = field?.text ?? null
    if (field === undefined || text === null || !/^[-+]./.test(text)) break
    if (text === '--') {
      at++
      break
    }
    if (/^--(rcfile|init-file)$/.test(text)) at++
    if (text.startsWith('--')) continue
    if (text.startsWith('-') && text.includes('c')) script = true
    if (text.startsWith('-') && text.includes('s')) fromInput = true
    if (/[oO]$/.test(text)) at++
  }
  if (argv[at]?.text === '-') at++
  const [first, ...rest] = argv.slice(at)
  if (
    first?.text === null &&
    !script &&
    (first.pieces[0] === null || first.loose === true) &&
    first.written === undefined
  ) {
    return {
      inner: [{ kind: 'unread', why: `\`${name}\` with words that are not known` }],
      listed: true,
    }
  }
  if (script) {
    if (first === undefined) return null
    return {
      inner: [
        { kind: 'text', text: first.pieces, positional: rest.slice(1), through: `${name} -c` },
      ],
      listed: true,
    }
  }
  if (first?.written !== undefined) {
    return {
      inner: [{ kind: 'text', text: first.written, positional: rest, through: name }],
      listed: true,
    }
  }
  const standard = /^(\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(first?.text ?? '')
  if (first !== undefined && !fromInput && !standard) return null
  const input = inputOf(run, command)
  if (input.kind !== 'text') return null
  return {
    inner: [
      {
        kind: 'text',
        text: [input.text],
        positional: fromInput ? argv.slice(at) : rest,
        through: name,
        input: { kind: 'nothing' },
      },
    ],
    listed: true,
  }
}

/** Another language: only that something runs is known. */
const stranger: Wrapper = (run, command): Taken | null => {
  const name = baseOf(command.argv[0])
  const given = command.argv.some((field) =>
    /^-(c|-command|Command|enc|EncodedCommand)/i.test(field.text ?? '-c'),
  )
  const { kind } = inputOf(run, command)
  if (!given && kind !== 'text' && kind !== 'pipe') return null
  return { inner: [{ kind: 'unread', why: `a script for \`${name}\`` }], listed: true }
}

export const interpreters: Readonly<Record<string, Wrapper>> = {
  ...Object.fromEntries(shells.map((name) => [name, shell])),
  ...Object.fromEntries(strangers.map((name) => [name, stranger])),
}
