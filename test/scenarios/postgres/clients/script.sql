-- What people put into psql's scripts: variables, a transaction, \copy in and out, \gset, \if.
\set limit 3
SELECT name FROM customers WHERE id = :who LIMIT :limit;
BEGIN;
INSERT INTO notes VALUES ('from psql', '2026-02-01');
SAVEPOINT here;
UPDATE notes SET said = 'changed' WHERE said = 'from psql';
ROLLBACK TO here;
SELECT said FROM notes WHERE at = '2026-02-01';
ROLLBACK;
\copy (SELECT 'copied ' || i, date '2026-02-02' FROM generate_series(1, 3) i) TO notes.tsv
\copy notes FROM notes.tsv
SELECT count(*) AS n, count(*) > 0 AS some FROM notes WHERE said LIKE 'copied%' \gset
\if :some
\echo copied :n
\endif
PREPARE by_id (int) AS SELECT name FROM customers WHERE id = $1;
EXECUTE by_id (5);
DEALLOCATE by_id;
BEGIN;
DECLARE few CURSOR FOR SELECT id FROM orders ORDER BY id;
FETCH 2 FROM few;
CLOSE few;
COMMIT;
