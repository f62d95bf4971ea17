// A server made with the official SDK that has what the conformance suite looks for, in both eras.
// The names are the suite's; what is not here fails direct and through the gate alike.
import {
  McpServer,
  ResourceTemplate,
  completable,
  createRequestStateCodec,
  inputRequired,
} from '@modelcontextprotocol/server'
import type { InputRequests, ServerContext } from '@modelcontextprotocol/server'
import { z } from 'zod'

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='
const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
const picture = { type: 'image' as const, data: png, mimeType: 'image/png' }
const embedded = (uri: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType: 'text/plain', text: 'a resource inside of something' },
})
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

const codec = createRequestStateCodec<{ step: number }>({ key: new Uint8Array(32).fill(7) })

export function createEverything(): McpServer {
  const server = new McpServer(
    { name: 'everything', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        ...{ logging: {}, completions: {} },
      },
      requestState: { verify: (state, ctx) => codec.verify(state, ctx) },
    },
  )
  plainTools(server)
  talkingTools(server)
  askingTools(server)
  resources(server)
  prompts(server)
  const subscribed = new Set<string>()
  const { server: low } = server
  low.setRequestHandler('resources/subscribe', ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  low.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
  return server
}

function plainTools(server: McpServer): void {
  const tool = (name: string, result: () => object): void => {
    const described = { description: `answers with what ${name} is called for` }
    server.registerTool(name, described, () => result() as ReturnType<typeof text>)
  }
  tool('test_simple_text', () => text('This is a simple text response for testing.'))
  tool('test_image_content', () => ({ content: [picture] }))
  tool('test_audio_content', () => ({
    content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
  }))
  tool('test_embedded_resource', () => ({ content: [embedded('test://embedded-resource')] }))
  tool('test_multiple_content_types', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      picture,
      embedded('test://mixed-content-resource'),
    ],
  }))
  tool('test_error_handling', () => ({
    ...text('This tool intentionally returns an error for testing'),
    isError: true,
  }))
  server.registerTool(
    'echo',
    { description: 'says it again', inputSchema: z.object({ text: z.string() }) },
    ({ text: said }) => text(said),
  )
}

function talkingTools(server: McpServer): void {
  const inputSchema = z.object({})
  server.registerTool(
    'test_tool_with_logging',
    { description: 'logs while it works', inputSchema },
    async (_args, ctx) => {
      for (const data of [
        'Tool execution started',
        'Tool processing data',
        'Tool execution completed',
      ]) {
        const said = { method: 'notifications/message', params: { level: 'info', data } }
        await ctx.mcpReq.notify(said)
        await pause()
      }
      return text('logged')
    },
  )
  server.registerTool(
    'test_tool_with_progress',
    { description: 'tells how far it is', inputSchema },
    async (_args, ctx) => {
      const progressToken = ctx.mcpReq._meta?.progressToken ?? 0
      for (const progress of [0, 50, 100]) {
        const params = { progressToken, progress, total: 100 }
        await ctx.mcpReq.notify({ method: 'notifications/progress', params })
        await pause()
      }
      return text('done')
    },
  )
  server.registerTool(
    'test_sampling',
    { description: 'asks the model', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, ctx) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }]
      const params = { messages, maxTokens: 100 }
      const answer = await ctx.mcpReq.send({ method: 'sampling/createMessage', params })
      return text(`LLM response: ${JSON.stringify(answer.content)}`)
    },
  )
}

type Schema = Readonly<Record<string, unknown>>

function askingTools(server: McpServer): void {
  const form = (properties: Schema, required: readonly string[] = []): Schema => ({
    ...{ type: 'object', properties, required },
  })
  const ask = async (ctx: ServerContext, message: string, requestedSchema: Schema) => {
    const params = { mode: 'form', message, requestedSchema }
    const answer: object = await ctx.mcpReq.send({ method: 'elicitation/create', params })
    const action = String(Reflect.get(answer, 'action'))
    return text(
      `answered: action=${action}, content=${JSON.stringify(Reflect.get(answer, 'content') ?? {})}`,
    )
  }
  server.registerTool(
    'test_elicitation',
    { description: 'asks the user', inputSchema: z.object({ message: z.string() }) },
    ({ message }, ctx) => ask(ctx, message, form({ response: { type: 'string' } }, ['response'])),
  )
  const inputSchema = z.object({})
  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: 'asks with defaults', inputSchema },
    (_args, ctx) =>
      ask(
        ctx,
        'look at these',
        form({
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        }),
      ),
  )
  const titled = (n: string) => ({ const: n, title: `the ${n}` })
  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: 'asks with choices', inputSchema },
    (_args, ctx) =>
      ask(
        ctx,
        'choose',
        form({
          untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
          titledSingle: { type: 'string', oneOf: ['value1', 'value2', 'value3'].map(titled) },
          legacyEnum: {
            ...{ type: 'string', enum: ['opt1', 'opt2', 'opt3'] },
            enumNames: ['Option One', 'Option Two', 'Option Three'],
          },
          untitledMulti: {
            ...{ type: 'array', minItems: 1, maxItems: 3 },
            items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
          },
          titledMulti: {
            ...{ type: 'array', minItems: 1, maxItems: 3 },
            items: { anyOf: ['value1', 'value2', 'value3'].map(titled) },
          },
        }),
      ),
  )
  inputRequiredTools(server)
}

function inputRequiredTools(server: McpServer): void {
  const named = (message: string) =>
    inputRequired.elicit({ message, requestedSchema: z.object({ name: z.string() }) })
  const model = () =>
    inputRequired.createMessage({
      messages: [
        { role: 'user', content: { type: 'text', text: 'What is the capital of France?' } },
      ],
      maxTokens: 100,
    })
  const tool = (
    name: string,
    wanted: (ctx: ServerContext) => InputRequests,
    state = false,
  ): void => {
    const described = { description: `needs input: ${name}`, inputSchema: z.object({}) }
    server.registerTool(name, described, async (_args, ctx) => {
      const inputRequests = wanted(ctx)
      const given = ctx.mcpReq.inputResponses ?? {}
      const missing = Object.keys(inputRequests).some((key) => given[key] === undefined)
      if (!missing) return text(`state-ok ${JSON.stringify(given)}`)
      const kept = state ? { requestState: await codec.mint({ step: 1 }, ctx) } : {}
      return inputRequired({ inputRequests, ...kept })
    })
  }
  tool('test_input_required_result_elicitation', () => ({ user_name: named('What is your name?') }))
  tool('test_input_required_result_sampling', () => ({ capital_question: model() }))
  tool('test_input_required_result_list_roots', () => ({ client_roots: inputRequired.listRoots() }))
  tool('test_input_required_result_request_state', () => ({ confirm: named('Sure?') }), true)
  tool('test_input_required_result_tampered_state', () => ({ confirm: named('Sure?') }), true)
  const several = (): InputRequests => ({
    ...{ user_name: named('What is your name?'), greeting: model() },
    client_roots: inputRequired.listRoots(),
  })
  tool('test_input_required_result_multiple_inputs', several, true)
  const described = { description: 'needs input twice', inputSchema: z.object({}) }
  server.registerTool('test_input_required_result_multi_round', described, async (_args, ctx) => {
    const given = ctx.mcpReq.inputResponses ?? {}
    const state = ctx.mcpReq.requestState<{ step: number }>()
    const step = state?.step ?? 0
    if (step === 2 && given['step2'] !== undefined) return text('both steps are done')
    const next = step === 1 && given['step1'] !== undefined ? 2 : 1
    const inputRequests = { [`step${next}`]: named(`step ${next}`) }
    return inputRequired({ inputRequests, requestState: await codec.mint({ step: next }, ctx) })
  })
}

function resources(server: McpServer): void {
  const plain = (name: string, uri: string, contents: object): void => {
    const described = { description: name, mimeType: 'text/plain' }
    server.registerResource(name, uri, described, () => ({
      contents: [{ uri, ...contents } as { uri: string; text: string }],
    }))
  }
  plain('static text', 'test://static-text', { mimeType: 'text/plain', text: 'some static text' })
  plain('static binary', 'test://static-binary', { mimeType: 'image/png', blob: png })
  plain('watched', 'test://watched-resource', { mimeType: 'text/plain', text: 'watched' })
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'made from its id', mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, data: `of ${String(id)}` }),
        },
      ],
    }),
  )
}

function prompts(server: McpServer): void {
  const says = (content: object) => ({
    messages: [{ role: 'user' as const, content: content as { type: 'text'; text: string } }],
  })
  const plain = { description: 'a prompt' }
  server.registerPrompt('test_simple_prompt', plain, () =>
    says({ type: 'text', text: 'a simple prompt' }),
  )
  const argsSchema = z.object({
    arg1: completable(z.string(), (value) =>
      ['test', 'testing'].filter((one) => one.startsWith(value)),
    ),
    arg2: z.string(),
  })
  server.registerPrompt('test_prompt_with_arguments', { ...plain, argsSchema }, ({ arg1, arg2 }) =>
    says({ type: 'text', text: `arg1='${arg1}', arg2='${arg2}'` }),
  )
  const withUri = { ...plain, argsSchema: z.object({ resourceUri: z.string() }) }
  server.registerPrompt('test_prompt_with_embedded_resource', withUri, ({ resourceUri }) =>
    says(embedded(resourceUri)),
  )
  server.registerPrompt('test_prompt_with_image', plain, () => says(picture))
  server.registerPrompt('test_input_required_result_prompt', plain, (ctx: ServerContext) => {
    const given = ctx.mcpReq.inputResponses?.['user_context']
    if (given !== undefined) return says({ type: 'text', text: JSON.stringify(given) })
    const requestedSchema = z.object({ context: z.string() })
    const asked = inputRequired.elicit({ message: 'What is it about?', requestedSchema })
    return inputRequired({ inputRequests: { user_context: asked } })
  })
}
