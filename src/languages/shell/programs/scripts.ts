// What the libraries of perl, ruby, php do, a row for each function.
import { decodeBase64, decodeHex } from '../texts.ts'
import { knownText, text, unknown } from './program.ts'
import {
  carries,
  deletes,
  deletesOne,
  deletesReceiver,
  gives,
  joins,
  opens,
  puts,
  queries,
  requests,
  runs,
  runsOrText,
  runsWords,
  spawns,
} from './rows.ts'
import type { Row, Table } from './rows.ts'
import {
  dynamic,
  each,
  decoded,
  same,
  path,
  expands,
  characters,
  joined,
  sql,
  home,
} from './shared.ts'

export const perl: Table = {
  functions: {
    ...each('unlink rmdir', deletes(false)),
    ...each('rmtree remove_tree File.Path.remove_tree File.Path.rmtree', deletes(true)),
    ...each('system exec', runsWords),
    ...each('rename move File.Copy.move', carries('move')),
    ...each('copy File.Copy.copy', carries('copy')),
    truncate: puts('truncate'),
    open: ({ values }, put, receiver) => {
      const mode = knownText(values[1]) ?? ''
      const piped = /^\s*\||\|\s*$|^[-|]/.test(mode)
      if (piped && values.length > 2)
        return runsWords({ values: values.slice(2), named: new Map() }, put, receiver)
      if (piped)
        return runs(
          { values: [text([mode.replace(/^\s*\||\|\s*$/g, '')])], named: new Map() },
          put,
          receiver,
        )
      const [, sign = '<', rest = ''] = /^\s*([+<>]*)(?::\S+)?\s*(.*)$/s.exec(mode) ?? []
      const target = values[2] ?? (rest === '' ? unknown : text([rest]))
      const as = sign === '' || sign === '<' ? 'r' : sign
      return opens({ values: [target, text([as])], named: new Map() }, put, receiver)
    },
    ...each('eval do require', dynamicText()),
    ...each('decode_base64 MIME.Base64.decode_base64', decoded(decodeBase64)),
    chr: characters,
    qw: same,
    ...each(
      'glob',
      gives(() => unknown),
    ),
  },
  methods: {
    ...sql,
    ...each('remove_tree rmtree', deletes(true)),
    ...each('remove unlink', deletesReceiver(false)),
  },
  bare: 'unlink rmdir rmtree remove_tree system exec rename open eval require truncate'.split(' '),
  doubtful: /^$/,
}

/** `eval { … }` is a block, `eval "…"` is code. */
function dynamicText(): Row {
  return ({ values }, put, receiver) => {
    const [first] = values
    if (first === undefined || first.kind === 'object' || first.kind === 'number') return undefined
    const plain = first.kind === 'name' && /^[A-Z]/.test(first.name)
    return plain ? undefined : dynamic({ values, named: new Map() }, put, receiver)
  }
}

export const ruby: Table = {
  functions: {
    ...each(
      'FileUtils.rm FileUtils.rm_f FileUtils.remove FileUtils.safe_unlink FileUtils.rmdir',
      deletes(false),
    ),
    ...each(
      'FileUtils.rm_r FileUtils.rm_rf FileUtils.rmtree FileUtils.remove_dir FileUtils.remove_entry FileUtils.remove_entry_secure',
      deletesOne(true),
    ),
    ...each('rm_rf rm_r', deletesOne(true)),
    ...each('File.delete File.unlink Dir.rmdir Dir.delete Dir.unlink', deletes(false)),
    ...each('FileUtils.mv FileUtils.move File.rename', carries('move')),
    ...each('FileUtils.cp FileUtils.cp_r FileUtils.copy', carries('copy')),
    ...each('File.write IO.write File.truncate File.binwrite', puts('truncate')),
    ...each('File.read IO.read File.readlines', puts('read')),
    ...each('File.open File.new open', opens),
    ...each(
      'system exec spawn Kernel.system Kernel.exec Process.spawn IO.popen Open3.capture2 Open3.capture3 Open3.capture2e Open3.popen3',
      runsWords,
    ),
    ...each(
      'eval instance_eval class_eval module_eval Kernel.eval binding.eval Marshal.load',
      dynamic,
    ),
    ...each('send public_send __send__ method define_method const_get Object.const_get', dynamic),
    ...each('File.join', joins),
    ...each('File.expand_path', expands),
    ...each('Pathname Pathname.new', path),
    ...each(
      'Dir.home',
      gives(() => text([home])),
    ),
    ...each('Base64.decode64 Base64.strict_decode64', decoded(decodeBase64)),
    ...each('URI URI.parse String', same),
    'Net.HTTP.get': requests('get'),
    'Net.HTTP.post': requests('post'),
    ...Object.fromEntries(
      ['HTTParty', 'Faraday', 'RestClient'].flatMap((name) =>
        ['get', 'post', 'put', 'delete', 'patch'].map((verb) => [
          `${name}.${verb}`,
          requests(verb),
        ]),
      ),
    ),
  },
  methods: {
    ...each('delete unlink', (given, put, receiver) =>
      receiver?.kind === 'path' ? deletesReceiver(false)(given, put, receiver) : undefined,
    ),
    rmtree: deletesReceiver(true),
    ...each('instance_eval class_eval send public_send __send__', dynamic),
    join: joined,
    ...sql,
  },
  bare: `FileUtils.rm FileUtils.rm_f FileUtils.rm_r FileUtils.rm_rf FileUtils.rmtree
    FileUtils.remove_dir FileUtils.remove_entry FileUtils.remove FileUtils.mv FileUtils.cp
    FileUtils.cp_r File.delete File.unlink Dir.rmdir Dir.delete File.write File.rename
    system exec spawn eval rm_rf rm_r IO.popen execute send public_send
    FileUtils.remove_entry_secure Kernel.system`.split(/\s+/),
  doubtful: /^$/,
}

export const php: Table = {
  functions: {
    ...each('unlink rmdir', deletesOne(false)),
    ...each('rename', carries('move')),
    ...each('copy', carries('copy')),
    ...each('file_put_contents', puts('truncate')),
    file_get_contents: (given, put, receiver) =>
      /^https?:/.test(knownText(given.values[0]) ?? '')
        ? requests('get')(given, put, receiver)
        : puts('read')(given, put, receiver),
    fopen: opens,
    ...each('exec shell_exec system passthru popen', (given, put, receiver) =>
      runs({ ...given, values: given.values.slice(0, 1) }, put, receiver),
    ),
    proc_open: runsOrText,
    pcntl_exec: spawns,
    ...each(
      'eval assert create_function call_user_func call_user_func_array unserialize include_once ReflectionFunction',
      dynamic,
    ),
    base64_decode: decoded(decodeBase64),
    hex2bin: decoded(decodeHex),
    chr: characters,
    ...each('mysqli_query pg_query mysql_query', queries(true)),
  },
  methods: sql,
  bare: [],
  doubtful: /^$/,
}
