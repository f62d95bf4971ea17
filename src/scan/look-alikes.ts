// What looks like a credential and is none: examples, placeholders, references to where the value
// really is, hashes, ids, our own leases. A list that names everything is read by nobody.

const placeholder =
  /(?<![a-z0-9])your|your[-_ ]?(?:api|token|key|secret|pass|own|project|org|access|account)|example|placeholder|change.?me|(?<![a-z0-9])(?:replace|insert|fake|mock|todo|dummy|sample)(?![a-z0-9])|redacted|removed|masked|hidden|censored|x{4,}|\*{3,}|\.{3}|…|<[^>]*>|not[-_ ]?(?:a|the)[-_ ]?real|foobar|lorem|put[-_ ]?it[-_ ]?here|[-_ ](?:goes[-_ ])?here$|^(?:my|the|some|any)[-_ ]?(?:super[-_ ]?)?(?:secret|token|password|api|key)/i

/** `${X}`, `$X`, `{{ x }}`, `%X%`, `os.environ[…]`, `op://…`, `ENC[…]`, `vault:…`, `!Ref`, `arn:…` */
const reference =
  /^hpl_|^holdpoint:|^\$|^\{|\{[\w.:-]+\}|\$\{|\{\{|^%\w+%$|^@?[a-z]\w*\(|\b(?:process\.env|import\.meta\.env|os\.(?:environ|getenv)|env\.|ENV\[|secrets?\.|vars?\.|var\.|local\.|data\.|self\.|this\.)|^(?:op|bws|doppler|ref\+|vault|aws-sm|gcp-sm|ssm|keychain|akv|sops|file|env|infisical|1password|secretref)(?::|\+)|^ENC\[|^!|^arn:|^projects\/[^/]+\/secrets\//

/** Runs of the keyboard and the alphabet that people type instead of a value. */
const sequences = [
  '0123456789',
  '1234567890',
  'abcdefghij',
  'abcd1234',
  'qwertyui',
  'deadbeef',
  'cafebabe',
  '11111111',
  '00000000',
  'aaaaaaaa',
  'ffffffff',
  '12345678',
]

const dictionary = new Set(
  'pass passwd pwd p@ssw0rd password passw0rd postgres mysql mariadb mongodb mongo redis root admin administrator secret secrets changeme default guest user username test tests testing tester development staging production local localhost example docker rabbitmq minio minioadmin minio123 password1 password123 secret123 admin123 root123 hunter2 letmein welcome null none undefined true false empty string token apikey database development_password test_password notsecret nopassword trust pgpassword mypassword supersecret supersecretpassword dev_password devpassword postgrespassword rootpassword mysecretpassword'.split(
    ' ',
  ),
)

/** True for what nobody would accept as a credential, wherever it stands. */
export function isPlaceholder(value: string): boolean {
  if (placeholder.test(value) || reference.test(value)) return true
  const lower = value.toLowerCase()
  if (dictionary.has(lower)) return true
  if (value.length < 64 && sequences.some((run) => lower.includes(run))) return true
  return new Set(lower).size <= Math.min(5, value.length / 3)
}

/** Bits per character of the value's own letters: prose and names are low, random is high. */
export function entropyOf(value: string): number {
  const counts = new Map<string, number>()
  for (const unit of value) counts.set(unit, (counts.get(unit) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length)
  return bits
}

/** A body drawn at random: enough different characters, more than one class of them. */
export function isRandom(body: string): boolean {
  if (isPlaceholder(body)) return false
  if (body.length >= 32 && /^[\d-]+$|^[a-z]+$|^[A-Z]+$/.test(body)) return false
  const least = body.length >= 32 ? 3 : 2.6
  return entropyOf(body) >= (/^[a-f0-9-]+$/i.test(body) ? Math.min(least, 2.6) : least)
}

/** A value of which only its name says that it is secret: must look drawn by a machine. */
export function looksSecret(value: string, strict: boolean): boolean {
  if (isPlaceholder(value) || notSecret.some((pattern) => pattern.test(value))) return false
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((one) => one.test(value)).length
  if (strict && /^[a-z]+(?:[A-Z][a-z]+)+\d?$/.test(value)) return false
  if (!strict) return value.length >= 8 && classes >= 2 && entropyOf(value) >= 2.5
  return value.length >= 16 && /\d/.test(value) && classes >= 2 && entropyOf(value) >= 3.3
}

const notSecret: readonly RegExp[] = [
  /^(?:\.{1,2}|~)?\/(?:[\w.@-]+\/)+[\w.@-]*$|^(?:[\w.-]+[\\/])+[\w.-]+\.\w{1,5}$/, // a path
  /^\w+:\/\/[^@]*$/, // an address without a password
  /^[\w.+-]+@[\w-]+\.[\w.-]+$/, // an e-mail address
  /^\d{4}-\d\d-\d\d/, // a date
  /^v?\d+(?:\.\d+){1,3}(?:[-+.][\w.]+)?$/, // a version
  /^[\d.,_]+(?:ms|s|m|h|d|kb|mb|gb)?$/i,
  /^sha(?:1|256|384|512)[-:]/,
  /^(?:ssh-(?:rsa|ed25519)|ecdsa-\S+) |^AAAA[BCE]3/, // a public key
  /^[A-Za-z]+\d{0,2}(?:[-_.][A-Za-z]+\d{0,2})+$/, // words
  /^[A-Z]+(?:_[A-Z0-9]+)*$/, // the name of a variable
  /^(?:[a-z]+\.)+[A-Za-z]+(?:\[|\(|$)/, // member.access
  /[()]|=>|[^\x21-\x7e]/, // code, prose
]

/** 8-4-4-4-12: an id nearly always, a credential where its name says so */
export const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
