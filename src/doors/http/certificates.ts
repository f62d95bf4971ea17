// X.509 certificates of our own authority and its leaves (RFC 5280): ECDSA P-256, SHA-256.
// https://www.rfc-editor.org/rfc/rfc5280#section-4.2
import { createPrivateKey, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'

// Has to come first: the library below registers its parts with it.
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

import type { Random } from '../../system/random.ts'

export interface Issued {
  readonly certificatePem: string
  readonly keyPem: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000
const authorityDays = 3_650
const leafDays = 7

cryptoProvider.set(webcrypto)

export async function issueAuthority(now: number, random: Random): Promise<Issued> {
  const keys = await generateKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(random),
    name: `CN=Holdpoint local authority ${random.bytes(4).toString('hex')}`,
    ...validity(now, authorityDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: certificate.toString('pem'), keyPem: await keyPem(keys) }
}

export async function issueLeaf(
  authority: Issued,
  host: string,
  now: number,
  random: Random,
): Promise<Issued & Readonly<{ expiresAt: number }>> {
  const keys = await generateKeys()
  const issuer = new X509Certificate(authority.certificatePem)
  const { notBefore, notAfter } = validity(now, leafDays)
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(random),
    // The names that count are in the extension; a common name has no room for long ones.
    subject: 'CN=Holdpoint',
    issuer: issuer.subject,
    notBefore,
    notAfter: new Date(Math.min(notAfter.getTime(), issuer.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.keyPem),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  })
  return {
    certificatePem: certificate.toString('pem'),
    keyPem: await keyPem(keys),
    expiresAt: certificate.notAfter.getTime(),
  }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

/** From a day ago: the clocks of sandboxes are not always right. */
function validity(now: number, days: number): Readonly<{ notBefore: Date; notAfter: Date }> {
  return { notBefore: new Date(now - day), notAfter: new Date(now + days * day) }
}

/** 128 bits, positive (RFC 5280 4.1.2.2). */
function serialNumber(random: Random): string {
  const bytes = random.bytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

async function keyPem({ privateKey }: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY')
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}
