// SET, RESET, DISCARD, set_config: run-time settings by a table. One that is in no row is unknown.
// A harmless one changes nothing but the session itself, which is nobody else's: it is a read.
import { childrenOf, constantOf, childOf, textOf } from '../../languages/sql/tree.ts'
import type { Tree } from '../../languages/sql/tree.ts'
import { databaseOf, disarms, escalates, reads, resourceOf, unknown } from './context.ts'
import type { Context } from './context.ts'
import { isHoldpoint } from './targets.ts'

type Row = 'harmless' | 'role' | 'disarm' | 'escalate' | 'path' | 'encoding' | 'lexing' | 'unknown'

const rows: Readonly<Record<Exclude<Row, 'unknown'>, string>> = {
  harmless: `application_name array_nulls backend_flush_after bytea_output check_function_bodies
    client_connection_check_interval client_min_messages commit_delay commit_siblings
    compute_query_id constraint_exclusion cpu_index_tuple_cost cpu_operator_cost cpu_tuple_cost
    cursor_tuple_fraction datestyle deadlock_timeout debug_pretty_print debug_print_parse
    debug_print_plan debug_print_rewritten default_statistics_target default_table_access_method
    default_tablespace default_text_search_config default_toast_compression
    default_transaction_deferrable default_transaction_isolation default_transaction_read_only
    effective_cache_size effective_io_concurrency enable_async_append enable_bitmapscan
    enable_distinct_reordering enable_gathermerge enable_group_by_reordering enable_hashagg
    enable_hashjoin enable_incremental_sort enable_indexonlyscan enable_indexscan enable_material
    enable_memoize enable_mergejoin enable_nestloop enable_parallel_append enable_parallel_hash
    enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join
    enable_presorted_aggregate enable_self_join_elimination enable_seqscan enable_sort
    enable_tidscan escape_string_warning exit_on_error extra_float_digits from_collapse_limit
    file_copy_method geqo geqo_effort geqo_generations geqo_pool_size geqo_seed
    geqo_selection_bias geqo_threshold gin_fuzzy_search_limit gin_pending_list_limit
    hash_mem_multiplier icu_validation_level idle_in_transaction_session_timeout
    idle_session_timeout intervalstyle io_combine_limit jit jit_above_cost
    jit_inline_above_cost jit_optimize_above_cost jit_expressions jit_tuple_deforming
    join_collapse_limit lc_monetary lc_numeric lc_time lock_timeout log_error_verbosity
    logical_decoding_work_mem maintenance_io_concurrency maintenance_work_mem
    max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather
    max_stack_depth min_parallel_index_scan_size min_parallel_table_scan_size
    operator_precedence_warning
    parallel_leader_participation parallel_setup_cost parallel_tuple_cost password_encryption
    plan_cache_mode quote_all_identifiers random_page_cost recursive_worktable_factor seed
    seq_page_cost statement_timeout synchronize_seqscans tcp_keepalives_count tcp_keepalives_idle
    tcp_keepalives_interval tcp_user_timeout temp_buffers temp_tablespaces timezone
    timezone_abbreviations trace_notify trace_sort transaction_deferrable transaction_isolation
    transaction_read_only transaction_timeout transform_null_equals vacuum_buffer_usage_limit
    vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit
    vacuum_cost_page_miss vacuum_freeze_min_age vacuum_freeze_table_age
    vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate
    wal_sender_timeout wal_skip_threshold work_mem xmlbinary xmloption row_security
    debug_parallel_query force_parallel_mode createrole_self_grant stats_fetch_consistency
    search_path_cache log_parameter_max_length_on_error event_source`,
  role: `role session_authorization`,
  disarm: `session_replication_role event_triggers ignore_system_indexes synchronous_commit
    wal_compression log_statement log_min_duration_statement log_min_messages
    log_min_error_statement log_duration track_activities track_counts track_functions
    zero_damaged_pages ignore_checksum_failure fsync full_page_writes default_with_oids`,
  escalate: `allow_system_table_mods lo_compat_privileges dynamic_library_path
    local_preload_libraries session_preload_libraries shared_preload_libraries
    allow_in_place_tablespaces restrict_nonsystem_relation_kind krb_server_keyfile
    allow_alter_system extension_control_path backtrace_functions debug_assertions`,
  path: `search_path`,
  encoding: `client_encoding`,
  lexing: `standard_conforming_strings backslash_quote`,
}

const byName = new Map<string, Row>()
for (const [row, names] of Object.entries(rows) as [Row, string][]) {
  for (const name of names.trim().split(/\s+/)) byName.set(name, row)
}

/** Harmless where it strengthens, or is what the server starts with. */
const safeValues: Readonly<Record<string, RegExp>> = {
  session_replication_role: /^(origin|local)$/i,
  synchronous_commit: /^(on|true|yes|1|remote_apply|remote_write|local)$/i,
  event_triggers: /^(on|true|yes|1)$/i,
  standard_conforming_strings: /^(on|true|yes|1)$/i,
  backslash_quote: /^safe_encoding$/i,
  client_encoding: /^(utf-?8|unicode)$/i,
  lo_compat_privileges: /^(off|false|no|0)$/i,
  restrict_nonsystem_relation_kind: /./,
}

/** null: the value is not known. `name` in lower case. */
export function readSetting(
  context: Context,
  name: string,
  values: readonly string[] | null,
): void {
  const setting = resourceOf(context, 'setting', name)
  if (isHoldpoint(name)) {
    escalates(context, resourceOf(context, 'schema', 'holdpoint'))
    return
  }
  const row = byName.get(name) ?? (/^[a-z_][\w$]*\.[\w$.]+$/i.test(name) ? 'harmless' : 'unknown')
  const safe = Object.hasOwn(safeValues, name) ? safeValues[name] : undefined
  if (values !== null && safe !== undefined && safe.test(values.join())) {
    reads(context, setting)
    return
  }
  switch (row) {
    case 'harmless': {
      reads(context, setting)
      return
    }
    case 'role': {
      becomes(context, name, values)
      return
    }
    case 'disarm': {
      disarms(context, setting)
      return
    }
    case 'escalate': {
      escalates(context, setting)
      return
    }
    case 'path': {
      takesPath(context, values)
      return
    }
    case 'encoding':
      changesEverything(context, 'another encoding')
      {
        unknown(context, 'in another encoding the server would read other words')
        return
      }
    case 'lexing':
      changesEverything(context, 'another way to read strings')
      {
        unknown(context, 'with this setting the server would read strings in another way')
        return
      }
    default: {
      unknown(context, `the setting \`${name.slice(0, 80)}\` is not in the table`)
      return
    }
  }
}

function changesEverything({ changed }: Context, what: string): void {
  changed.everything ??= `${what}, set in the same text, decides what names mean`
}

function becomes(context: Context, name: string, values: readonly string[] | null): void {
  const { user, sessionUser } = context.catalogue.session
  const [value] = values ?? []
  const own = name === 'role' ? ['none', sessionUser, user] : ['default', sessionUser]
  if (value !== undefined && own.includes(value) && sessionUser === user) {
    reads(context, resourceOf(context, 'setting', name))
    return
  }
  changesEverything(context, 'another role')
  escalates(context, resourceOf(context, 'role', value ?? null))
}

function takesPath(context: Context, values: readonly string[] | null): void {
  changesEverything(context, 'a search path')
  if (values === null) {
    unknown(context, 'a search path that is not said')
    return
  }
  const setting = resourceOf(context, 'setting', 'search_path')
  if (values.some(isHoldpoint)) {
    escalates(context, resourceOf(context, 'schema', 'holdpoint'))
    return
  }
  // Whatever stands before pg_catalog hides it; names are looked up there, and so read rightly.
  if (values.indexOf('pg_catalog') > 0) {
    disarms(context, setting)
    return
  }
  reads(context, setting)
}

export function readSet(context: Context, tree: Tree): void {
  const kind = textOf(tree, 'kind')
  const name = textOf(tree, 'name').toLowerCase()
  if (kind === 'VAR_RESET_ALL') {
    resets(context, [...unsafeResets])
    return
  }
  if (kind === 'VAR_RESET' || kind === 'VAR_SET_DEFAULT') {
    resets(context, [name])
    return
  }
  if (kind === 'VAR_SET_VALUE') {
    const values = childrenOf(tree, 'args').map((one) => constantOf(one))
    const known = values.every((value) => value !== undefined && value !== null)
    readSetting(context, name, known ? values.map(String) : null)
    return
  }
  if (kind === 'VAR_SET_MULTI') {
    readMulti(context, tree)
    return
  }
  if (kind === 'VAR_SET_CURRENT') {
    reads(context, resourceOf(context, 'setting', name))
    return
  }
  unknown(context, 'a kind of SET that is not read')
}

/** What a session starts with may differ from what it was pinned to. */
const unsafeResets: ReadonlySet<string> = new Set(['search_path'])

function resets(context: Context, names: readonly string[]): void {
  for (const name of names) {
    reads(context, resourceOf(context, 'setting', name))
    if (name === 'search_path') changesEverything(context, 'a search path')
    else if (name === 'role' || name === 'session_authorization') {
      if (context.catalogue.session.user !== context.catalogue.session.sessionUser) {
        changesEverything(context, 'another role')
      }
    } else if (isHoldpoint(name)) escalates(context, resourceOf(context, 'schema', 'holdpoint'))
    else if (!byName.has(name) && !name.includes('.')) {
      unknown(context, `the setting \`${name.slice(0, 80)}\` is not in the table`)
    }
  }
}

/** SET TRANSACTION, SET SESSION CHARACTERISTICS. */
function readMulti(context: Context, tree: Tree): void {
  for (const { tree: option } of childrenOf(tree, 'args')) {
    const value = constantOf(childOf(option, 'arg'))
    const name = textOf(option, 'defname') || 'transaction_snapshot'
    if (textOf(tree, 'name') === 'TRANSACTION SNAPSHOT') reads(context, databaseOf(context))
    else readSetting(context, name, [String(value)])
  }
}

export function readDiscard(context: Context, tree: Tree): void {
  const target = textOf(tree, 'target')
  reads(context, resourceOf(context, 'setting', 'session'))
  if (target === 'DISCARD_ALL') changesEverything(context, 'DISCARD ALL')
  if (target === 'DISCARD_TEMP') changesEverything(context, 'DISCARD TEMP')
}
