import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { wrap } from '../output.ts'

export const demo: CommandRow = {
  name: 'demo',
  summary: 'the incident of 24 April 2026, replayed: without Holdpoint, and with it',
  details: 'Against a simulator in a process of its own. Every figure is read from its real state.',
  operands: [{ form: '[scene]', about: '`pocketos`' }],
  async run({ world, given, output, surroundings }) {
    const scene = given.operand(0) ?? 'pocketos'
    if (scene !== 'pocketos') {
      throw new Fault('usage-scene', `there is no scene \`${inert(scene)}\`; there is \`pocketos\``)
    }
    const report = await (
      await world()
    ).demo({
      opening: {
        environment: surroundings.env,
        passphrase: null,
        report: (fault) => output.aside(`holdpoint: ${String(fault)}`),
      },
      say(text) {
        if (output.json) return
        const lines = text.split('\n').flatMap((line) => wrap(line, output.width))
        surroundings.stdout.write(`${lines.join('\n')}\n\n`)
      },
    })
    if (output.json) output.result(report, [])
    return report.with.ledgerVerified && report.with.volumesLost === 0
      ? exitCodes.done
      : exitCodes.failed
  },
}
