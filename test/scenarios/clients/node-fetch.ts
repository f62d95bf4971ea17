// Node's own fetch through the gate as a proxy, with the CA in NODE_EXTRA_CA_CERTS:
//   node-fetch.ts PROXY LEASE BODY
import { ProxyAgent, setGlobalDispatcher } from 'undici'

const [proxy = '', lease = '', body = ''] = process.argv.slice(2)
setGlobalDispatcher(new ProxyAgent(proxy))
const answer = await fetch('https://backboard.railway.com/graphql/v2', {
  method: 'POST',
  headers: { authorization: `Bearer ${lease}`, 'content-type': 'application/json' },
  body,
})
process.stdout.write(await answer.text())
