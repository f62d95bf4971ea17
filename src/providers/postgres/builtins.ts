// PostgreSQL's own functions. What is not volatile computes; every volatile one is in a row.
import { computingFunctions } from './builtin-names.ts'

export type BuiltinRow =
  | 'harmless'
  /** reads files, settings or secrets of the server */
  | 'discloses-server'
  | 'escalates-server'
  | 'disarms-server'
  | 'writes-server'
  | 'writes-database'
  /** can be taken back as it was made */
  | 'adds-database'
  | 'destroys-database'
  | 'advances-sequence'
  | 'sets-sequence'
  | 'sets-setting'
  /** runs the SQL in its first or second argument */
  | 'runs-text-first'
  | 'runs-text-second'
  | 'runs-everything'

const rows: Readonly<Record<Exclude<BuiltinRow, 'harmless'>, string>> = {
  'discloses-server': `pg_read_file pg_read_binary_file pg_read_file_old pg_ls_dir pg_ls_logdir
    pg_ls_waldir pg_ls_tmpdir pg_ls_archive_statusdir pg_ls_logicalmapdir pg_ls_logicalsnapdir
    pg_ls_replslotdir pg_ls_summariesdir pg_stat_file pg_hba_file_rules pg_ident_file_mappings
    pg_show_all_file_settings pg_logical_slot_peek_changes pg_logical_slot_peek_binary_changes
    pg_wal_summary_contents pg_logdir_ls`,
  'escalates-server': `lo_import lo_export pg_file_write pg_file_rename pg_file_unlink pg_file_sync
    binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension
    binary_upgrade_logical_slot_has_caught_up binary_upgrade_replorigin_advance
    binary_upgrade_set_missing_value binary_upgrade_set_next_array_pg_type_oid
    binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
    binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
    binary_upgrade_set_next_multirange_array_pg_type_oid
    binary_upgrade_set_next_multirange_pg_type_oid binary_upgrade_set_next_pg_authid_oid
    binary_upgrade_set_next_pg_enum_oid binary_upgrade_set_next_pg_tablespace_oid
    binary_upgrade_set_next_pg_type_oid binary_upgrade_set_next_toast_pg_class_oid
    binary_upgrade_set_next_toast_relfilenode binary_upgrade_set_record_init_privs
    pg_stop_making_pinned_objects pg_nextoid pg_import_system_collations`,
  'disarms-server': `pg_drop_replication_slot pg_replication_origin_drop pg_wal_replay_pause
    pg_backup_stop pg_stop_backup pg_stat_reset pg_stat_reset_shared
    pg_stat_reset_single_table_counters pg_stat_reset_single_function_counters pg_stat_reset_slru
    pg_stat_reset_replication_slot pg_stat_reset_subscription_stats pg_stat_reset_backend_stats`,
  'writes-server': `pg_terminate_backend pg_cancel_backend pg_reload_conf pg_rotate_logfile
    pg_rotate_logfile_old pg_switch_wal pg_promote pg_create_restore_point pg_backup_start
    pg_start_backup pg_wal_replay_resume pg_create_logical_replication_slot
    pg_create_physical_replication_slot pg_copy_logical_replication_slot
    pg_copy_physical_replication_slot pg_replication_slot_advance pg_logical_slot_get_changes
    pg_logical_slot_get_binary_changes pg_logical_emit_message pg_replication_origin_create
    pg_replication_origin_advance pg_replication_origin_session_setup
    pg_replication_origin_session_reset pg_replication_origin_xact_setup
    pg_replication_origin_xact_reset pg_log_backend_memory_contexts pg_log_standby_snapshot
    pg_sync_replication_slots pg_clear_attribute_stats pg_clear_relation_stats
    pg_restore_attribute_stats pg_restore_relation_stats`,
  'writes-database': `lo_put lowrite lo_truncate lo_truncate64`,
  'adds-database': `lo_creat lo_create lo_from_bytea pg_notify brin_desummarize_range`,
  'destroys-database': `lo_unlink`,
  'advances-sequence': `nextval`,
  'sets-sequence': `setval`,
  'sets-setting': `set_config`,
  'runs-text-first': `query_to_xml query_to_xml_and_xmlschema query_to_xmlschema ts_stat`,
  'runs-text-second': `ts_rewrite`,
  'runs-everything': `database_to_xml database_to_xml_and_xmlschema schema_to_xml
    schema_to_xml_and_xmlschema table_to_xml table_to_xml_and_xmlschema plpgsql_call_handler
    plpgsql_inline_handler plpgsql_validator`,
}

/** Volatile, and yet they only compute, wait, lock, or say what is there. */
const harmless = `amvalidate array_sample array_shuffle bernoulli brin_summarize_new_values
  brin_summarize_range brinhandler bthandler clock_timestamp current_query currtid2 currval
  cursor_to_xml cursor_to_xmlschema dsnowball_init dsnowball_lexize gen_random_uuid
  gin_clean_pending_list ginhandler gisthandler hashhandler heap_tableam_handler lastval lo_close
  lo_get lo_lseek lo_lseek64 lo_open lo_tell lo_tell64 loread pg_advisory_lock
  pg_advisory_lock_shared pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared
  pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_available_wal_summaries pg_blocking_pids
  pg_collation_actual_version pg_control_checkpoint pg_control_init pg_control_recovery
  pg_control_system pg_current_logfile pg_current_wal_flush_lsn pg_current_wal_insert_lsn
  pg_current_wal_lsn pg_database_collation_actual_version pg_database_size pg_export_snapshot
  pg_extension_config_dump pg_get_aios pg_get_backend_memory_contexts pg_get_loaded_modules
  pg_get_multixact_members pg_get_sequence_data pg_get_shmem_allocations
  pg_get_shmem_allocations_numa pg_get_wait_events pg_get_wal_replay_pause_state
  pg_get_wal_resource_managers pg_get_wal_summarizer_state pg_indexes_size pg_is_in_backup
  pg_is_in_recovery pg_is_wal_replay_paused pg_isolation_test_session_is_blocked pg_jit_available
  pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn
  pg_last_xact_replay_timestamp pg_lock_status pg_notification_queue_usage pg_partition_ancestors
  pg_partition_tree pg_prepared_xact pg_relation_size pg_replication_origin_progress
  pg_replication_origin_session_is_setup pg_replication_origin_session_progress
  pg_safe_snapshot_blocking_pids pg_sequence_last_value pg_show_replication_origin_status pg_sleep
  pg_sleep_for pg_sleep_until pg_stat_clear_snapshot pg_stat_force_next_flush pg_stat_get_backend_io
  pg_stat_get_backend_wal pg_stat_get_io pg_stat_get_recovery_prefetch
  pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls
  pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time
  pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched
  pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted
  pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned
  pg_stat_get_xact_tuples_updated pg_stat_have_stats pg_table_size pg_tablespace_size
  pg_total_relation_size pg_try_advisory_lock pg_try_advisory_lock_shared
  pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_xact_commit_timestamp
  pg_xact_commit_timestamp_origin pg_xact_status random random_normal setseed spghandler system
  timeofday txid_status uuidv4 uuidv7 database_to_xmlschema schema_to_xmlschema table_to_xmlschema`

const byName = new Map<string, BuiltinRow>()
for (const name of harmless.trim().split(/\s+/)) byName.set(name, 'harmless')
for (const [row, names] of Object.entries(rows) as [BuiltinRow, string][]) {
  for (const name of names.trim().split(/\s+/)) if (name !== '') byName.set(name, row)
}

const computing = new Set(computingFunctions.trim().split(/\s+/))

export function builtinRow(name: string): BuiltinRow | null {
  return byName.get(name) ?? null
}

/** A function that PostgreSQL brings, and is known to. */
export function isKnownBuiltin(name: string): boolean {
  return computing.has(name) || byName.has(name)
}
