import { X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rootCertificates } from 'node:tls'

import { connectControl } from '../../api/control-client.ts'
import { controlSocketPath } from '../../api/control-wire.ts'
import { showAddress } from '../../configuration/address.ts'
import type { Configuration } from '../../configuration/configuration.ts'
import { Fault } from '../../domain/fault.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf } from '../session.ts'

export const ca: CommandRow = {
  name: 'ca',
  summary: 'how agents come to trust the gate when it intercepts TLS',
  details:
    'Set these for the agent alone, never for the whole machine. The bundle is this certificate\n' +
    'and the usual public ones, for programs that take one file instead of all they know.',
  options: [
    { form: '--pem', about: 'print the certificate itself, and nothing else' },
    { form: '--out <folder>', about: 'put the files where the agent can read them' },
  ],
  async run(call) {
    const { given, output, surroundings } = call
    const configuration = await configurationOf(call)
    const own = join(configuration.state, 'ca', 'ca.pem')
    const pem = readCertificate(own)
    if (given.flag('pem')) {
      surroundings.stdout.write(pem)
      return exitCodes.done
    }
    const out = given.text('out')
    const folder = out === null ? join(configuration.state, 'ca') : resolve(surroundings.cwd, out)
    const files = writeFiles(folder, pem)
    const { fingerprint256, validTo } = new X509Certificate(pem)
    const agents = await addressOf(configuration)
    const lines = linesFor(files, agents)
    const facts = { ...files, fingerprint: fingerprint256, validTo, agents }
    output.result({ ...facts, environment: lines.map(({ line }) => line) }, [
      `certificate  ${files.certificate}`,
      `bundle       ${files.bundle}`,
      `fingerprint  ${fingerprint256}`,
      `valid to     ${validTo}`,
      '',
      'in the environment of the agent (LEASE is its token):',
      ...lines.flatMap(({ line, of }) => [`  # ${of}`, `  ${line}`]),
    ])
    return exitCodes.done
  },
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Fault('ca-missing', `there is no \`${file}\` yet; \`holdpoint up\` makes it`)
  }
}

interface Files {
  readonly certificate: string
  readonly bundle: string
}

function writeFiles(folder: string, pem: string): Files {
  const files = { certificate: join(folder, 'ca.pem'), bundle: join(folder, 'bundle.pem') }
  mkdirSync(folder, { recursive: true })
  writeFileSync(files.certificate, pem, { mode: 0o644 })
  writeFileSync(files.bundle, [pem.trimEnd(), ...rootCertificates, ''].join('\n'), { mode: 0o644 })
  return files
}

/** Of the gate that runs, if one does: its port may be any. */
async function addressOf({ state, listen }: Configuration): Promise<string> {
  const control = await connectControl(controlSocketPath(state))
  const status = await control?.status({})
  return status?.gate?.agents ?? showAddress(listen.agents)
}

function linesFor(
  { certificate, bundle }: Files,
  agents: string,
): readonly { of: string; line: string }[] {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  const keystore =
    'cp "$JAVA_HOME/lib/security/cacerts" holdpoint.jks && keytool -importcert -noprompt ' +
    `-alias holdpoint -keystore holdpoint.jks -storepass changeit -file ${quote(certificate)}`
  const options = '-Djavax.net.ssl.trustStore=holdpoint.jks'
  return [
    { of: 'the gate as its proxy', line: `export HTTPS_PROXY=http://lease:$LEASE@${agents}` },
    { of: 'Node, beside what it trusts', line: `export NODE_EXTRA_CA_CERTS=${quote(certificate)}` },
    { of: 'curl', line: `export CURL_CA_BUNDLE=${quote(bundle)}` },
    { of: 'Python: requests, httpx, pip', line: `export REQUESTS_CA_BUNDLE=${quote(bundle)}` },
    { of: 'Go, OpenSSL, Rust, Ruby', line: `export SSL_CERT_FILE=${quote(bundle)}` },
    { of: 'git', line: `export GIT_SSL_CAINFO=${quote(bundle)}` },
    { of: 'Java', line: keystore },
    { of: 'Java, then', line: `export JAVA_TOOL_OPTIONS=${options}` },
  ]
}
