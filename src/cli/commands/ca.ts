import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { showAddress } from '../../configuration/address.ts'
import { Fault } from '../../domain/fault.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf } from '../session.ts'

export const ca: CommandRow = {
  name: 'ca',
  summary: 'how agents come to trust the gate when it intercepts TLS',
  details: 'Set these for the agent alone, never for the whole machine.',
  options: [{ form: '--pem', about: 'print the certificate itself, and nothing else' }],
  async run(call) {
    const { given, output, surroundings } = call
    const { state, listen } = await configurationOf(call)
    const certificate = join(state, 'ca', 'ca.pem')
    const pem = readCertificate(certificate)
    if (given.flag('pem')) {
      surroundings.stdout.write(pem)
      return exitCodes.done
    }
    const { fingerprint256, validTo } = new X509Certificate(pem)
    const proxy = `http://${showAddress(listen.agents)}`
    const trust = trustOf(certificate)
    const value = { certificate, fingerprint: fingerprint256, validTo, proxy, trust }
    output.result(value, [
      `certificate  ${certificate}`,
      `fingerprint  ${fingerprint256}`,
      `valid to     ${validTo}`,
      '',
      'in the environment of the agent (LEASE is its token):',
      `  export HTTPS_PROXY=http://lease:$LEASE@${showAddress(listen.agents)}`,
      ...trust.map(({ line, of }) => `  ${line.padEnd(12)}  # ${of}`),
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

function trustOf(file: string): readonly { of: string; line: string }[] {
  const quoted = `'${file.replaceAll("'", "'\\''")}'`
  return [
    { of: 'curl', line: `export CURL_CA_BUNDLE=${quoted}` },
    { of: 'Node', line: `export NODE_EXTRA_CA_CERTS=${quoted}` },
    { of: 'Python (requests, httpx, pip)', line: `export REQUESTS_CA_BUNDLE=${quoted}` },
    { of: 'Go, OpenSSL, Rust', line: `export SSL_CERT_FILE=${quoted}` },
    { of: 'git', line: `export GIT_SSL_CAINFO=${quoted}` },
    {
      of: 'Java',
      line:
        'keytool -importcert -noprompt -alias holdpoint -keystore holdpoint.jks ' +
        `-storepass changeit -file ${quoted}`,
    },
    {
      of: 'Java, then',
      line: 'export JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=holdpoint.jks',
    },
  ]
}
