import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { Fault } from '../../domain/fault.ts'

export interface TlsFiles {
  /** the certificate and those above it, PEM; absolute path */
  readonly certificate: string
  readonly key: string
}

export interface Tls {
  readonly cert: string
  readonly key: string
}

/** What browsers would only say as a page of warnings is said at the start, with names of files. */
export function readTls(files: TlsFiles, domain: string): Tls {
  const cert = readText(files.certificate)
  const key = readText(files.key)
  const certificate = parse(files.certificate, 'no certificate', () => new X509Certificate(cert))
  const secret = parse(files.key, 'no private key without a passphrase', () =>
    createPrivateKey(key),
  )
  if (!certificate.checkPrivateKey(secret)) {
    throw new Fault(
      'console-tls',
      `\`${files.key}\` is not the key of \`${files.certificate}\`; give the two that belong together`,
    )
  }
  if (certificate.checkHost(domain) === undefined) {
    throw new Fault(
      'console-tls',
      `\`${files.certificate}\` is not for \`${domain}\`, where people open the console`,
    )
  }
  return { cert, key }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw new Fault('console-tls', `\`${file}\` cannot be read (${why}); see \`console.tls\``, {
      cause,
    })
  }
}

function parse<T>(file: string, what: string, work: () => T): T {
  try {
    return work()
  } catch {
    // The library's words may hold a line of the key.
    throw new Fault('console-tls', `\`${file}\` holds ${what}, in PEM form; see \`console.tls\``)
  }
}
