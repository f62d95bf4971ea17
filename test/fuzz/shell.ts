import assert from 'node:assert/strict'

import { shellLimits } from '../../src/languages/shell/limits.ts'
import { readProgram } from '../../src/languages/shell/programs.ts'
import { readShell } from '../../src/languages/shell/shell.ts'
import type { Program } from '../../src/languages/shell/syntax.ts'
import type { Dice } from './mutate.ts'
import { inTime } from './target.ts'
import type { FuzzTarget } from './target.ts'

const known = { directory: '/w', home: '/home/u', variables: { HOME: '/home/u', A: 'a b' } }

const pieces =
  String.raw`rm -rf / "$A" $A ${'$'}{A:-b} ${'$'}{A%b} ${'$'}{A//a/$B} $( ) ( ) { ; } ; && || | & if
  then else fi for x in do done while case esac ;; f() { f } <<E <<'E' E <<< < > >> 2>&1 ~
  * {a,b} {1..3} ' " $' \ # ! [[ ]] (( )) $(( 1 + x++ )) sudo env xargs -I{} find -exec {}
  \; bash -c eval ssh h docker exec trap EXIT cd - export local unset set -- -e read exit
  break return echo printf %s base64 -d | sh a=(1 2) ${'$'}{a[@]} $@ $* $# $1 alias x=
  source <( ) function`.split(/\s+/)

const languages: readonly Program['language'][] = ['python', 'node', 'perl', 'ruby', 'php']

/** Total, in time, within the text and the limits: whatever it is. */
export const fuzzShell: FuzzTarget = {
  name: 'shell',
  seedInputs: [
    'for x in a "b c"; do sudo -u y rm -rf "$x"/{1..3} ~/*; done && echo $(( 1 + 2 )) || exit 1',
    'bash <<\'E\'\nf() { local x=$1; rm "${x%%/*}"; }\nf a/b\nE\ncat <<E | sh\nrm $HOME\nE',
    `ssh h 'cd /x && rm *' ; find . -name '*.o' -exec rm {} + ; echo a | xargs -I{} rm {} $'\\x41'`,
    'case $1 in a|b) X=1;; *) X=2;; esac; trap \'rm $X\' EXIT; while read y; do eval "$y"; done < z',
    "import os; os.remove(f'{x}/a'); require('fs').rmSync(`${y}`); system(\"rm $z\"); `ls`",
  ],
  generate(dice: Dice): Uint8Array {
    const words = Array.from({ length: 1 + dice(40) }, () => pieces[dice(pieces.length)] ?? '')
    return new TextEncoder().encode(
      words.map((word) => word + (dice(6) === 0 ? '\n' : ' ')).join(''),
    )
  },
  check(input) {
    const text = new TextDecoder().decode(input)
    // Half a second is for the worst that the limits let pass; what people write takes one or two.
    inTime(() => readShell(text, known), 500)
    const reading = readShell(text, known)
    if (reading.kind === 'read') {
      assert.ok(reading.invocations.length <= shellLimits.invocationsMax)
      for (const { span } of [...reading.invocations, ...reading.unread]) {
        assert.ok(span[0] >= 0 && span[0] <= span[1] && span[1] <= text.length, String(span))
      }
      for (const { input: from } of reading.invocations) {
        assert.ok(from.kind !== 'pipe' || from.from < reading.invocations.length)
      }
    }
    for (const language of languages) {
      inTime(() => readProgram({ language, text }), 500)
    }
  },
}
