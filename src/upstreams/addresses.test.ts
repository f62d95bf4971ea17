import assert from 'node:assert/strict'
import { test } from 'node:test'

import { refuseAddress } from './addresses.ts'

const publicAddresses = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '192.167.1.1',
  '198.17.0.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '64:ff9b::8.8.8.8',
  '2002:808:808::1',
]

const privateAddresses = [
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '100.64.0.1',
  '100.127.255.255',
  '198.18.0.1',
  '::1',
  '0:0:0:0:0:0:0:1',
  'fc00::1',
  'fdff::1',
  '::ffff:127.0.0.1',
  '::FFFF:7f00:1',
  '0:0:0:0:0:ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2002:c0a8:1::1',
]

const neverAddresses = [
  '169.254.169.254',
  '169.254.170.2',
  '169.254.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '0.0.0.0',
  '0.1.2.3',
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::8.8.8.8',
  '::127.0.0.1',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'ff02::1',
  'fd00:ec2::254',
  'FD00:0EC2:0:0:0:0:0:254',
  'fd20:ce::254',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::1',
  '2002:a9fe:a9fe::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:db8::1',
  '3fff::1',
  '100::1',
  '5f00::1',
  '4000::1',
  'fe80::1%eth0',
  '::1%lo',
  '127.1',
  '0177.0.0.1',
  '0x7f000001',
  '2130706433',
  '127.0.0.1 ',
  'localhost',
  '',
]

for (const address of publicAddresses) {
  test(`${address} is public`, () => {
    assert.equal(refuseAddress(address, false), null)
    assert.equal(refuseAddress(address, true), null)
  })
}
for (const address of privateAddresses) {
  test(`${address} is private`, () => {
    assert.match(refuseAddress(address, false) ?? '', /^it is a|^it is the/)
    assert.equal(refuseAddress(address, true), null)
  })
}
for (const address of neverAddresses) {
  test(`${address} is never connected to`, () => {
    assert.notEqual(refuseAddress(address, false), null)
    assert.notEqual(refuseAddress(address, true), null)
  })
}
