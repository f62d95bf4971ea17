/** What `PRAGMA user_version` says of a store with these tables. */
export const schemaVersion = 3
/** `HPLD`: the file is a store of Holdpoint. */
export const applicationId = 0x48504c44

const pushTables = `
  CREATE TABLE push_subscriptions(
    subscription TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    person TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`

const askTables = `
  CREATE TABLE asks(
    id TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    agent TEXT NOT NULL,
    mandate TEXT NOT NULL,
    expires TEXT NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('waiting', 'granted', 'refused', 'told')),
    answered INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX asks_by_state ON asks(state, idx);
`

const toolTables = `
  CREATE TABLE tool_pins(
    upstream TEXT NOT NULL,
    tool TEXT NOT NULL,
    definition TEXT NOT NULL,
    idx INTEGER NOT NULL,
    PRIMARY KEY(upstream, tool)
  ) STRICT, WITHOUT ROWID;
`

/**
 * Facts, and their folds. A fold keeps where its fact is (`idx`), and beyond that only what is
 * looked for; the rest is read from the fact itself, so that the two cannot disagree.
 */
export const schema = `
  CREATE TABLE facts(
    idx INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    hash BLOB NOT NULL,
    leaf BLOB NOT NULL,
    salt BLOB,
    beside BLOB
  ) STRICT;

  CREATE TABLE nodes(
    level INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY(level, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoint(
    one INTEGER PRIMARY KEY CHECK(one = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL
  ) STRICT;

  CREATE TABLE agents(
    name TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    frozen INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE kills(
    agent TEXT PRIMARY KEY,
    idx INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE mandates(
    id TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    agent TEXT NOT NULL,
    parent TEXT,
    expires TEXT NOT NULL,
    ended TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mandates_by_parent ON mandates(parent) WHERE parent IS NOT NULL;
  CREATE TABLE leases(
    id TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    agent TEXT NOT NULL,
    mandate TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    ended TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX leases_by_mandate ON leases(mandate);
  CREATE TABLE spent(
    mandate TEXT PRIMARY KEY,
    requests INTEGER NOT NULL,
    writes INTEGER NOT NULL,
    destroys INTEGER NOT NULL,
    denials INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE touched(
    mandate TEXT NOT NULL,
    resource TEXT NOT NULL,
    PRIMARY KEY(mandate, resource)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE enrolments(
    code_hash TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    used TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE people(
    name TEXT PRIMARY KEY,
    roles TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE passkeys(
    id TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    person TEXT NOT NULL,
    sign_count INTEGER NOT NULL,
    revoked TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decisions(
    id TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    request TEXT NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('allowed', 'held', 'denied', 'released')),
    unguarded TEXT,
    sent INTEGER,
    ended INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX decisions_under_way ON decisions(sent) WHERE sent IS NOT NULL AND ended IS NULL;
  CREATE TABLE history(
    decision TEXT NOT NULL,
    idx INTEGER NOT NULL,
    PRIMARY KEY(decision, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE holds(
    id TEXT PRIMARY KEY,
    idx INTEGER NOT NULL,
    decision TEXT NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    request TEXT NOT NULL,
    lease TEXT NOT NULL,
    state TEXT NOT NULL,
    answered INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX holds_by_state ON holds(state, idx);
  CREATE INDEX holds_by_request ON holds(request, lease, idx);
  CREATE TABLE approvals(
    hold TEXT NOT NULL,
    person TEXT NOT NULL,
    idx INTEGER NOT NULL,
    PRIMARY KEY(hold, person)
  ) STRICT, WITHOUT ROWID;
  ${pushTables}
  ${askTables}
  ${toolTables}
`

/** What a store of an older version lacks, by that version; nothing before it needs folding. */
export const upgrades: Readonly<Record<number, string>> = {
  1: pushTables,
  2: `${askTables}${toolTables}`,
}
