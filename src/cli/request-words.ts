import { z } from 'zod'

import { inert, inertBlock } from '../wire/inert.ts'

const recordedHttp = z.object({
  kind: z.literal('http'),
  method: z.string(),
  host: z.string(),
  target: z.string(),
  headers: z.array(z.tuple([z.string(), z.string()])),
  body: z.union([z.object({ text: z.string() }), z.object({ base64: z.string() })]),
})

/** A request as it was judged, whole: nothing is cut, and nothing in it moves the cursor. */
export function requestLines(recorded: string | null): readonly string[] {
  if (recorded === null) return ['  the request was not kept']
  const parsed = recordedHttp.safeParse(parseJson(recorded))
  if (!parsed.success) return [`  ${inert(recorded)}`]
  const { method, host, target, headers, body } = parsed.data
  const text = 'text' in body ? body.text : `(not text) ${body.base64}`
  return [
    `  ${inert(method)} https://${inert(host)}${inert(target)}`,
    ...headers.map(([name, value]) => `  ${inert(name)}: ${inert(value)}`),
    ...(text === ''
      ? []
      : [
          '',
          ...inertBlock(text)
            .split('\n')
            .map((line) => `  ${line}`),
        ]),
  ]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
