// Node's own fetch through the gate as a proxy, with the CA in NODE_EXTRA_CA_CERTS:
//   node-fetch.ts PROXY LEASE BODY
import { ProxyAgent } from 'undici'

const [proxy = '', lease = '', body = ''] = process.argv.slice(2)
const answer = await fetch('https://backboard.railway.com/graphql/v2', {
  method: 'POST',
  headers: { authorization: `Bearer ${lease}`, 'content-type': 'application/json' },
  body,
  dispatcher: new ProxyAgent(proxy),
} as RequestInit)
process.stdout.write(await answer.text())
