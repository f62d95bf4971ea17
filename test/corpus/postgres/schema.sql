-- The database that the corpus is read against: a shop, with everything in it that makes SQL do
-- more than it says. `catalogue.json` is what the server says of it.
CREATE SCHEMA audit;
CREATE SCHEMA "Odd Names";
CREATE ROLE shop_owner;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  name text DEFAULT 'nobody',
  lower_email text GENERATED ALWAYS AS (lower(email)) STORED,
  active boolean DEFAULT true
);
CREATE TABLE orders (
  id serial PRIMARY KEY,
  user_id bigint REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  total numeric NOT NULL DEFAULT 0 CHECK (total >= 0),
  made_at timestamptz DEFAULT now()
);
CREATE TABLE items (
  id serial PRIMARY KEY,
  order_id int REFERENCES orders (id) ON DELETE CASCADE,
  sku text
);
CREATE TABLE notes (
  id serial PRIMARY KEY,
  user_id bigint REFERENCES users (id) ON DELETE SET NULL,
  body text
);
CREATE TABLE logs (id serial PRIMARY KEY, at timestamptz, line text);
CREATE TABLE settings (key text PRIMARY KEY, value text);
CREATE TABLE "Odd Names"."A/B" (id int);
CREATE TABLE measurements (at date NOT NULL, value int) PARTITION BY RANGE (at);
CREATE TABLE measurements_2025 PARTITION OF measurements FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE measurements_2026 PARTITION OF measurements FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE animals (id int, name text);
CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE audit.entries (id serial PRIMARY KEY, what text, at timestamptz DEFAULT now());
CREATE TABLE documents (id serial PRIMARY KEY, owner text DEFAULT CURRENT_USER, body text);
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON documents USING (owner = CURRENT_USER);
CREATE SEQUENCE tickets;
CREATE INDEX users_email ON users (lower(email));

CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit.entries (what) VALUES (TG_OP);
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON settings
  FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION touch();

CREATE FUNCTION full_name(users) RETURNS text LANGUAGE sql STABLE AS $$ SELECT $1.name $$;
CREATE FUNCTION order_count(who bigint) RETURNS bigint LANGUAGE sql STABLE AS
  $$ SELECT count(*) FROM orders WHERE user_id = who $$;
CREATE FUNCTION purge_logs(days int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE n int;
BEGIN
  DELETE FROM logs WHERE at < now() - make_interval(days => days);
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
CREATE FUNCTION innocent(int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT purge_logs($1) $$;
CREATE FUNCTION run(text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE $1; END $$;
CREATE FUNCTION drop_logs() RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE 'DR' || 'OP TABLE logs'; END $$;
CREATE FUNCTION add_one(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN $1 + 1; END $$;
CREATE FUNCTION wipe(documents) RETURNS void LANGUAGE sql AS
  $$ DELETE FROM documents WHERE id = $1.id $$;
CREATE PROCEDURE archive(days int) LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit.entries (what) SELECT line FROM logs;
  PERFORM purge_logs(days);
END $$;

CREATE VIEW active_users AS SELECT id, email, name FROM users WHERE active;
CREATE VIEW all_users AS SELECT id, email FROM users;
CREATE VIEW spend AS SELECT u.id, sum(o.total) AS total
  FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id;
CREATE VIEW trap AS SELECT id, purge_logs(30) AS purged FROM users;
CREATE VIEW noted AS SELECT id, body FROM notes;
CREATE FUNCTION noted_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE notes SET body = NULL WHERE id = OLD.id;
  RETURN OLD;
END $$;
CREATE TRIGGER noted_write INSTEAD OF DELETE ON noted FOR EACH ROW EXECUTE FUNCTION noted_write();
CREATE VIEW old_orders AS SELECT id, total FROM orders;
CREATE RULE keep AS ON DELETE TO old_orders DO INSTEAD
  UPDATE orders SET total = 0 WHERE id = OLD.id;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;

INSERT INTO users (email, name) SELECT 'u' || i || '@example.com', 'user ' || i
  FROM generate_series(1, 20) i;
INSERT INTO orders (user_id, total) SELECT 1 + i % 20, i FROM generate_series(0, 39) i;
INSERT INTO items (order_id, sku) SELECT 1 + i % 40, 'sku' || i FROM generate_series(0, 79) i;
INSERT INTO notes (user_id, body) SELECT i, 'note' FROM generate_series(1, 20) i;
INSERT INTO logs (at, line) SELECT now() - make_interval(days => i), 'line' FROM generate_series(1, 60) i;
INSERT INTO settings VALUES ('a', '1'), ('b', '2');
INSERT INTO measurements VALUES ('2025-05-05', 1), ('2026-05-05', 2);
INSERT INTO animals VALUES (1, 'cat');
INSERT INTO dogs VALUES (2, 'rex', 'collie');
INSERT INTO documents (body) VALUES ('x'), ('y');
