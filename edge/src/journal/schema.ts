import type Database from 'better-sqlite3';
import { systemCode } from '@lineside/kit';
import { STREAMS, type Stream } from '@lineside/protocol/records';
import { JournalError } from './errors.ts';
import { readMeta, writeMeta } from './meta.ts';
import { TELEMETRY_INDEX } from './telemetry-by-time.ts';

/** Marks the file as a Lineside journal for `file` and for us ("LSJ1"). */
const APPLICATION_ID = 0x4c534a31;

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** Table that holds the records of a stream; its rowid is the sequence, always given, never drawn by SQLite. */
export function tableOf(stream: Stream): string {
  return `record_${stream}`;
}

// hash: 32 bytes, chain.ts over the hash before and json. json: canonical text of the wire record, sent as it stands.
const recordTable = (stream: Stream): string => `
  CREATE TABLE ${tableOf(stream)}(
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    json TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
  ) STRICT;
  CREATE INDEX ${tableOf(stream)}_tombstone ON ${tableOf(stream)}(seq) WHERE kind = 'tombstone';`;

/** In order; a migration that has shipped is never edited, only followed by another. */
const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'streams, evidence',
    sql: `
      CREATE TABLE migration(version INTEGER PRIMARY KEY, name TEXT NOT NULL, wall_ms INTEGER NOT NULL) STRICT;
      CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      -- base: the last number no longer held, and its hash, from which the chain of what is held can be followed.
      CREATE TABLE stream_head(
        stream TEXT PRIMARY KEY,
        next_seq INTEGER NOT NULL,
        head BLOB NOT NULL CHECK (length(head) = 32),
        base_seq INTEGER NOT NULL,
        base_hash BLOB NOT NULL CHECK (length(base_hash) = 32),
        acked INTEGER NOT NULL,
        sack TEXT NOT NULL,
        declared INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        CHECK (base_seq < next_seq AND acked < next_seq)
      ) STRICT;
      ${STREAMS.map(recordTable).join('')}
      CREATE INDEX record_events_event ON record_events(json ->> '$.b.event') WHERE kind <> 'tombstone';
      CREATE TABLE evidence(
        sha256 TEXT PRIMARY KEY,
        bytes INTEGER NOT NULL,
        event TEXT NOT NULL,
        number INTEGER NOT NULL UNIQUE,
        wall_ms INTEGER NOT NULL,
        uploaded INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX evidence_by_upload ON evidence(uploaded, number);
      -- Files whose row was removed and which may still be on the disk.
      CREATE TABLE evidence_garbage(sha256 TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
  },
];

/** Of the derived tables below. Another version in a file, older or newer: they are dropped and filled anew. */
const DERIVED_VERSION = '2';

/**
 * Tables that are derived from the records and can be filled again at any time. They are not part of the format: an
 * older program opens a journal that has them and leaves them alone. `schema`: `temp` makes them for one connection.
 */
export function derivedTables(schema: 'main' | 'temp'): string {
  return `
    -- One row an event, under the number of its latest record.
    CREATE TABLE ${schema}.event_summary(
      last_seq INTEGER PRIMARY KEY,
      first_seq INTEGER NOT NULL,
      transitions INTEGER NOT NULL,
      event TEXT NOT NULL UNIQUE,
      source INTEGER NOT NULL,
      opened_ms INTEGER NOT NULL,
      updated_ms INTEGER NOT NULL,
      closed INTEGER NOT NULL,
      summary TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ${schema}.event_summary_source ON event_summary(source);
    CREATE INDEX ${schema}.event_summary_open ON event_summary(closed) WHERE closed = 0;
    CREATE INDEX ${schema}.event_summary_opened ON event_summary(opened_ms, first_seq);
    CREATE INDEX ${schema}.event_summary_updated ON event_summary(updated_ms);
    CREATE TABLE ${schema}.event_source(
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      severity TEXT NOT NULL,
      camera TEXT NOT NULL,
      zone TEXT NOT NULL,
      rule TEXT NOT NULL,
      rule_type TEXT NOT NULL,
      UNIQUE (kind, severity, camera, zone, rule, rule_type)
    ) STRICT;`;
}

/** Whether the file has derived tables of the version that this program reads. */
export function hasDerivedTables(database: Database.Database): boolean {
  return readMeta(database, 'derived_version') === DERIVED_VERSION;
}

/** The base of stream `events` up to which the derived tables have followed its deletions. */
export function derivedBase(database: Database.Database): number {
  return Number(readMeta(database, 'derived_base') ?? 0);
}

export function noteDerivedBase(database: Database.Database, base: number): void {
  writeMeta(database, 'derived_base', String(base));
}

/** Makes the derived tables where they are missing or of another version; empty then. */
export function makeDerivedTables(database: Database.Database): void {
  if (hasDerivedTables(database)) return;
  database
    .transaction(() => {
      database.exec('DROP TABLE IF EXISTS event_summary; DROP TABLE IF EXISTS event_source;');
      database.exec(derivedTables('main'));
      writeMeta(database, 'derived_version', DERIVED_VERSION);
      database.prepare("DELETE FROM meta WHERE key = 'derived_base'").run();
    })
    .immediate();
}

/** Makes the index of the telemetry where it is missing. A full disk leaves that to the next start: without it reading is slow. */
export function makeTelemetryIndex(database: Database.Database): void {
  try {
    database.exec(TELEMETRY_INDEX);
  } catch (error) {
    if (systemCode(error) !== 'SQLITE_FULL') throw error;
  }
}

const NEWEST = MIGRATIONS.at(-1)?.version ?? 0;

/** Checks that `database` is a journal this program can read; version 0 is a file just made. */
export function checkVersion(database: Database.Database, path: string): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  const id = Number(database.pragma('application_id', { simple: true }));
  const tables = Number(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get());
  if (id !== APPLICATION_ID && (version !== 0 || tables !== 0)) {
    throw new JournalError({
      code: 'journal_foreign',
      message: `${path} is a database of another program`,
      advice: 'choose another data folder with --data DIR',
    });
  }
  if (version > NEWEST) {
    throw new JournalError({
      code: 'journal_newer',
      message: `${path} was written by a newer Lineside (format ${version}; this one knows up to ${NEWEST})`,
      advice: 'install the newer version again; an older one never writes to a newer journal',
    });
  }
  return version;
}

/** Brings a journal up to the newest format, each step in a transaction of its own. */
export function migrate(database: Database.Database, path: string, wallMs: number): void {
  const version = checkVersion(database, path);
  for (const step of MIGRATIONS.filter((migration) => migration.version > version)) {
    database
      .transaction(() => {
        database.exec(step.sql);
        database.prepare('INSERT INTO migration VALUES (?, ?, ?)').run(step.version, step.name, wallMs);
        database.pragma(`application_id = ${APPLICATION_ID}`);
        database.pragma(`user_version = ${step.version}`);
      })
      .immediate();
  }
}
