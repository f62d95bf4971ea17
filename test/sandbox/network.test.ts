// Ways to the network past the doors. Each is tried from inside for real; what listens outside says
// that nobody came. What an agent needs of a network works beside it.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { once } from 'node:events'
import { after, before, test } from 'node:test'

import { asking, openSandboxWorld, sections, unavailable } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

const perlSocket = (code: string): string => `perl -MSocket -e '${code.replaceAll("'", "'\\''")}'`

test('no address, name or socket of the host is reached from inside', { skip }, async () => {
  const questions: Record<string, string> = {}
  for (const { name, host, port } of world.canaries) {
    if (name.startsWith('tcp')) {
      questions[name] = `curl -sS --noproxy '*' -m 3 'http://${bracketed(host)}:${port}/'`
    } else if (name.startsWith('udp')) {
      const family = host.includes(':') ? 'INET6' : 'INET'
      questions[name] =
        `perl -MIO::Socket::IP -e 'my $s = IO::Socket::IP->new(PeerHost => "${host}", ` +
        `PeerPort => ${port}, Proto => "udp", Family => Socket::AF_${family}()) or die "no: $@"; ` +
        `print $s->send("x") ? "sent" : "not sent"'`
    } else {
      const path = host.startsWith('\0') ? `\\0${host.slice(1)}` : host
      questions[name] = perlSocket(
        `socket(S, AF_UNIX, SOCK_STREAM, 0) or die; connect(S, pack_sockaddr_un("${path}")) or die "no: $!"; print <S>`,
      )
    }
  }
  const { stdout, code } = await world.run(asking(questions))
  assert.equal(code, 0)
  for (const [name, said] of sections(stdout)) assert.doesNotMatch(said, /CANARY/, name)
  assert.deepEqual(
    world.canaries.filter(({ heard }) => heard > 0).map(({ name }) => name),
    [],
  )
  // They do hear those who can reach them.
  for (const canary of world.canaries.filter(({ name }) => !name.startsWith('udp'))) {
    const { host, port } = canary
    const socket = port === 0 ? connect(host) : connect(port, host)
    await once(socket.resume(), 'close')
    assert.equal(canary.heard, 1, canary.name)
  }
})

test('nothing answers for names, metadata addresses or the world outside', { skip }, async () => {
  const questions = {
    metadata: 'curl -sS --noproxy "*" -m 3 http://169.254.169.254/latest/meta-data/',
    'metadata by IPv6': 'curl -sS --noproxy "*" -m 3 "http://[fd00:ec2::254]/latest/meta-data/"',
    'metadata by proxy': 'curl -sS -m 5 http://169.254.169.254/latest/meta-data/',
    'metadata by name': 'curl -sS -m 5 http://metadata.google.internal/computeMetadata/v1/',
    'a name': 'getent ahosts c2VjcmV0.tunnel.example.com',
    'a query': perlSocket(
      'use IO::Socket::INET; my $s = IO::Socket::INET->new(PeerAddr => "1.1.1.1:53", Proto => "udp") or die "no: $!"; print $s->send("x") ? "sent" : "not"',
    ),
    routes:
      'cat /proc/net/route /proc/net/fib_trie | grep -c -v -e 127 -e Local -e Main -e Iface -e "\\-\\-" -e 0.0.0.0 -e host -e link -e ^$',
    interfaces: 'ls /sys/class/net 2>/dev/null; tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "',
  }
  const said = sections((await world.run(asking(questions))).stdout)
  for (const name of ['metadata', 'metadata by IPv6', 'a name', 'a query']) {
    assert.doesNotMatch(said.get(name) ?? '', /rc=0/, name)
  }
  assert.match(said.get('metadata by proxy') ?? '', /address/)
  assert.match(said.get('metadata by name') ?? '', /not a public name|not allowed|egress|refused/)
  assert.equal(said.get('interfaces'), 'lo\nrc=0\n')
})

test('sockets of families that know no namespace cannot be made', { skip }, async () => {
  const named = {
    vsock: 'socket(S, 40, 1, 0) or die "no: $!"; print "made"',
    packet: 'socket(S, 17, 3, 768) or die "no: $!"; print "made"',
    bluetooth: 'socket(S, 31, 1, 3) or die "no: $!"; print "made"',
    alg: 'socket(S, 38, 5, 0) or die "no: $!"; print "made"',
    'netlink audit': 'socket(S, 16, 3, 9) or die "no: $!"; print "made"',
    raw: 'socket(S, 2, 3, 1) or die "no: $!"; print "made"',
    'raw IPv6': 'socket(S, 10, 3, 58) or die "no: $!"; print "made"',
    unix: 'socket(S, 1, 1, 0) or die "no: $!"; print "made"',
    inet: 'socket(S, 2, 1, 0) or die "no: $!"; print "made"',
    'netlink route': 'socket(S, 16, 3, 0) or die "no: $!"; print "made"',
  }
  const questions = Object.fromEntries(
    Object.entries(named).map(([name, code]) => [name, `perl -e '${code}'`]),
  )
  const said = sections((await world.run(asking(questions))).stdout)
  const made = [...said].filter(([, text]) => text.startsWith('made')).map(([name]) => name)
  assert.deepEqual(made, ['unix', 'inet', 'netlink route'])
})

test('the console and the control plane answer nobody inside', { skip }, async () => {
  const { console, configuration } = world.staged
  const { port } = new URL(console)
  const socket = configuration.replace(/holdpoint\.yaml$/, '.holdpoint/control.sock')
  const questions = {
    loopback: `curl -sS --noproxy '*' -m 3 http://127.0.0.1:${port}/`,
    'by the proxy': `curl -sS -m 5 http://127.0.0.1:${port}/`,
    'by CONNECT': `curl -sS -m 5 -p http://127.0.0.1:${port}/`,
    'by CONNECT to a name': `curl -sS -m 5 -p http://localhost:${port}/ --noproxy none.example`,
    'by a name that leads here': `curl -sS -m 5 -p http://localtest.me:${port}/`,
    'by another spelling': `curl -sS -m 5 --noproxy none.example -x "$HTTP_PROXY" http://0x7f000001:${port}/`,
    'its socket': `curl -sS -m 3 --unix-socket '${socket}' http://holdpoint/v1/status`,
    'its folder': `ls '${socket.replace(/control\.sock$/, '')}'`,
    'a garbled proxy': `printf 'CONNECT 127.0.0.1:${port} HTTP/1.1\\r\\n\\r\\nGET / HTTP/1.1\\r\\n\\r\\n' | perl -MIO::Socket::INET -e 'alarm 3; my $s = IO::Socket::INET->new("127.0.0.1:".($ENV{HTTP_PROXY} =~ /:(\\d+)$/)[0]) or die; print $s <STDIN>; shutdown($s,1); print <$s>'`,
  }
  const said = sections((await world.run(asking(questions))).stdout)
  for (const [name, text] of said) {
    assert.doesNotMatch(
      text,
      /<!doctype|enrol|"value"|holdpoint\.sqlite|vault/i,
      `${name}: ${text}`,
    )
  }
  assert.equal(said.size, Object.keys(questions).length)
})

test('what an agent needs of a network works', { skip }, async () => {
  const api = 'https://backboard.railway.com/graphql/v2'
  const body = `-H 'content-type: application/json' -d '{"query":"{ me { email } }"}'`
  const questions = {
    'the governed host by the proxy': `curl -sS ${api} ${body}`,
    'the governed host without a proxy': `curl -sS --noproxy '*' ${api} -H "authorization: Bearer $RAILWAY_API_TOKEN" ${body}`,
    'Node by fetch': `node -e 'fetch("${api}", { method: "POST", headers: { "content-type": "application/json", authorization: "Bearer " + process.env.RAILWAY_API_TOKEN }, body: JSON.stringify({ query: "{ me { email } }" }) }).then((r) => r.text()).then(console.log)'`,
    'a server of its own': `perl -MIO::Socket::INET -e 'alarm 30; my $l = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:8080", ReuseAddr => 1) or die; if (fork) { my $c = $l->accept; print $c "HTTP/1.0 200 OK\\r\\n\\r\\nmine\\n"; close $c; wait } else { exec "curl", "-sS", "http://localhost:8080/" }'`,
    'the help desk': 'curl -sS http://holdpoint.internal/whoami',
  }
  const said = sections((await world.run(asking(questions))).stdout)
  for (const name of Object.keys(questions).slice(0, 3)) {
    assert.match(said.get(name) ?? '', /jer@pocketos\.example/, name)
  }
  assert.match(said.get('a server of its own') ?? '', /mine/)
  assert.match(said.get('the help desk') ?? '', /"agent":"cursor"/)
})

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
