// Backends by subscription: firebase, convex, appwrite.
import { cli } from '../cli.ts'
import type { CommandRow } from '../commands.ts'
import { unknown } from '../effects.ts'
import { meaningsOf, nounThenVerb } from '../meanings.ts'
import type { Call, Meaning } from '../row.ts'
import { nothing } from '../row.ts'
import { kindOfVerb } from '../verbs.ts'

const firebaseOf = meaningsOf('firebase')
const convexOf = meaningsOf('convex')
const appwriteOf = meaningsOf('appwrite')

const firebase = cli({
  programs: ['firebase', 'firebase-tools'],
  valued:
    '-P --project --account -c --config --only --except -m --message --token --import --database',
  bare: '--non-interactive -i --interactive -f --force -r --all-collections --shallow',
  help: '--help -h --version -V',
  rows: {
    'init|login|login:list|login:ci|logout|use|serve|open|help|emulators:start|emulators:exec':
      nothing,
    'projects:list|apps:list|apps:sdkconfig|functions:list|functions:log|hosting:sites:list':
      nothing,
    'firestore:indexes|firestore:databases:list|firestore:databases:get|target|functions:shell':
      nothing,
    'functions:config:get|functions:secrets:get|functions:config:export|experiments:list': nothing,
    'emulators:export|setup:emulators:firestore|setup:emulators:database|database:profile': nothing,
    'database:get|remoteconfig:get|hosting:channel:list|auth:export|ext|ext:list|ext:info': nothing,
    'deploy|hosting:channel:deploy|hosting:clone|functions:config:set': firebaseOf.writes(
      'project',
      {
        from: '--project -P',
        at: null,
      },
    ),
    'firestore:delete': firebaseOf.destroys('firestore'),
    'firestore:databases:delete': firebaseOf.destroys('firestore'),
    'firestore:databases:restore|firestore:databases:create|firestore:databases:update':
      firebaseOf.writes('firestore'),
    'firestore:backups:delete': firebaseOf.destroys('backup'),
    'firestore:backups:schedules:delete': firebaseOf.disarms('backup-schedule'),
    'database:remove': firebaseOf.destroys('database'),
    'database:set': firebaseOf.destroys('database', { extent: 'some' }),
    'database:update|database:push|database:import': firebaseOf.writes('database'),
    'functions:delete': firebaseOf.destroys('function', { each: true }),
    'functions:config:unset': firebaseOf.destroys('configuration', { each: true }),
    'functions:secrets:access': firebaseOf.discloses('secret'),
    'functions:secrets:set': firebaseOf.writes('secret'),
    'functions:secrets:destroy|functions:secrets:prune': firebaseOf.destroys('secret'),
    'hosting:disable': firebaseOf.stops('site', { at: null }),
    'hosting:sites:delete': firebaseOf.destroys('site'),
    'hosting:channel:delete': firebaseOf.destroys('channel'),
    'hosting:sites:create|hosting:channel:create|apps:create|projects:create':
      firebaseOf.writes('site'),
    'auth:import': firebaseOf.escalates('users', { at: null }),
    'remoteconfig:rollback': firebaseOf.writes('project', { at: null }),
    'apphosting:backends:delete': firebaseOf.destroys('backend'),
    'apphosting:backends:list|apphosting:backends:get': nothing,
    'apphosting:secrets:grantaccess|projects:addfirebase': firebaseOf.escalates('project'),
    'ext:uninstall': firebaseOf.destroys('extension'),
    'dataconnect:sql:migrate': firebaseOf.destroys('dataconnect', { extent: 'some' }),
    'dataconnect:sql:shell': firebaseOf.escalates('dataconnect'),
  },
  otherwise: ({ args }) => byLastPart(args.operands[0]?.text ?? null),
})

/** `hosting:sites:get`: the last part is the verb. */
function byLastPart(text: string | null): readonly [] | null {
  const parts = text?.split(':') ?? []
  const verb = parts.length < 2 ? null : (parts.at(-1) ?? null)
  return verb !== null && kindOfVerb(verb) === 'read' ? [] : null
}

const convex = cli({
  programs: ['convex'],
  valued: `--url --admin-key --deployment-name --preview-name --env-file --table --path --format
    --limit --component --message --cmd --preview-run`,
  bare: '--prod --watch --push -y --append --replace --replace-all --once --no-push',
  rows: {
    'dev|init|codegen|docs|dashboard|login|logout|logs|data|function-spec|version|update': nothing,
    'mcp|ai-files|disable-local-deployments|export': nothing,
    deploy: convexOf.writes('deployment', { at: null }),
    import: (call) =>
      call.args.has('--replace', '--replace-all')
        ? convexOf.destroys('deployment', { from: '--deployment-name', at: null })(call)
        : convexOf.writes('deployment', { at: null })(call),
    'env list': nothing,
    'env set': convexOf.writes('variable'),
    'env get': convexOf.discloses('variable'),
    'env remove|rm|unset': convexOf.destroys('variable'),
    run: runFunction,
  },
})

/** A function of the project's own: only its name tells anything. */
function runFunction(call: Call): ReturnType<Meaning> {
  const name = call.args.operands[0]?.text ?? null
  const called = name?.split(/[:.]/).at(-1) ?? ''
  const verb = called.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()
  const kind = verb === '' ? null : kindOfVerb(verb)
  if (kind === 'destroy') return convexOf.destroys('function')(call)
  if (kind === 'read') return convexOf.reads('function')(call)
  if (call.args.has('--prod')) {
    return [unknown(`what the function \`${called.slice(0, 40)}\` does is not known here`)]
  }
  return convexOf.writes('function')(call)
}

const ids = `--project-id --database-id --table-id --collection-id --row-id --document-id --user-id
  --bucket-id --file-id --function-id --site-id --team-id --topic-id`

const appwrite = cli({
  programs: ['appwrite'],
  valued: `--endpoint --key --name ${ids}`,
  help: '--help -h --version -v',
  rows: {
    'login|logout|whoami|init|client|types|generate|update|register|migrate|list': nothing,
    'push|deploy': appwriteOf.writes('project', { at: null }),
    pull: nothing,
    'users create|update-labels|create-session|create-jwt': appwriteOf.escalates('user'),
    'projects create-key|update-key': appwriteOf.escalates('project'),
    'functions create-execution': appwriteOf.escalates('function', { from: '--function-id' }),
    'run function': nothing,
  },
  otherwise: nounThenVerb('appwrite', { from: ids.replaceAll(/\s+/g, ' ') }),
})

export const backends: readonly CommandRow[] = [firebase, convex, appwrite]
