import type { Action } from '../../domain/action.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { TunnelPayload } from '../../domain/request.ts'

const excerptCharactersMax = 200

/** A tunnel is a channel to its host, whatever goes through it: nothing of that is read. */
export function readTunnel({ host, port }: TunnelPayload): NonEmpty<Action> {
  const excerpt = `CONNECT ${host}:${port}`.slice(0, excerptCharactersMax).toWellFormed()
  const resource = { provider: 'egress', type: 'host', id: host, within: {} }
  return [
    {
      verb: 'connect',
      effects: [{ kind: 'write', resource, extent: 'some', undo: 'trivial' }],
      evidence: { reader: 'egress', excerpt, span: null },
    },
  ]
}
