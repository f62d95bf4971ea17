// Object stores by their own programs.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import type { Effect } from '../../../domain/effect.ts'
import { destroy, resource, write } from '../effects.ts'
import { meaningsOf, when } from '../meanings.ts'
import type { Call, Meaning } from '../row.ts'
import { nothing } from '../row.ts'
import { localResource } from '../paths.ts'
import type { Word } from '../../../languages/shell/syntax.ts'

/** `remote:bucket` and `s3://bucket` are elsewhere; all else is a path of this machine. */
function place(word: Word | undefined, { invocation, surroundings }: Call) {
  if (word === undefined) return resource('objects', 'store', null)
  const text = word.text ?? word.pieces[0] ?? null
  if (text === null) return resource('objects', 'store', null)
  if (/^[a-z][a-z0-9+]*:\/\/|^:?[\w.@ -]{2,}[^/]*:/i.test(text)) {
    return resource('objects', 'store', word.text)
  }
  return localResource(word, { directory: invocation.directory, home: surroundings.home })
}

function at(index: number, effect: (on: ReturnType<typeof resource>) => Effect): Meaning {
  return (call) => [effect(place(call.args.operands[index], call))]
}

const gone = (on: ReturnType<typeof resource>) => destroy(on)
const partly = (on: ReturnType<typeof resource>) => destroy(on, 'some')
const written = (on: ReturnType<typeof resource>) => write(on)

/** Many programs take several names of what is to go. */
const eachGone: Meaning = (call) => call.args.operands.map((word) => destroy(place(word, call)))

const rclone = cli({
  programs: ['rclone'],
  valued: `--config --filter --include --exclude --min-age --max-age --transfers --checkers --bwlimit
    --log-file --log-level --backup-dir --max-delete --files-from`,
  bare: '-v -vv -P --progress --checksum -c -u --update --fast-list --ignore-existing -i -x',
  dry: '--dry-run -n',
  rows: {
    'ls|lsd|lsl|lsf|lsjson|size|check|cryptcheck|version|about|listremotes|tree|cat|md5sum':
      nothing,
    'sha1sum|hashsum|ncdu|help|checksum|obscure|completion|genautocomplete|test|selfupdate':
      nothing,
    'copy|copyto|mkdir|touch|copyurl|rcat|settier|archive': at(1, written),
    bisync: at(1, partly),
    sync: at(1, partly),
    'move|moveto': at(0, partly),
    'delete|purge|deletefile|rmdir|rmdirs|cleanup|dedupe': at(0, gone),
    'config show|dump|file|paths|providers': (call) =>
      /show|dump/.test(call.verb) ? meaningsOf('objects').discloses('credential')(call) : [],
    config: meaningsOf('objects').writes('configuration', { at: null }),
    'link|serve|rcd|mount|nfsmount': meaningsOf('objects').escalates('store'),
    'backend|rc': meaningsOf('objects').escalates('store'),
  },
})

const s3cmd = cli({
  programs: ['s3cmd', 's4cmd', 's5cmd'],
  valued: '-c --config --access_key --secret_key --region --host --exclude --include --acl-grant',
  bare: '-r -f --delete-removed --no-progress -v',
  dry: '--dry-run -n',
  rows: {
    'ls|la|du|info|cat|head|version': nothing,
    'put|get|cp|mb|modify|setacl|accesslog|restore|run|pipe|sign': at(1, written),
    'del|rm|rb|delete': eachGone,
    'expire|setlifecycle|dellifecycle': at(0, partly),
    'delpolicy|delcors': at(0, written),
    setpolicy: meaningsOf('objects').escalates('store', { at: 1 }),
    signurl: meaningsOf('objects').discloses('store'),
    'mv|fixbucket': at(0, partly),
    sync: when('--delete-removed --delete', at(1, partly), at(1, written)),
  },
})

const minio = cli({
  programs: ['mc', 'mcli'],
  valued: '-C --config-dir --older-than --newer-than --attr',
  bare: '-r --insecure --dangerous --incomplete --versions --no-color --remove --overwrite',
  rows: {
    'ls|cat|head|stat|du|tree|find|diff|ping|ready|version|update|watch|sql': nothing,
    'alias list|ls|set|remove|rm|import|export': meaningsOf('objects').writes('configuration'),
    'cp|put|get|mb|pipe|tag|retention|legalhold|undo': at(1, written),
    'rm|rb': eachGone,
    mv: at(0, partly),
    mirror: when('--remove', at(1, partly), at(1, written)),
    'ilm|quota|encrypt|replicate|version': at(1, partly),
    'share|anonymous|policy': meaningsOf('objects').escalates('store', { at: 1 }),
    'admin info|trace|logs|top|prometheus': nothing,
    'admin user|policy|group|accesskey': meaningsOf('objects').escalates('store', { at: null }),
    'admin service|decommission|heal|rebalance': meaningsOf('objects').stops('store', { at: 1 }),
  },
})

export const objects: readonly CommandRow[] = [rclone, s3cmd, minio]
