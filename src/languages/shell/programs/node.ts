// What the libraries of node do, a row for each function.
import { hole } from '../pieces.ts'
import { decodeBase64, decodeHex } from '../texts.ts'
import { knownText, piecesOf, text, unknown } from './program.ts'
import {
  carries,
  deletes,
  deletesOne,
  fetches,
  gives,
  joins,
  opens,
  puts,
  requests,
  runs,
  runsOrText,
  spawns,
} from './rows.ts'
import type { Row, Table } from './rows.ts'
import { dynamic, each, decoded, same, joined, loads, sql, home } from './shared.ts'

const files = (prefix: string): Readonly<Record<string, Row>> => ({
  ...each(names(prefix, 'rm rmSync'), deletesOne(false)),
  ...each(names(prefix, 'rmdir rmdirSync unlink unlinkSync'), deletesOne(false)),
  ...each(names(prefix, 'remove removeSync emptyDir emptyDirSync'), deletesOne(true)),
  ...each(
    names(
      prefix,
      'writeFile writeFileSync createWriteStream truncate truncateSync outputFile outputFileSync',
    ),
    puts('truncate'),
  ),
  ...each(names(prefix, 'appendFile appendFileSync'), puts('append')),
  ...each(names(prefix, 'open openSync'), opens),
  ...each(names(prefix, 'readFile readFileSync createReadStream'), puts('read')),
  ...each(names(prefix, 'rename renameSync move moveSync'), carries('move')),
  ...each(names(prefix, 'copyFile copyFileSync cp cpSync copy copySync'), carries('copy')),
})

function names(prefix: string, all: string): string {
  return all.replace(/\S+/g, (name) => `${prefix}.${name}`)
}

export const node: Table = {
  functions: {
    ...files('fs'),
    ...files('fs.promises'),
    ...files('fs/promises'),
    ...files('fsp'),
    ...files('fse'),
    ...files('fs-extra'),
    ...each('rimraf rimraf.sync rimrafSync rimraf.rimraf del deleteSync', deletesOne(true)),
    ...each('shell.rm shelljs.rm', ({ values }, put, receiver) =>
      deletes(true)(
        { values: values.slice(values.length > 1 ? 1 : 0), named: new Map() },
        put,
        receiver,
      ),
    ),
    ...each(
      'child_process.exec child_process.execSync cp.exec cp.execSync execSync shell.exec shelljs.exec execa.command execaCommand $ Bun.$ zx.$',
      runs,
    ),
    ...each(
      'child_process.spawn child_process.spawnSync child_process.execFile child_process.execFileSync child_process.fork cp.spawn cp.spawnSync cp.execFile cp.execFileSync spawn spawnSync execFile execFileSync execa execa.execa execaSync Deno.run',
      spawns,
    ),
    ...each('Bun.spawn Bun.spawnSync', runsOrText),
    ...each('Deno.remove Deno.removeSync', deletesOne(false)),
    ...each('Deno.writeTextFile Deno.writeTextFileSync Deno.writeFile Bun.write', puts('truncate')),
    ...each(
      'eval Function vm.runInThisContext vm.runInNewContext vm.runInContext vm.Script vm.compileFunction globalThis.eval global.eval Module._load',
      dynamic,
    ),
    ...each(names('process', 'binding dlopen'), dynamic),
    ...each(`require import module.require ${names('process', 'getBuiltinModule')}`, loads),
    ...each('path.join', joins),
    ...each('path.resolve', joins),
    ...each('path.normalize String decodeURIComponent', same),
    ...each(
      'os.homedir',
      gives(() => text([home])),
    ),
    ...each(
      'os.tmpdir',
      gives(() => text(['/tmp'])),
    ),
    atob: decoded(decodeBase64),
    'Buffer.from': gives((value, { values }) => {
      const [known, encoding] = [knownText(value), knownText(values[1])]
      const made =
        known === null
          ? null
          : encoding === 'base64'
            ? decodeBase64(known)
            : encoding === 'hex'
              ? decodeHex(known)
              : known
      return made === null ? unknown : text([made])
    }),
    'String.fromCharCode': ({ values }) =>
      text(
        values.flatMap((one) => (one.kind === 'number' ? [String.fromCharCode(one.number)] : hole)),
      ),
    ...each(
      'fetch axios axios.request request got undici.fetch undici.request http.request https.request http.get https.get',
      fetches,
    ),
    ...Object.fromEntries(
      ['axios', 'got', 'ky', 'superagent'].flatMap((name) =>
        ['get', 'post', 'put', 'delete', 'patch', 'head'].map((verb) => [
          `${name}.${verb}`,
          requests(verb),
        ]),
      ),
    ),
  },
  methods: {
    ...each('rmSync rmdirSync unlinkSync rimraf unlink', deletesOne(false)),
    ...each('writeFileSync', puts('truncate')),
    ...each('execSync execFileSync spawnSync', runs),
    ...each('toString trim', (_, __, receiver) => (receiver?.kind === 'text' ? receiver : unknown)),
    concat: ({ values }, _, receiver) =>
      receiver?.kind === 'text' ? text([receiver, ...values].flatMap(piecesOf)) : unknown,
    join: joined,
    constructor: dynamic,
    ...sql,
  },
  bare: [],
  doubtful: /\b(?:constructor\.constructor|prototype\.constructor|mainModule)\b/,
}
