// Railway's public API: GraphQL over HTTP at exactly `/graphql/v2`, on every host of the provider.
// Other paths (`/graphql/internal`, `/oauth/…`), and other spellings of this one, are not read.
import type { Action, Reader } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import { isNonEmpty } from '../../domain/nonempty.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { HttpPayload } from '../../domain/request.ts'
import type { Resource } from '../../domain/resource.ts'
import { createDocumentCache } from '../../languages/graphql/document-cache.ts'
import type { DocumentCache } from '../../languages/graphql/document-cache.ts'
import { documentLimits } from '../../languages/graphql/document.ts'
import type { ExecutableDocument } from '../../languages/graphql/document.ts'
import { readCarriedRequests } from '../../languages/graphql/over-http.ts'
import type { GraphqlRequest } from '../../languages/graphql/over-http.ts'
import { readOperation } from '../../languages/graphql/read.ts'
import type { RootField } from '../../languages/graphql/read.ts'
import { unknownEffect } from './call.ts'
import { operationOf } from './operations.ts'
import { effectsOf } from './rows.ts'
import { disclosureBelow, namesOfSecrets } from './secrets.ts'

const endpoint = '/graphql/v2'
const actionsMax = 64
const excerptCharactersMax = 200

/** Arguments whose literal values are nobody's to read: an excerpt ends before them. */
const concealed: ReadonlySet<string> = new Set([
  'code',
  'config',
  'default',
  'nonce',
  'password',
  'payload',
  'registryCredentials',
  'secret',
  'sharedVariables',
  'token',
  'value',
  'variables',
  'yaml',
])

export function createRailwayReader(): Reader<HttpPayload> {
  const documents = createDocumentCache()
  return {
    read(payload) {
      try {
        return readPayload(payload, documents)
      } catch {
        return [unreadable(payload, 'the reader failed')]
      }
    },
  }
}

function readPayload(payload: HttpPayload, documents: DocumentCache): NonEmpty<Action> {
  const [path, search] = splitTarget(payload.target)
  if (path !== endpoint) return [elsewhere(payload)]
  const encoding = headerValues(payload, 'content-encoding')
  if (encoding.some((value) => value.toLowerCase() !== 'identity')) {
    return [unreadable(payload, 'an encoded body')]
  }
  const { method, body } = payload
  const contentTypes = headerValues(payload, 'content-type')
  const carried = readCarriedRequests({ method, search, contentTypes, body })
  if (carried.kind === 'refused') return [unreadable(payload, carried.why)]
  const actions: Action[] = []
  let fields = 0
  for (const request of carried.requests) {
    const parsed = documents.parse(request.query)
    if (parsed.kind === 'refused') return [unreadable(payload, parsed.why)]
    fields += parsed.document.fields
    if (fields > documentLimits.fieldsMax) {
      return [unreadable(payload, `more than ${documentLimits.fieldsMax} fields in a batch`)]
    }
    actions.push(...readRequest(payload, parsed.document, request))
  }
  if (actions.length > actionsMax) {
    return [unreadable(payload, `more than ${actionsMax} operations in one request`)]
  }
  return isNonEmpty(actions) ? actions : [unreadable(payload, 'no operation')]
}

function readRequest(
  payload: HttpPayload,
  document: ExecutableDocument,
  request: GraphqlRequest,
): readonly Action[] {
  const operation = readOperation(document, request.operationName, request.variables)
  if (operation.kind === 'refused') return [unreadable(payload, operation.why)]
  if (operation.fields.length === 0) return [nothing(payload)]
  return operation.fields.map((field) => actionOf(document, field))
}

function actionOf(document: ExecutableDocument, field: RootField): Action {
  const own = readField(field)
  const { text: excerpt, span } = field.excerpt(concealed, excerptCharactersMax)
  return {
    verb: short(field.name),
    effects: [...own, ...disclosed(document, field, own[0]), ...strangeness(document)],
    evidence: { reader: 'railway', excerpt, span },
  }
}

function disclosed(document: ExecutableDocument, field: RootField, own: Effect): readonly Effect[] {
  if (!namesASecret(document)) return []
  const disclosure = disclosureBelow(field)
  if (disclosure === 'nothing') return []
  if (disclosure === 'inside' && own.kind === 'disclose') return []
  const resource = disclosure === 'inside' ? ownResource(own) : account
  return [{ kind: 'disclose', resource, extent: 'some' }]
}

const namingSecrets = new WeakMap<ExecutableDocument, boolean>()

/** Asked at every request, of documents that are the same again and again. */
function namesASecret(document: ExecutableDocument): boolean {
  let known = namingSecrets.get(document)
  if (known === undefined) {
    known = [...document.fieldNames].some((name) => namesOfSecrets.has(name))
    namingSecrets.set(document, known)
  }
  return known
}

function strangeness({ strangeDirective }: ExecutableDocument): readonly Effect[] {
  if (strangeDirective === null) return []
  return [unknownEffect(`the directive \`@${short(strangeDirective)}\` is not known`)]
}

function readField(field: RootField): NonEmpty<Effect> {
  const verb = short(field.name)
  const operation = operationOf(field.operation, field.name)
  if (operation === undefined) {
    return [unknownEffect(`the ${field.operation} \`${verb}\` is not in the table`)]
  }
  return effectsOf(operation, { verb, arguments: field.arguments })
}

const account: Resource = { provider: 'railway', type: 'account', id: null, within: {} }

/** Everything, where it is not known of what. */
function ownResource(effect: Effect): Resource {
  if (effect.kind === 'unknown' || effect.resource.type === 'platform') return account
  return effect.resource
}

/** Every field is surely skipped: the server has nothing to do. */
function nothing(payload: HttpPayload): Action {
  const resource: Resource = { provider: 'railway', type: 'platform', id: null, within: {} }
  return actionOn(payload, { kind: 'read', resource, extent: 'some' })
}

function unreadable(payload: HttpPayload, why: string): Action {
  return actionOn(payload, { kind: 'unknown', why, legible: false })
}

/** Not the endpoint that the table is about; a person may still judge what is text. */
function elsewhere(payload: HttpPayload): Action {
  const why = `only \`${endpoint}\`, spelled so, is read`
  return actionOn(payload, { kind: 'unknown', why, legible: isText(payload.body) })
}

function actionOn(payload: HttpPayload, effect: Effect): Action {
  const { method, target } = payload
  const [path] = splitTarget(target)
  const line = `${method} ${path}`.slice(0, excerptCharactersMax).toWellFormed()
  return {
    verb: short(method),
    effects: [effect],
    evidence: { reader: 'railway', excerpt: line, span: null },
  }
}

function splitTarget(target: string): readonly [path: string, search: string | null] {
  const mark = target.indexOf('?')
  return mark === -1 ? [target, null] : [target.slice(0, mark), target.slice(mark + 1)]
}

function headerValues({ headers }: HttpPayload, name: string): readonly string[] {
  return headers.filter(([each]) => each === name).map(([, value]) => value)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

function isText(body: Uint8Array): boolean {
  try {
    return !control.test(utf8.decode(body))
  } catch {
    return false
  }
}

/** Names are the agent's own, as long as it likes. */
function short(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 79)}…`
}
