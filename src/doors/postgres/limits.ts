/** Every bound of the door. Reaching one is an error that names it, or the end of the session. */
export interface PostgresLimits {
  readonly connectionsMax: number
  /** from the first byte to the end of authentication, in `seconds` */
  readonly startupSeconds: number
  /** longest statement, with its message around it */
  readonly textBytesMax: number
  readonly bindBytesMax: number
  /** prepared statements of one session, by name */
  readonly statementsMax: number
  readonly portalsMax: number
  /** what a client may send ahead before it is not read any more */
  readonly aheadBytesMax: number
  /** how long last words may take to be read, in `milliseconds` */
  readonly lingerMilliseconds: number
  /** how long a statement may take to finish once the door is told to stop, in `seconds` */
  readonly stopSeconds: number
}

export const postgresLimits: PostgresLimits = {
  connectionsMax: 1_024,
  startupSeconds: 15,
  textBytesMax: 1_048_576,
  bindBytesMax: 16_777_216,
  statementsMax: 1_000,
  portalsMax: 1_000,
  aheadBytesMax: 262_144,
  lingerMilliseconds: 250,
  stopSeconds: 2,
}
