# psycopg2: the simple protocol, parameters put into the text by the client.
import os
import sys

import psycopg2

with psycopg2.connect(os.environ["DATABASE_URL"]) as connection:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customers WHERE id > %s", (0,))
        print("customers", cursor.fetchone()[0])
        cursor.execute("INSERT INTO notes VALUES (%s, %s)", ("from psycopg2", "2026-03-01"))
        with connection.cursor("named") as named:
            named.itersize = 50
            named.execute("SELECT id FROM orders ORDER BY id")
            print("orders", sum(1 for _ in named))
        try:
            cursor.execute("DELETE FROM order_items")
            print("deleted", cursor.rowcount)
        except psycopg2.errors.InsufficientPrivilege as error:
            print("told:", error, file=sys.stderr)
            print("sqlstate:", error.pgcode, file=sys.stderr)
            sys.exit(1)
