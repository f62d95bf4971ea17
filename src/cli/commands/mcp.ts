import { showAddress } from '../../configuration/address.ts'
import { Fault } from '../../domain/fault.ts'
import { namePattern } from '../../domain/names.ts'
import { loadConfiguration } from '../../configuration/locate.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { bridge } from '../mcp-bridge.ts'

/** How a client's configuration starts a server: the gate has the real one. */
export const mcp: CommandRow = {
  name: 'mcp serve',
  summary: 'what an MCP client starts: speaks MCP on stdin and stdout, through the gate',
  details:
    'The lease is taken from HOLDPOINT_LEASE. Without a name: every configured server behind one ' +
    'entry, with names such as `github__create_issue`. `holdpoint` is the server of the gate itself.',
  operands: [{ form: '[server]', about: 'its name in holdpoint.yaml' }],
  async run(call) {
    const { env, stdin, stdout } = call.surroundings
    const lease = env['HOLDPOINT_LEASE'] ?? ''
    if (lease === '') {
      const says = 'HOLDPOINT_LEASE is not set; `holdpoint lease issue` gives a lease'
      throw new Fault('no-lease', says)
    }
    const server = call.given.operand(0) ?? ''
    if (server !== '' && !namePattern.test(server)) {
      throw new Fault('usage-name', `\`${server}\` is no name of a server`)
    }
    const { door, proxy } = await wayToDoor(call)
    await bridge({ url: `${door}/${server}`, proxy, lease, input: stdin, output: stdout })
    return exitCodes.done
  },
}

const helpHost = 'http://holdpoint.internal/mcp'

/** As `holdpoint run` says it; else where the configuration has the door. */
async function wayToDoor(call: Call): Promise<{ door: string; proxy: string | null }> {
  const { env, cwd } = call.surroundings
  const given = env['HOLDPOINT_MCP']
  if (given !== undefined && given !== '') {
    const inside = given.startsWith(helpHost)
    const proxy = inside ? (env['HTTP_PROXY'] ?? env['http_proxy'] ?? null) : null
    return { door: given.replace(/\/+$/, ''), proxy }
  }
  const { providers } = await call.world()
  const configuration = loadConfiguration(call.configFile, cwd, providers)
  const address = configuration === null ? '127.0.0.1:7480' : showAddress(configuration.listen.mcp)
  return { door: `http://${address}`, proxy: null }
}
