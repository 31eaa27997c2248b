import { open } from 'node:fs/promises';
import type Database from 'better-sqlite3';
import type { CollectorStore } from '../collector-store.ts';
import { SqliteBatches } from './batches.ts';
import { SqliteChains } from './chains.ts';
import { SqliteClaims } from './claims.ts';
import { SqliteCluster } from './cluster.ts';
import { SqliteCredentials } from './credentials.ts';
import { SqliteDerived } from './derived.ts';
import { SqliteDevices } from './devices.ts';
import { SqliteGaps } from './gaps.ts';
import { SqliteMedia } from './media.ts';
import { openDatabase } from './open.ts';
import { SqliteProduction } from './production.ts';
import { SqliteQueries } from './queries.ts';
import { SqliteRetention } from './retention.ts';
import { SqliteReviews } from './reviews.ts';
import { SqliteRollouts } from './rollouts.ts';

/** The store in one SQLite file: write-ahead log, every commit on disk before its promise resolves. */
export class SqliteStore implements CollectorStore {
  readonly batches: SqliteBatches;
  readonly devices: SqliteDevices;
  readonly records: SqliteQueries;
  readonly production: SqliteProduction;
  readonly chains: SqliteChains;
  readonly derived: SqliteDerived;
  readonly gaps: SqliteGaps;
  readonly media: SqliteMedia;
  readonly retention: SqliteRetention;
  readonly credentials: SqliteCredentials;
  readonly rollouts: SqliteRollouts;
  readonly reviews: SqliteReviews;
  readonly claims: SqliteClaims;
  readonly cluster = new SqliteCluster();
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.batches = new SqliteBatches(db);
    this.devices = new SqliteDevices(db);
    this.records = new SqliteQueries(db);
    this.production = new SqliteProduction(db);
    this.chains = new SqliteChains(db);
    this.derived = new SqliteDerived(db);
    this.gaps = new SqliteGaps(db);
    this.media = new SqliteMedia(db);
    this.retention = new SqliteRetention(db);
    this.credentials = new SqliteCredentials(db);
    this.rollouts = new SqliteRollouts(db);
    this.reviews = new SqliteReviews(db);
    this.claims = new SqliteClaims(db);
  }

  /** Opens or makes `collector.sqlite` in `folder`; throws CollectorError when it is not usable. */
  static open(folder: string): SqliteStore {
    return new SqliteStore(openDatabase(folder));
  }

  /** Writes a complete copy as of one moment to `file`, while this store continues; resolves when it is on disk. */
  async backup(file: string): Promise<void> {
    await this.#db.backup(file);
    const copy = await open(file, 'r+');
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
