// mongosh and the programs beside it. What it is given is JavaScript: it is read by the names that
// it calls, and only where every one of them is known.
// https://www.mongodb.com/docs/mongodb-shell/reference/methods
import type { Effect } from '../../../domain/effect.ts'
import type { Word } from '../../../languages/shell/syntax.ts'
import type { CommandRow } from '../commands.ts'
import { destroy, disarm, escalate, read, resource, unknown, write } from '../effects.ts'
import { command } from '../row.ts'
import type { Call, Meaning, Meant } from '../row.ts'
import { fileUnknown, inputOf, none, only, together, withoutPassword } from './statements.ts'

type Kind = 'read' | 'write' | 'destroy' | 'disarm' | 'escalate'

const words: Readonly<Record<Kind, string>> = {
  read: `find findOne countDocuments estimatedDocumentCount count distinct aggregate explain
    toArray limit skip sort pretty hint project projection batchSize maxTimeMS forEach map
    filter reduce getIndexes getIndices getCollectionNames getCollectionInfos getCollection
    getSiblingDB getMongo getDB getDBs getDBNames getName stats dataSize storageSize
    totalSize totalIndexSize serverStatus hostInfo version isMaster hello status conf config
    printjson print printjsononelines tojson length hasNext next itcount size join keys
    values entries toString ISODate ObjectId NumberLong NumberInt NumberDecimal Date UUID
    Timestamp RegExp stringify parse log dir table connectionStatus ping buildInfo currentOp
    getUsers getUser getRoles getRole listCommands help validate latencyStats isCapped
    getProfilingStatus getProfilingLevel getLogComponents slice includes push concat Object
    Array String Number Boolean BSON EJSON sum min max round floor printShardingStatus
    printReplicationInfo printSecondaryReplicationInfo rs sh setReadPref readPref comment
    collation allowDiskUse noCursorTimeout objsLeftInBatch sleep use isInteger`,
  write: `insert insertOne insertMany updateOne updateMany update save createCollection
    createIndex createIndexes ensureIndex createView reIndex collMod unhideIndex hideIndex
    runCommandWithTransaction startSession startTransaction commitTransaction
    abortTransaction getSession enableSharding shardCollection fsyncLock fsyncUnlock compact
    setProfilingLevel`,
  destroy: `drop dropDatabase deleteOne deleteMany remove findOneAndDelete findOneAndReplace
    replaceOne findAndModify findOneAndUpdate bulkWrite initializeUnorderedBulkOp
    initializeOrderedBulkOp dropIndex dropIndexes dropSearchIndex dropUser dropAllUsers
    dropRole dropAllRoles renameCollection convertToCapped shutdownServer killOp removeShard
    stepDown reconfig cloneCollection copyDatabase resetError truncate evict purge destroy
    delete dropConnections`,
  disarm: `setFeatureCompatibilityVersion disableBalancing stopBalancer disableFreeMonitoring`,
  escalate: `createUser updateUser changeUserPassword createRole updateRole grantRolesToUser
    grantPrivilegesToRole grantRolesToRole auth logout`,
}

const kinds: ReadonlyMap<string, Kind> = new Map(
  (Object.entries(words) as [Kind, string][]).flatMap(([kind, text]) =>
    text.split(/\s+/).map((name) => [name, kind] as const),
  ),
)

/** Stages and commands given as data: `{ $out: … }`, `{ dropDatabase: 1 }`. */
const dataThatRemoves =
  /['"]?\b(\$out|\$merge|dropDatabase|dropUser|dropAllUsersFromDatabase|dropIndexes|dropRole|shutdown|delete|findAndModify|renameCollection|convertToCapped|replSetReconfig|killAllSessions)\b['"]?\s*:/
const dataThatRuns = /['"]?(\$where|\$function|\$accumulator|mapReduce|eval)['"]?\s*:/

/** Total. */
export function readMongo(text: string, target: string | null): Meant {
  const on = resource('mongodb', 'database', target)
  const shown = text.trim()
  if (/^(show\s+\w+|use\s+[\w-]+|help|exit|quit|it|db|db\.help\(\))\s*;?$/.test(shown)) return none
  if (text.length > 100_000) return only(unknown('the script is too long to be read here'))
  const plain = dotted(withoutStrings(text))
  const called = [...plain.matchAll(/([\w$]+)\s*(?:\?\.\s*)?\(/g)].map(([, name = '']) => name)
  const known = called
    .filter(
      (name) => !/^(if|for|while|switch|return|function|catch|typeof|new|await|async)$/.test(name),
    )
    .map((name) => kinds.get(name) ?? null)
  const effects: Effect[] = []
  if (known.includes('destroy') || dataThatRemoves.test(text)) effects.push(gone(on, text))
  if (known.includes('escalate')) effects.push(escalate(on, 'some'))
  if (known.includes('disarm')) effects.push(disarm(on, 'some'))
  if (known.includes('write')) effects.push(write(on))
  const computed = /\]\s*(\?\.\s*)?\(/.test(plain)
  const hidden =
    computed ||
    /`|\bFunction\b|\\u|\.(call|apply|bind)\b|\bthis\b|\bload\b|=>?\s*db\.\w+\.\w+\s*[;,)]/.test(
      plain,
    )
  if (
    known.includes(null) ||
    hidden ||
    dataThatRuns.test(text) ||
    /\b(adminCommand|runCommand)\b/.test(plain)
  ) {
    effects.push(unknown('what this script calls is not known here'))
  }
  return only(...(effects.length > 0 ? effects : [read(on, 'some')]))
}

function gone(on: ReturnType<typeof resource>, text: string): Effect {
  return destroy(on, /dropDatabase/.test(text) ? 'whole' : 'some')
}

/** Strings become empty, but for those that name a member: `db["users"]`. */
function withoutStrings(text: string): string {
  return text
    .replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ')
    .replaceAll(/\[\s*(['"])([\w$]+)\1\s*\]/g, '.$2')
    .replaceAll(/'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/g, "''")
}

function dotted(text: string): string {
  return text.replaceAll(/\s*\.\s*/g, '.')
}

const valued = [
  ...['--eval', '--file', '-f', '--host', '--port', '-u', '--username', '-p', '--password'],
  ...[
    '--authenticationDatabase',
    '--authenticationMechanism',
    '--tlsCAFile',
    '--tlsCertificateKeyFile',
  ],
  ...['--db', '-d', '--collection', '-c', '--out', '-o', '--uri', '--query', '-q', '--fields'],
  ...['--nsInclude', '--nsExclude', '--nsFrom', '--nsTo', '--archive', '--dir', '--type', '--mode'],
]

function mongosh({ args, invocation }: Call): Meant {
  if (args.says('--help', '--version', '-h')) return none
  const [first, ...rest] = args.operands
  const isFile = ({ text }: Word) => text === null || /\.(js|mongodb|mjs|cjs)$/.test(text)
  const scripts = [...args.values('-f', '--file'), ...args.operands.filter(isFile)]
  const target = withoutPassword(first !== undefined && !isFile(first) ? first.text : null)
  const evaluated = args
    .values('--eval')
    .map((word) =>
      word.text === null
        ? only(unknown('the script is not known here'))
        : readMongo(word.text, target),
    )
  const parts = [...evaluated, ...scripts.map((word) => fileUnknown(word))]
  if (parts.length > 0 || rest.length > 0) return together(parts)
  return inputOf(invocation.input, (text) => readMongo(text, target))
}

const restores: Meaning = ({ args }) => {
  if (args.says('--dryRun')) return []
  const name = args.value('--db', '-d')?.text ?? withoutPassword(args.value('--uri')?.text ?? null)
  const on = resource('mongodb', 'database', name)
  return args.has('--drop') ? [destroy(on, 'some')] : [write(on)]
}

const dumps: Meaning = ({ args }) => [
  read(resource('mongodb', 'database', args.value('--db', '-d')?.text ?? null)),
]

export const mongoRows: readonly CommandRow[] = [
  command(['mongosh', 'mongo'], { valued }, mongosh),
  command(['mongorestore', 'mongoimport'], { valued }, restores),
  command(['mongodump', 'mongoexport', 'mongostat', 'mongotop', 'bsondump'], { valued }, dumps),
  command(['mongofiles'], { valued }, ({ args }) => {
    const on = resource('mongodb', 'file', args.operands[1]?.text ?? null)
    const verb = args.operands[0]?.text ?? ''
    if (/^(list|search|get|get_id|get_regex)$/.test(verb)) return []
    return /^(delete|delete_id)$/.test(verb) ? [destroy(on)] : [write(on)]
  }),
]
