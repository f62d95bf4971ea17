// Ways out through the kernel, other processes and the disk. Tried from inside for real; beside
// them what must go on working.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'

import { asking, openSandboxWorld, sections, treeToken, unavailable } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

/** System calls by their numbers on x86_64; elsewhere only what programs can ask for is asked. */
const calls =
  process.arch === 'x64'
    ? {
        TIOCSTI: 'perl -e \'$c = "x"; print syscall(16, 0, 0x5412, $c), " $!"\'',
        'TIOCSTI with high bits':
          'perl -e \'$c = "x"; print syscall(16, 0, 0x500005412, $c), " $!"\'',
        TIOCLINUX: 'perl -e \'$c = "\\2"; print syscall(16, 0, 0x541c, $c), " $!"\'',
        keyctl: "perl -e 'print syscall(250, 0, -3, 1), qq( $!)'",
        bpf: "perl -e 'print syscall(321, 0, 0, 0), qq( $!)'",
        userfaultfd: "perl -e 'print syscall(323, 0), qq( $!)'",
        io_uring: "perl -e 'print syscall(425, 1, 0), qq( $!)'",
        'a new user namespace': "perl -e 'print syscall(272, 0x10000000), qq( $!)'",
        'a namespace by clone': "perl -e 'print syscall(56, 0x10000011, 0, 0, 0, 0), qq( $!)'",
        clone3: "perl -e 'print syscall(435, 0, 0), qq( $!)'",
        setns: "perl -e 'print syscall(308, 0, 0), qq( $!)'",
        mount: "perl -e 'print syscall(165, 0, 0, 0, 0, 0), qq( $!)'",
        'open by handle': "perl -e 'print syscall(304, 0, 0, 0), qq( $!)'",
        x32: "perl -e 'print syscall(0x40000000 + 39), qq( $!)'",
      }
    : {}

test('the kernel refuses what has no use here', { skip }, async () => {
  const said = sections((await world.run(asking(calls))).stdout)
  assert.equal(said.size, Object.keys(calls).length)
  for (const [name, text] of said) {
    const refused = /^-1 (Operation not permitted|Function not implemented)/.test(text)
    assert.ok(refused || (name === 'x32' && /rc=159/.test(text)), `${name}: ${text}`)
  }
})

test('no power, no other user, no other process', { skip }, async () => {
  const secret = `CANARY-environment-${process.pid}`
  const other = spawn('sleep', ['60'], { env: { ...process.env, SECRET: secret } })
  try {
    const questions = {
      capabilities: 'grep -E "^Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|^Seccomp:" /proc/self/status',
      su: 'su -c true 2>&1 </dev/null',
      namespaces: 'unshare -U true; unshare -n true; unshare -m true',
      mount: 'mount -t tmpfs none /mnt; mount -o remount,rw /usr; umount /run/holdpoint',
      ptrace: `perl -e 'print syscall(101, 16, ${other.pid ?? 0}, 0, 0), qq( $!)'`,
      kill: `kill -0 ${other.pid ?? 0}`,
      processes: 'ls /proc | grep -c "^[0-9]"',
      environments: 'cat /proc/[0-9]*/environ | tr "\\0" "\\n" | grep CANARY',
      'the kernel by its owner':
        'for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe; do echo x > $f && echo WRITTEN; done; echo b > /proc/sysrq-trigger && echo WRITTEN',
      memory:
        'head -c1 /proc/kcore; head -c1 /dev/mem; head -c1 /dev/kmem; ls /dev/sd* /dev/vd* /dev/nvme*',
      descriptors: 'ls /proc/self/fd | tr "\\n" " "',
    }
    const said = sections((await world.run(asking(questions), { input: '' })).stdout)
    const text = (name: string): string => said.get(name) ?? ''
    assert.match(text('capabilities'), /CapPrm:\s+0+\nCapEff:\s+0+\nCapBnd:\s+0+\nCapAmb:\s+0+\n/)
    assert.match(text('capabilities'), /NoNewPrivs:\s+1\nSeccomp:\s+2/)
    assert.doesNotMatch(text('namespaces'), /rc=0/)
    assert.doesNotMatch(text('mount'), /rc=0/)
    assert.match(text('ptrace'), /^-1/)
    assert.doesNotMatch(text('kill'), /rc=0/)
    assert.ok(Number(text('processes').split('\n')[0]) < 10, text('processes'))
    assert.doesNotMatch(text('environments'), /CANARY/)
    assert.doesNotMatch(text('the kernel by its owner'), /WRITTEN/)
    assert.doesNotMatch(text('memory'), /rc=0/)
    assert.equal(text('descriptors').split('\n')[0]?.replace('rc=0', '').trim(), '0 1 2 3')
  } finally {
    other.kill('SIGKILL')
  }
})

test('of the disk there is the system, the tools and the work', { skip }, async () => {
  const { configuration } = world.staged
  const state = join(dirname(configuration), '.holdpoint')
  const questions = {
    vault: `cat '${state}/vault.json' '${state}/vault.key' '${state}/holdpoint.sqlite'`,
    configuration: `cat '${configuration}'`,
    home: 'cat ~/.aws/credentials ~/.ssh/id_ed25519 ~/.netrc 2>/dev/null; ls -A ~',
    sockets:
      'ls -d /var/run/docker.sock /run/docker.sock /run/dbus /run/systemd /tmp/.X11-unix; [ -z "$SSH_AUTH_SOCK$DBUS_SESSION_BUS_ADDRESS$DISPLAY" ]',
    shadow: 'cat /etc/shadow /etc/gshadow | grep -c :',
    others:
      'ls -A /home /root /srv /mnt /media /data /work /boot 2>/dev/null | grep -v -e ^/ -e "^$" | head -3',
    writing:
      'for f in /usr/bin/x /etc/x /opt/x /x /run/holdpoint/x; do touch $f 2>/dev/null && echo "WRITTEN $f"; done; true',
    itself: 'touch ../x ~/../x; true',
    'the temporary folder': 'ls -A /tmp /var /var/tmp',
    'a copy in /tmp': 'echo mine > /tmp/x && cat /tmp/x && echo mine > ~/x && cat ~/x',
  }
  const environment = {
    SSH_AUTH_SOCK: '/tmp/agent.sock',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/0/bus',
    DISPLAY: ':0',
  }
  const said = sections((await world.run(asking(questions), { env: environment })).stdout)
  for (const name of ['vault', 'configuration']) assert.doesNotMatch(said.get(name) ?? '', /rc=0/)
  assert.doesNotMatch(said.get('home') ?? '', /CANARY|\.aws|\.ssh/)
  assert.match(said.get('sockets') ?? '', /rc=0/)
  assert.match(said.get('shadow') ?? '', /^0\n|rc=1/)
  assert.match(said.get('others') ?? '', /^rc=/)
  assert.doesNotMatch(said.get('writing') ?? '', /WRITTEN/)
  assert.ok(!existsSync(join(world.tree, '../x')), 'what is beside the work tree is private')
  assert.match(said.get('a copy in /tmp') ?? '', /^mine\nmine\nrc=0/)
})

test('the environment has leases where tokens were, and no other secret', { skip }, async () => {
  const given = {
    RAILWAY_TOKEN: 'CANARY-railway',
    AWS_SECRET_ACCESS_KEY: 'CANARY-aws',
    GITHUB_TOKEN: 'CANARY-github',
    MY_SECRET: 'CANARY-secret',
    SOME_URL: 'https://me:CANARY-in-a-url@example.com/',
    PLAIN_SETTING: 'kept',
    LD_PRELOAD: '/tmp/CANARY.so',
  }
  const { stdout } = await world.run('env', { env: given })
  assert.doesNotMatch(stdout, /CANARY/)
  assert.match(stdout, /^PLAIN_SETTING=kept$/m)
  assert.match(stdout, /^RAILWAY_TOKEN=hpl_/m)
  assert.match(stdout, /^RAILWAY_API_TOKEN=hpl_/m)
  assert.match(stdout, /^https_proxy=http:\/\/lease:hpl_/m)
})

test('a credential of the work tree reads as its lease, by whatever name', { skip }, async () => {
  const questions = {
    itself: 'cat .env',
    moved: 'mkdir -p sub; mv .env sub/ ; cat .env sub/.env',
    linked: 'ln .env copy; ln -s .env link; cat copy link',
    'by its descriptor': 'exec 5<.env; cat /proc/self/fd/5',
    'by /proc': 'cat /proc/self/root$PWD/.env /proc/self/cwd/.env /proc/1/root$PWD/.env',
    'by git': 'git add -f .env && git show :.env; git stash list; git reset -q',
    written: 'echo x >> .env; rm -f .env; cat .env',
  }
  const { stdout } = await world.run(asking(questions))
  const said = sections(stdout)
  assert.doesNotMatch(stdout, new RegExp(treeToken))
  assert.match(said.get('itself') ?? '', /^RAILWAY_API_TOKEN=hpl_\S+\nMODE=development\nrc=0/)
  assert.match(readFileSync(join(world.tree, '.env'), 'utf8'), new RegExp(treeToken))
})
