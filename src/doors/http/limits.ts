/**
 * Every bound of the door. Reaching one is a refusal, or the end of the connection, that names it.
 */
export interface HttpLimits {
  /** longest body that is judged, before and after decoding */
  readonly bodyBytesMax: number
  /** how long a body may take to arrive in `seconds` */
  readonly bodySeconds: number
  /** bodies held at once for one connection; HTTP/2 carries many requests on one */
  readonly connectionBytesMax: number
  /** bodies held at once in all */
  readonly bufferedBytesMax: number
  /** longest request line and headers together */
  readonly headBytesMax: number
  readonly headersMax: number
  /** how long a head may take to arrive in `seconds` */
  readonly headSeconds: number
  readonly targetBytesMax: number
  readonly connectionsMax: number
  /** requests that may wait behind another one on an HTTP/1.1 connection */
  readonly pipelineMax: number
  /** requests at once on an HTTP/2 connection */
  readonly streamsMax: number
  /** TLS ClientHello and handshake in `seconds` */
  readonly handshakeSeconds: number
  /** how long a client may read nothing while an answer waits, in `seconds` */
  readonly writeIdleSeconds: number
  readonly keepAliveSeconds: number
  /** how long a tunnel may be silent in `seconds` */
  readonly tunnelIdleSeconds: number
  /** how long an ungoverned host may take to begin its answer to a plain request in `seconds` */
  readonly plainAnswerSeconds: number
  /** how long unread bytes are still swallowed, so that a refusal is seen, in `seconds` */
  readonly lingerSeconds: number
  /** how long open requests may take to finish once the door is told to stop, in `seconds` */
  readonly stopSeconds: number
}

export const httpLimits: HttpLimits = {
  bodyBytesMax: 1_048_576,
  bodySeconds: 15,
  connectionBytesMax: 4_194_304,
  bufferedBytesMax: 67_108_864,
  headBytesMax: 16_384,
  headersMax: 100,
  headSeconds: 10,
  targetBytesMax: 8_192,
  connectionsMax: 1_024,
  pipelineMax: 16,
  streamsMax: 32,
  handshakeSeconds: 10,
  writeIdleSeconds: 60,
  keepAliveSeconds: 60,
  tunnelIdleSeconds: 600,
  plainAnswerSeconds: 60,
  lingerSeconds: 2,
  stopSeconds: 2,
}
