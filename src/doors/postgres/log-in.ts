// A client logs in by SCRAM-SHA-256: its password is its lease, which it proves and never shows.
// Whether the lease may open what it asks for is for the gate to say.
import { Concealed } from '../../domain/concealed.ts'
import type { Presented } from '../../domain/request.ts'
import type { Random } from '../../system/random.ts'
import { createScramServer, scramMechanisms } from '../../system/scram.ts'
import type { ScramProof, ScramSalt } from '../../system/scram.ts'
import { authenticationSasl, authenticationSaslContinue } from '../../wire/postgres/backend.ts'
import { frontendTags, readSaslInitial, readSaslResponse } from '../../wire/postgres/frontend.ts'
import { broken } from '../../wire/postgres/bytes.ts'
import type { ClientStream } from './client.ts'

/** Knows whose lease made a proof. */
export interface LeaseProver {
  readonly salt: ScramSalt
  /** null: nobody's that is known here */
  prove(proof: ScramProof): ProvedLease | null
}

export interface ProvedLease {
  /** stands for the lease at the gate, on this connection, until `end` */
  readonly presented: Presented
  readonly serverSignature: Uint8Array
  end(): void
}

/** What nobody proved: presented all the same, so that the gate says no and writes it down. */
export const nobody: Presented = { place: 'session', value: new Concealed('lease', '') }

const nonceBytes = 18

/** null when nobody's lease was proved. Throws when it is no such exchange at all. */
export async function logIn(
  client: ClientStream,
  prover: LeaseProver,
  endpoint: Uint8Array | null,
  random: Random,
): Promise<ProvedLease | null> {
  const nonce = random.bytes(nonceBytes).toString('base64')
  const server = createScramServer({ ...prover.salt, nonce, endpoint })
  client.write(authenticationSasl(scramMechanisms(endpoint)))
  const { mechanism, data } = readSaslInitial(await nextAnswer(client))
  if (data === null) throw broken('the SASL exchange begins with nothing')
  client.write(authenticationSaslContinue(server.begin(mechanism, data)))
  const proof = server.end(readSaslResponse(await nextAnswer(client)))
  return prover.prove(proof)
}

async function nextAnswer(client: ClientStream): Promise<Uint8Array> {
  while (!client.take()) {
    if (client.over || client.scanner.broken !== null) throw broken('the client left')
    await client.more()
  }
  const { scanner } = client
  const whole = scanner.tag === frontendTags.password && scanner.first && scanner.last
  if (!whole) throw broken('a password is asked for, and something else came')
  return scanner.bytes()
}
