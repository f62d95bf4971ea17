// What a verb of a command line of infrastructure does, where nothing more is known of it.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import { destroy, disarm, disclose, escalate, read, write } from './effects.ts'

/** stop: it is down until somebody starts it again */
export type VerbKind = 'read' | 'write' | 'destroy' | 'stop' | 'disarm' | 'escalate' | 'disclose'

const words: Readonly<Record<VerbKind, string>> = {
  read: `retrieve describe get list ls show view search lookup query scan find check validate
    verify wait watch tail logs log read status info version head count diff plan preview
    estimate simulate download history inspect browse open explain whoami detect filter
    select top metrics usage what-if doctor completion docs help print test lint tree cat
    stat du poll compare dump report notifications me current ping examples locations sizes
    types`,
  write: `create add new put set update edit modify patch apply deploy start enable register
    associate attach tag untag copy cp import upload push send publish submit resize scale
    restart reboot rename move mv clone fork upgrade retry promote rollback failover init
    configure login link use switch save accept approve complete resume unpause reopen
    subscribe request allocate provision purchase initiate change merge swap reload refresh
    activate confirm increase decrease build redeploy label mark index record annotate
    assign monitor unmonitor export generate render on begin reindex pull snapshot backup
    capture transfer switchover cordon verify-domain analyze test-invoke optimize join
    schedule notify translate synthesize transcribe classify infer invite sign logout unlink
    install setup bind mount prepare pre-provision trigger rerun replicate batch-put
    batch-update bulk-upload`,
  destroy: `delete destroy remove rm rb del purge terminate erase drop wipe truncate flush reset
    rebuild deregister release expire prune clear discard abandon undeploy unpublish
    uninstall cancel abort detach disassociate dissociate unassign disconnect restore
    reinstall empty evict unset revoke decommission reimage batch-delete bulk-delete
    delete-batch admin-delete batch-disassociate force-delete overwrite archive close
    unsubscribe reject delete-all rmdir unbind unmount leave kick withdraw destroy-all
    retire clean cleanup gc shrink delete-collection batch-remove`,
  stop: `stop pause suspend shutdown poweroff deallocate hibernate halt kill drain power-off
    shutdown-instance off quiesce sleep`,
  disarm: `disable unlock deactivate unprotect disable-protection`,
  escalate: `ssh exec shell console connect grant authorize assume impersonate tunnel proxy
    port-forward add-iam-policy-binding set-iam-policy invoke call execute rotate regenerate
    roll reset-password run-command forward attach-iso request-console enable-rescue`,
  disclose: `reveal credentials get-credentials list-keys get-access-token print-access-token
    print-identity-token show-connection-string connection-string decrypt get-password`,
}

const kinds: ReadonlyMap<string, VerbKind> = new Map(
  (Object.entries(words) as [VerbKind, string][]).flatMap(([kind, text]) =>
    text
      .split(/\s+/)
      .filter((one) => one !== '')
      .map((one) => [one, kind] as const),
  ),
)

/** `delete-db-instance` by what it begins with; null: it is no verb that is known here. */
export function kindOfVerb(verb: string): VerbKind | null {
  const parts = verb.toLowerCase().split(/[-_]/)
  for (let count = parts.length; count > 0; count--) {
    const kind = kinds.get(parts.slice(0, count).join('-'))
    if (kind !== undefined) return kind
  }
  return null
}

/** It is a verb, and not only a word that begins with one: `record-sets`. */
export function isVerb(word: string): boolean {
  return kinds.has(word.toLowerCase())
}

export function effectOf(kind: VerbKind, on: Resource): Effect {
  switch (kind) {
    case 'read':
      return read(on)
    case 'disclose':
      return disclose(on)
    case 'write':
      return write(on)
    case 'destroy':
      return destroy(on)
    case 'stop':
      return destroy(on, 'some', 'trivial')
    case 'disarm':
      return disarm(on, 'some')
    case 'escalate':
      return escalate(on, 'some')
  }
}

/** `instances` to `instance`, `policies` to `policy`. */
export function singular(noun: string): string {
  if (/(ss|us|is|ics|dns|sms|sqs|sns|kms|ecs|eks|rds|status)$/.test(noun)) return noun
  if (noun.endsWith('ies')) return `${noun.slice(0, -3)}y`
  return noun.endsWith('s') ? noun.slice(0, -1) : noun
}
