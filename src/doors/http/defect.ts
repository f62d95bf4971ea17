// What the door itself says no to, before the gate hears of it: nothing that could be judged was
// sent. One row per answer, as problem details.
// https://www.rfc-editor.org/rfc/rfc9457
import type { RefusalAnswer } from '../../domain/request.ts'

export interface Defect {
  readonly kind: 'defect'
  readonly status: number
  /** stable */
  readonly code: DefectCode
  readonly says: string
  readonly instead: string
}

interface Row {
  readonly status: number
  readonly title: string
  readonly instead: string
}

const rows = {
  malformed: row(400, 'Bad Request', 'send well-formed HTTP/1.1'),
  'duplicate-header': row(400, 'Bad Request', 'send the header once'),
  'bad-target': row(400, 'Bad Request', 'send a path that begins with `/`, without a fragment'),
  'bad-host': row(400, 'Bad Request', 'name the host in plain ASCII, without user information'),
  trailers: row(400, 'Bad Request', 'send no trailers'),
  'bad-encoding': row(400, 'Bad Request', 'send the body as it is, without content-encoding'),
  unreadable: row(400, 'Bad Request', 'send it plainly, in one way only'),
  'lease-to-stranger': row(403, 'Forbidden', 'send a lease to Holdpoint only'),
  'address-refused': row(403, 'Forbidden', 'name the host; addresses are not connected to'),
  'private-name': row(
    403,
    'Forbidden',
    'ask the person you work for; private names are not reached',
  ),
  'port-refused': row(403, 'Forbidden', 'use port 443 (TLS) or 80 (plain HTTP)'),
  'no-upstream': row(404, 'Not Found', 'begin the path with the name of a governed upstream'),
  'proxy-credential': row(407, 'Proxy Authentication Required', 'put the lease in the proxy URL'),
  'slow-body': row(408, 'Request Timeout', 'send the body faster'),
  'slow-head': row(408, 'Request Timeout', 'send the request faster'),
  'body-too-large': row(413, 'Content Too Large', 'send less at once'),
  'target-too-long': row(414, 'URI Too Long', 'put it in the body'),
  expectation: row(417, 'Expectation Failed', 'expect `100-continue` or nothing'),
  misdirected: row(421, 'Misdirected Request', 'name one host, the same one everywhere'),
  'head-too-large': row(431, 'Request Header Fields Too Large', 'send fewer or shorter headers'),
  'transfer-encoding': row(501, 'Not Implemented', 'use `transfer-encoding: chunked` alone'),
  method: row(501, 'Not Implemented', 'use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS'),
  upgrade: row(501, 'Not Implemented', 'use plain requests'),
  fault: row(500, 'Internal Server Error', 'tell the operator to run `holdpoint doctor`'),
  unreachable: row(502, 'Bad Gateway', 'nothing is known to have changed; try again later'),
  busy: row(503, 'Service Unavailable', 'wait for earlier requests to end, then try again'),
  'slow-answer': row(504, 'Gateway Timeout', 'try again later'),
  version: row(505, 'HTTP Version Not Supported', 'use HTTP/1.1, or HTTP/2 inside TLS'),
} as const

export type DefectCode = keyof typeof rows

function row(status: number, title: string, instead: string): Row {
  return { status, title, instead }
}

export function defect(code: DefectCode, says: string): Defect {
  const { status, instead } = rows[code]
  return { kind: 'defect', status, code, says, instead }
}

export function reasonPhrase(code: DefectCode): string {
  return rows[code].title
}

export function answerOf(found: Defect): RefusalAnswer {
  const { status, code, says, instead } = found
  const problem = {
    type: 'about:blank',
    title: rows[code].title,
    status,
    code,
    detail: says,
    instead,
  }
  const headers: [string, string][] = [
    ['content-type', 'application/problem+json'],
    ['holdpoint-refusal', code],
  ]
  if (code === 'proxy-credential') headers.push(['proxy-authenticate', 'Basic realm="holdpoint"'])
  return { status, headers, body: `${JSON.stringify(problem)}\n` }
}
