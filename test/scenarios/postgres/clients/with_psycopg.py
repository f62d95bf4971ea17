# psycopg 3: parameters bound on the server, binary answers, prepared after some repetitions, pipelines.
import os
import sys

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    for i in range(10, 18):
        row = connection.execute("SELECT name FROM customers WHERE id = %s", (i + 1,)).fetchone()
        assert row == (f"customer {i + 1}",), row
    with connection.cursor(binary=True) as cursor:
        cursor.execute("SELECT count(*) FROM customers WHERE id > %s", (0,))
        print("customers", cursor.fetchone()[0])
    with connection.pipeline():
        for i in range(20):
            connection.execute("INSERT INTO notes VALUES (%s, %s)", (f"psycopg {i}", "2026-03-01"))
    with connection.cursor() as cursor, cursor.copy("COPY notes FROM STDIN") as copy:
        copy.write_row(("copied by psycopg", "2026-03-02"))
    connection.commit()
    try:
        print("deleted", connection.execute("DELETE FROM order_items").rowcount)
    except psycopg.errors.InsufficientPrivilege as error:
        print("told:", error, file=sys.stderr)
        print("sqlstate:", error.sqlstate, error.diag.message_detail, error.diag.message_hint, file=sys.stderr)
        sys.exit(1)
