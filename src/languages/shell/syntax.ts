// What a shell script would run, as far as its text tells: no program is looked up, no file read.
import type { NonEmpty } from '../../domain/nonempty.ts'

/** A word after quoting and expansion. */
export interface Word {
  /** as written */
  readonly raw: string
  /** what the program gets; null where that depends on something the text does not tell */
  readonly text: string | null
  /** `/tmp/$X/a` with X unknown: `['/tmp/', null, '/a']`; all that is known of it, in order */
  readonly pieces: readonly (string | null)[]
  /** has an unquoted `*`, `?` or `[…]`: it stands for whatever matches */
  readonly glob: boolean
  /** what is not known in it was not quoted: it may be no word at all, or several */
  readonly loose?: true
  /** it stands for everything below the folder that is known of it */
  readonly every?: true
}

/** Where a command runs: on this machine, or behind a wrapper that carries it elsewhere. */
export type Whereabouts =
  | Readonly<{ kind: 'here' }>
  /** by: `ssh`, `docker`, `kubectl`, …; target: the host, container or pod; null: not known */
  | Readonly<{ kind: 'elsewhere'; by: string; target: string | null }>

/** What a program reads at its standard input. */
export type Input =
  | Readonly<{ kind: 'inherited' | 'nothing' }>
  | Readonly<{ kind: 'text'; text: string }>
  | Readonly<{ kind: 'file'; path: Word }>
  /**
   * from a command in a pipe, by its place in the list, or -1 where that is none of the list;
   * its output is not known
   */
  | Readonly<{ kind: 'pipe'; from: number }>

export interface Redirect {
  /** truncate: `>`; append: `>>`; read: `<`; both: `<>` */
  readonly kind: 'truncate' | 'append' | 'read' | 'both'
  readonly path: Word
}

/**
 * One program that would be run, with every wrapper around it taken off. Wrappers that do more
 * than wrap (`ssh`, `docker exec`, `kubectl exec`, `find -exec`, `su`, a shell that is given a
 * script) are listed too, as they were called, before what they run. A redirection that belongs
 * to no program (`> f`, `{ …; } > f`) is one of the program `:`.
 */
export interface Invocation {
  /** as called: `rm`, `/bin/rm`, `./x.sh`; a builtin or a function not defined in the text too */
  readonly program: Word
  readonly args: readonly Word[]
  readonly assignments: readonly Readonly<{ name: string; value: Word }>[]
  readonly redirects: readonly Redirect[]
  readonly input: Input
  /** after every `cd` before it; null where that is not known */
  readonly directory: string | null
  readonly where: Whereabouts
  /** as whom, where a wrapper says so: `root` for sudo */
  readonly user: string | null
  /** the wrappers taken off, outermost first: `['sudo', 'env', 'bash -c']` */
  readonly through: readonly string[]
  /** many: in a loop, by xargs, by find -exec */
  readonly times: 'once' | 'many'
  /** of its text in the script that was read; of the wrapper, where the text was made */
  readonly span: readonly [start: number, end: number]
}

/** A part that could not be read, and why: `eval` of something unknown, over a limit. */
export interface Unread {
  readonly why: string
  readonly span: readonly [start: number, end: number]
}

export type ShellReading =
  | Readonly<{
      kind: 'read'
      invocations: readonly Invocation[]
      /** parts that would run something which the text does not tell */
      unread: readonly Unread[]
    }>
  /** it is no script, or over a limit of size, depth, count or time */
  | Readonly<{ kind: 'refused'; why: string }>

/** What is known where the script will run. */
export interface ShellKnown {
  /** absolute; null where it is not known */
  readonly directory: string | null
  readonly home: string | null
  readonly variables: Readonly<Record<string, string>>
  /** whoever runs it may be a plain `sh`, and no bash */
  readonly shell?: 'sh'
}

/** Text that an interpreter would run as a program of its own: `python -c`, a heredoc into node. */
export interface Program {
  readonly language: 'python' | 'node' | 'perl' | 'ruby' | 'php'
  readonly text: string
}

export type Invocations = NonEmpty<Invocation>
