// The statements of the comparison: what destroys, and what only looks like it. Each runs against
// the shop of the scenarios (test/scenarios/postgres/seed.ts), inside a transaction that is undone.

export interface Compared {
  /** what is sent in one message */
  readonly sql: string
  /** run before, in the same transaction, and not compared */
  readonly first?: string
  /**
   * statements that the server runs inside, as a hook of the server sees them: bodies of functions,
   * dynamic SQL. What is in the text itself need not be said.
   */
  readonly inside?: readonly string[]
}

export const destructive: readonly Compared[] = [
  { sql: 'DROP TABLE customers CASCADE' },
  { sql: 'DROP SCHEMA public CASCADE' },
  { sql: 'DROP DATABASE shop_dev' },
  { sql: 'DROP VIEW customer_totals' },
  { sql: 'DROP SEQUENCE invoice_numbers CASCADE' },
  { sql: 'DROP TYPE order_status CASCADE' },
  { sql: 'DROP OWNED BY app' },
  { sql: 'drop/**/table/* */if exists payments' },
  { sql: 'TRUNCATE customers CASCADE' },
  { sql: 'TRUNCATE TABLE ONLY payments' },
  { sql: 'DELETE FROM payments' },
  { sql: 'DELETE FROM orders WHERE true' },
  { sql: 'DELETE FROM orders WHERE id > 0 OR 1 = 1' },
  { sql: 'DELETE FROM customers WHERE id IN (SELECT customer_id FROM orders)' },
  { sql: 'DELETE FROM orders o USING customers c WHERE c.id = o.customer_id' },
  { sql: 'DELETE FROM ONLY payments AS p -- WHERE id = 1' },
  { sql: 'DELETE FROM events_2025' },
  { sql: 'WITH gone AS (DELETE FROM payments RETURNING id) SELECT count(*) FROM gone' },
  { sql: 'EXPLAIN ANALYZE DELETE FROM payments' },
  { sql: 'UPDATE customers SET email = id::text' },
  { sql: 'UPDATE orders SET total = 0 WHERE id = id' },
  {
    sql: 'MERGE INTO payments p USING orders o ON p.order_id = o.id WHEN MATCHED THEN DELETE',
  },
  { sql: "UPDATE manager_roles SET raw_title = NULL WHERE raw_title LIKE '%'" },
  {
    sql: 'INSERT INTO payments SELECT id, NULL, 0 FROM payments ON CONFLICT (id) DO UPDATE SET amount = 0',
  },
  { sql: 'ALTER TABLE customers DROP COLUMN profile' },
  { sql: 'ALTER TABLE notes ALTER COLUMN said TYPE varchar(3) USING left(said, 3)' },
  { sql: 'ALTER TABLE orders DISABLE TRIGGER orders_audit' },
  { sql: 'ALTER TABLE orders DROP CONSTRAINT orders_total_check' },
  { sql: 'ALTER TABLE events DETACH PARTITION events_2025' },
  { sql: 'SET session_replication_role = replica' },
  {
    sql: "DO $$ BEGIN EXECUTE 'DROP TABLE ' || 'payments'; END $$",
    inside: ['DROP TABLE payments'],
  },
  {
    sql: "DO $$ BEGIN EXECUTE 'DEL' || 'ETE FROM payments'; END $$",
    inside: ['DELETE FROM payments'],
  },
  {
    first:
      'CREATE FUNCTION tidy() RETURNS void LANGUAGE sql AS $$ DELETE FROM payments WHERE amount > 0 $$',
    sql: 'SELECT tidy()',
    inside: ['DELETE FROM payments WHERE amount > 0'],
  },
  { first: 'PREPARE p AS DELETE FROM payments', sql: 'EXECUTE p' },
  {
    first: 'CREATE VIEW all_payments AS SELECT * FROM payments',
    sql: 'DELETE FROM all_payments WHERE amount >= 0',
  },
  { sql: "COPY (SELECT 1) TO PROGRAM 'rm -rf backups'" },
  { sql: "SELECT set_config('session_replication_role', 'replica', false)" },
  { sql: 'SELECT 1; DELETE FROM payments WHERE amount IS NOT NULL; SELECT 2' },
  { sql: 'DROP EXTENSION plpgsql CASCADE' },
  { sql: 'REASSIGN OWNED BY app TO postgres' },
]

export const harmless: readonly Compared[] = [
  { sql: 'SELECT * FROM customers WHERE id = 1' },
  { sql: "SELECT 'DROP TABLE customers' AS advice" },
  { sql: '/* DROP TABLE customers; */ SELECT 1' },
  { sql: 'SELECT $$ TRUNCATE customers; DELETE FROM orders; $$ AS quoted' },
  { sql: 'EXPLAIN DELETE FROM payments' },
  { sql: "INSERT INTO notes VALUES ('never DELETE FROM customers; not even once', '2026-01-01')" },
  { sql: 'CREATE TABLE drop_log (truncate text, "delete from" text)' },
  { sql: 'SELECT 1 AS "drop table"' },
  { sql: "COMMENT ON TABLE notes IS 'DROP TABLE is not how to empty it'" },
  { first: 'CREATE TEMP TABLE scratch (n int)', sql: 'DROP TABLE scratch' },
  { first: 'CREATE TEMP TABLE scratch (n int)', sql: 'TRUNCATE scratch' },
  { first: 'CREATE TEMP TABLE scratch (n int)', sql: 'DELETE FROM scratch' },
  { sql: "UPDATE customers SET name = 'DELETE FROM x' WHERE id = 1" },
  { sql: 'SELECT * FROM orders WHERE id = 1 FOR UPDATE' },
  { sql: 'ALTER TABLE notes ADD COLUMN dropped boolean' },
  { sql: 'CREATE INDEX drop_index ON notes (said)' },
  { sql: 'WITH deleted AS (SELECT * FROM payments) SELECT count(*) FROM deleted' },
  { first: 'SAVEPOINT here', sql: 'ROLLBACK TO SAVEPOINT here' },
  { sql: "SELECT * FROM audit WHERE what = 'orders DELETE' -- DROP TABLE audit" },
  { sql: 'PREPARE later AS DELETE FROM payments WHERE id = $1' },
  { sql: 'SELECT count(*) FROM pg_stat_user_tables WHERE n_tup_del > 0' },
  { sql: 'COPY notes (said) TO STDOUT' },
  { sql: "INSERT INTO events VALUES ('2026-05-01', 'truncate', '{}')" },
  { sql: "SET application_name = 'drop table runner'" },
]
