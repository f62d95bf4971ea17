// What the libraries of python do, a row for each function.
import { decodeBase64, decodeHex } from '../texts.ts'
import { unknown } from './program.ts'
import {
  carries,
  deletesOne,
  deletesReceiver,
  fetches,
  gives,
  joins,
  opens,
  puts,
  putsReceiver,
  replaces,
  requests,
  requestsAny,
  runs,
  runsOrText,
  runsWords,
} from './rows.ts'
import type { Table } from './rows.ts'
import {
  dynamic,
  each,
  decoded,
  same,
  path,
  expands,
  characters,
  joined,
  loads,
  attribute,
  sql,
  home,
} from './shared.ts'

export const python: Table = {
  functions: {
    ...each('os.remove os.unlink os.rmdir os.removedirs', deletesOne(false)),
    'shutil.rmtree': deletesOne(true),
    ...each('shutil.move os.rename os.replace os.renames', carries('move')),
    ...each('shutil.copy shutil.copyfile shutil.copy2 shutil.copytree', carries('copy')),
    ...each('open io.open codecs.open os.fdopen', opens),
    'os.truncate': puts('truncate'),
    ...each(
      'os.system os.popen subprocess.getoutput subprocess.getstatusoutput commands.getoutput popen2.popen2 asyncio.create_subprocess_shell',
      runs,
    ),
    ...each(
      'subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen',
      runsOrText,
    ),
    ...each(
      'os.execv os.execve os.execvp os.execvpe os.execl os.execle os.execlp os.execlpe',
      replaces,
    ),
    ...each(
      'os.spawnl os.spawnle os.spawnlp os.spawnv os.spawnve os.spawnvp os.posix_spawn os.posix_spawnp',
      (given, put, receiver) =>
        replaces(
          {
            ...given,
            values: given.values[0]?.kind === 'text' ? given.values : given.values.slice(1),
          },
          put,
          receiver,
        ),
    ),
    'pty.spawn': runsOrText,
    'asyncio.create_subprocess_exec': (given, put, receiver) =>
      runsWords({ ...given, values: [{ kind: 'list', items: given.values }] }, put, receiver),
    ...each(
      'exec eval compile execfile runpy.run_path runpy.run_module marshal.loads pickle.loads types.FunctionType code.InteractiveInterpreter ctypes.CDLL globals locals vars',
      dynamic,
    ),
    ...each('__import__ importlib.import_module', loads),
    getattr: attribute,
    ...each('os.path.join posixpath.join', joins),
    ...each('Path pathlib.Path pathlib.PurePath pathlib.PosixPath', path),
    ...each('os.path.expanduser', expands),
    ...each('os.path.abspath os.path.normpath os.path.realpath os.fspath str bytes', same),
    ...each('base64.b64decode base64.standard_b64decode base64.decodebytes', decoded(decodeBase64)),
    ...each('bytes.fromhex binascii.unhexlify', decoded(decodeHex)),
    chr: characters,
    'Path.home': gives(() => ({ kind: 'path', pieces: [home] })),
    'pathlib.Path.home': gives(() => ({ kind: 'path', pieces: [home] })),
    ...Object.fromEntries(
      ['requests', 'httpx', 'requests.Session', 'session', 'client'].flatMap((name) =>
        ['get', 'post', 'put', 'delete', 'patch', 'head'].map((verb) => [
          `${name}.${verb}`,
          requests(verb),
        ]),
      ),
    ),
    ...each('requests.request httpx.request', requestsAny),
    ...each('urllib.request.urlopen urllib.request.Request', fetches),
  },
  methods: {
    ...each('unlink rmdir', deletesReceiver(false)),
    rmtree: (given, put, receiver) =>
      (given.values.length > 0 ? deletesOne(true) : deletesReceiver(true))(given, put, receiver),
    ...each('write_text write_bytes', putsReceiver('truncate')),
    ...each('read_text read_bytes', putsReceiver('read')),
    open: (given, put, receiver) =>
      receiver?.kind === 'path'
        ? opens({ ...given, values: [receiver, ...given.values] }, put, null)
        : unknown,
    ...each('rename replace', (given, put, receiver) =>
      receiver?.kind === 'path'
        ? carries('move')({ ...given, values: [receiver, ...given.values] }, put, null)
        : unknown,
    ),
    joinpath: ({ values }, put, receiver) =>
      joins({ values: [receiver ?? unknown, ...values], named: new Map() }, put, null),
    ...each('resolve expanduser absolute', (_, __, receiver) => receiver ?? unknown),
    ...each('decode encode strip', (_, __, receiver) =>
      receiver?.kind === 'text' ? receiver : unknown,
    ),
    join: joined,
    ...sql,
  },
  bare: [],
  doubtful:
    /__(?:dict|class|subclasses|globals|builtins|getattribute|mro|base|loader|code)__|^sys\.modules/,
}
