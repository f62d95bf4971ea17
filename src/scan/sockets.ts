// Sockets that are credentials: whoever may open one acts with what stands behind it.
import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'

import type { Destroys } from './found.ts'
import type { ScanWorld, Source } from './source.ts'

interface Row {
  readonly id: string
  readonly provider: string
  readonly says: string
  readonly reachOf: string
  readonly destroys: Destroys
  readonly paths: (world: ScanWorld) => readonly (string | undefined)[]
}

const rows: readonly Row[] = [
  {
    id: 'container-socket',
    provider: 'docker',
    says: 'socket of a container engine',
    reachOf: 'this machine, as its root',
    destroys: 'yes',
    paths: ({ home, environment, uid }) => [
      environment['DOCKER_HOST']?.replace(/^unix:\/\//, ''),
      '/var/run/docker.sock',
      '/run/containerd/containerd.sock',
      '/run/crio/crio.sock',
      '/run/podman/podman.sock',
      `/run/user/${uid ?? 0}/docker.sock`,
      `/run/user/${uid ?? 0}/podman/podman.sock`,
      join(home, '.docker/run/docker.sock'),
      join(home, '.colima/default/docker.sock'),
      join(home, '.orbstack/run/docker.sock'),
      join(home, '.rd/docker.sock'),
    ],
  },
  {
    id: 'ssh-agent',
    provider: 'ssh',
    says: 'ssh-agent: signs with every key that was added',
    reachOf: 'every host that takes those keys',
    destroys: 'yes',
    paths: ({ environment }) => [environment['SSH_AUTH_SOCK']],
  },
  {
    id: 'gpg-agent',
    provider: 'gpg',
    says: 'gpg-agent: signs and decrypts, ssh included',
    reachOf: 'what takes those keys',
    destroys: 'unknown',
    paths: ({ home, uid }) => [
      `/run/user/${uid ?? 0}/gnupg/S.gpg-agent.ssh`,
      join(home, '.gnupg/S.gpg-agent.ssh'),
    ],
  },
]

export const sockets: Source = {
  name: 'sockets',
  about: 'sockets that act for whoever opens them: container engines, ssh-agent',
  limits: { texts: 1000, bytes: 1, fileBytes: 1, milliseconds: 5000 },
  read(world, collector) {
    const seen = new Set<string>()
    for (const { paths, ...row } of rows) {
      for (const path of paths(world)) {
        if (path === undefined || seen.has(path) || !opens(path)) continue
        seen.add(path)
        const found = { ...row, reach: 'unknown', key: null, prefix: '', expiresAt: null } as const
        const place = { source: 'sockets', name: path, line: null, key: null } as const
        collector.name(found, { ...place, commit: null, file: null })
      }
    }
  },
}

function opens(path: string): boolean {
  try {
    if (!statSync(path).isSocket()) return false
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}
