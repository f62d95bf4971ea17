// Our own certificate authority: made at the first start, kept in a folder of its own, and trusted
// by nobody but those agents that are told to. Leaves are made for hosts that the door intercepts,
// are short-lived, and their keys are kept nowhere.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmod, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'

import { Fault } from '../../domain/fault.ts'
import type { Clock } from '../../system/clock.ts'
import { systemRandom } from '../../system/random.ts'
import type { Random } from '../../system/random.ts'
import { issueAuthority, issueLeaf } from './certificates.ts'
import type { Issued } from './certificates.ts'

export interface Authority {
  /** what agents are told to trust */
  readonly certificatePem: string
  /** SHA-256, `AB:CD:…`, for people to compare */
  readonly fingerprint: string
  /** Where the certificate is, for `NODE_EXTRA_CA_CERTS` and the like. */
  readonly certificatePath: string
  /**
   * A context that proves to be `host`. The caller answers for the host being one of ours to
   * intercept.
   */
  secureContext(host: string): Promise<SecureContext>
}

const usualLeavesMax = 256
const dayMilliseconds = 86_400_000

interface Leaf {
  readonly context: SecureContext
  readonly expiresAt: number
}

export async function openAuthority(
  folder: string,
  parts: Readonly<{ clock: Clock; random?: Random; leavesMax?: number }>,
): Promise<Authority> {
  const { random = systemRandom, leavesMax = usualLeavesMax } = parts
  const certificatePath = join(folder, 'ca.pem')
  const keyPath = join(folder, 'ca-key.pem')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const own =
    (await readOwn(keyPath, certificatePath)) ??
    (await makeOwn(keyPath, certificatePath, parts.clock, random))
  const certificate = check(own, keyPath, certificatePath, parts.clock)
  const leaves = new Map<string, Promise<Leaf>>()

  async function issue(host: string): Promise<Leaf> {
    const now = parts.clock.milliseconds()
    const { certificatePem, keyPem, expiresAt } = await issueLeaf(own, host, now, random)
    const context = createSecureContext({
      cert: certificatePem,
      key: keyPem,
      minVersion: 'TLSv1.2',
    })
    return { context, expiresAt }
  }

  /** Asked for twice at once, a leaf is made once. A failure is not remembered. */
  function remember(host: string): Promise<Leaf> {
    const making = issue(host)
    leaves.set(host, making)
    making.catch(() => leaves.delete(host))
    const [oldest] = leaves.keys()
    if (leaves.size > leavesMax && oldest !== undefined) leaves.delete(oldest)
    return making
  }

  async function secureContext(host: string): Promise<SecureContext> {
    const found = leaves.get(host)
    if (found !== undefined) {
      leaves.delete(host)
      leaves.set(host, found)
      const leaf = await found
      if (leaf.expiresAt - parts.clock.milliseconds() > dayMilliseconds) return leaf.context
      if (leaves.get(host) !== found) return secureContext(host)
    }
    return (await remember(host)).context
  }

  return {
    certificatePem: own.certificatePem,
    fingerprint: certificate.fingerprint256,
    certificatePath,
    secureContext,
  }
}

/** null at the first start. A key without a certificate was not finished: both are made anew. */
async function readOwn(keyPath: string, certificatePath: string): Promise<Issued | null> {
  const mode = await stat(keyPath).then(
    (found) => found.mode,
    () => null,
  )
  if (mode === null) return null
  if ((mode & 0o077) !== 0) {
    throw new Fault(
      'ca-key-exposed',
      `others may read \`${keyPath}\`; if they could have, remove it and \`${certificatePath}\` and ` +
        'let agents trust the new one; otherwise run `chmod 600` on it',
    )
  }
  const certificatePem = await readFile(certificatePath, 'utf8').catch(() => null)
  if (certificatePem === null) return null
  return { certificatePem, keyPem: await readFile(keyPath, 'utf8') }
}

async function makeOwn(
  keyPath: string,
  certificatePath: string,
  clock: Clock,
  random: Random,
): Promise<Issued> {
  const own = await issueAuthority(clock.milliseconds(), random)
  await writeWhole(keyPath, own.keyPem, 0o600)
  await writeWhole(certificatePath, own.certificatePem, 0o644)
  return own
}

/** There whole or not at all, whenever the machine stops. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const unfinished = `${path}.unfinished`
  const file = await open(unfinished, 'w', mode)
  try {
    await chmod(unfinished, mode)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(unfinished, path)
}

function check(
  own: Issued,
  keyPath: string,
  certificatePath: string,
  clock: Clock,
): X509Certificate {
  const again = `remove \`${keyPath}\` and \`${certificatePath}\`, start again and let agents trust the new one`
  let certificate: X509Certificate
  let matches: boolean
  try {
    certificate = new X509Certificate(own.certificatePem)
    matches = certificate.checkPrivateKey(createPrivateKey(own.keyPem))
  } catch (cause) {
    throw new Fault('ca-unreadable', `the certificate authority is damaged; ${again}`, { cause })
  }
  if (!matches) throw new Fault('ca-unreadable', `key and certificate are not a pair; ${again}`)
  if (certificate.validToDate.getTime() - clock.milliseconds() < dayMilliseconds) {
    throw new Fault('ca-expired', `the certificate authority ends ${certificate.validTo}; ${again}`)
  }
  return certificate
}
