import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { PersonName } from '../domain/names.ts'
import type { Call } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import type { StagedWorld } from './staged.ts'
import { untilStopped } from './until-stopped.ts'

/** `holdpoint up` with no configuration: the incident's scene, to be tried by hand. */
export async function upStaged(call: Call): Promise<ExitCode> {
  const { surroundings, output } = call
  const { stage } = await call.world()
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-'))
  try {
    const world = await stage({
      folder,
      mode: 'legacy',
      postgres: true,
      ports: {
        agents: await freePort(7400),
        console: await freePort(7401),
        mcp: await freePort(7480),
      },
      opening: {
        environment: surroundings.env,
        passphrase: null,
        report: (fault) => output.aside(`holdpoint: ${String(fault)}`),
      },
    })
    try {
      await show(call, world)
      await untilStopped(surroundings)
    } finally {
      await world.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return exitCodes.done
}

/** The usual port when nobody has it, else any: this world is for trying out. */
function freePort(usual: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(usual, '127.0.0.1', () => probe.close(() => resolve(usual)))
  })
}

async function show(call: Call, world: StagedWorld): Promise<void> {
  const { gate, simulator, lease, configuration, scene } = world
  const owner = 'you' as PersonName
  const enrolment = await gate.control.enrolFirst({ person: owner })
  const facts = {
    agents: gate.agents,
    console: gate.console,
    configuration: configuration.file,
    certificate: gate.authority.certificatePath,
    lease: lease.reveal(),
    volume: simulator.ids.sharedVolume,
    workTree: scene,
    simulator: { url: simulator.url, admin: simulator.admin, ids: simulator.ids },
    enrolment: { person: owner, ...enrolment },
  }
  call.output.result({ event: 'staged', ...facts }, screen(call, facts))
}

interface Facts {
  readonly agents: string
  readonly console: string
  readonly configuration: string
  readonly certificate: string
  readonly lease: string
  readonly volume: string
  readonly workTree: string
  readonly enrolment: Readonly<{ person: string; code: string; expiresAt: string }>
}

/** Whole commands on lines of their own, to be copied; these may be longer than a terminal. */
function screen({ output }: Call, facts: Facts): readonly string[] {
  const { agents, console, certificate, lease, volume, workTree, enrolment } = facts
  const tokenFile = join(workTree, 'scripts/domains/.env')
  const title = (text: string): string => output.paint('bold', text)
  const deletion = `'{"query":"mutation { volumeDelete(volumeId: \\"${volume}\\") }"}'`
  const reading = `'{"query":"query { projects { edges { node { name } } } }"}'`
  const cli = `npm run -s holdpoint -- --config ${facts.configuration}`
  const curl = (credential: string, body: string): readonly string[] => [
    `  curl -X POST http://${agents}/railway/graphql/v2 \\`,
    `    -H "Authorization: Bearer ${credential}" \\`,
    `    -d ${body}`,
    '',
  ]
  return [
    title('Holdpoint is up, in a staged world: no holdpoint.yaml was found.'),
    'PocketOS: a staging and a production environment that share one volume. The agent',
    '`cursor` was asked to fix staging. It holds a lease, and the gate holds the token.',
    '',
    title('1. What the agent sent that day'),
    ...curl(lease, deletion),
    title('2. The same to the provider by its own name, through the gate as a proxy'),
    `  curl --proxy http://lease:${lease}@${agents} --cacert ${certificate} \\`,
    '    https://backboard.railway.app/graphql/v2 \\',
    `    -H "Authorization: Bearer ${lease}" \\`,
    `    -d ${deletion}`,
    '',
    title('3. Something that it may do'),
    ...curl(lease, reading),
    title('4. Be the person who is asked'),
    `  open ${console} and type ${enrolment.code}`,
    `  (once, until ${enrolment.expiresAt})`,
    '',
    title('5. In another terminal'),
    `  ${cli} holds list`,
    `  ${cli} log`,
    '',
    title('6. The token that it found, instead of its lease: refused, and the agent is frozen'),
    `  curl --proxy http://lease:${lease}@${agents} --cacert ${certificate} \\`,
    '    https://backboard.railway.app/graphql/v2 \\',
    `    -H "Authorization: Bearer $(sed -n s/^RAILWAY_API_TOKEN=//p ${tokenFile})" \\`,
    `    -d ${deletion}`,
    '',
    'Ctrl-C ends it, and nothing is left behind.',
  ]
}
