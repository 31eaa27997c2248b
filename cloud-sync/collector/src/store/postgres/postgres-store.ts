import type pg from 'pg';
import type { PostgresAddress } from '../../config/index.ts';
import type { CollectorStore } from '../collector-store.ts';
import { PostgresBatches } from './batches.ts';
import { PostgresChains } from './chains.ts';
import { PostgresClaims } from './claims.ts';
import { PostgresCluster } from './cluster.ts';
import { PostgresCredentials } from './credentials.ts';
import { PostgresDerived } from './derived.ts';
import { PostgresDevices } from './devices.ts';
import { PostgresGaps } from './gaps.ts';
import { PostgresMedia } from './media.ts';
import { openPostgres } from './open.ts';
import { PostgresProduction } from './production.ts';
import { PostgresQueries } from './queries.ts';
import { PostgresRetention } from './retention.ts';
import { PostgresReviews } from './reviews.ts';
import { PostgresRollouts } from './rollouts.ts';

/** The store in a PostgreSQL database, which any number of collectors may share. */
export class PostgresStore implements CollectorStore {
  readonly batches: PostgresBatches;
  readonly devices: PostgresDevices;
  readonly records: PostgresQueries;
  readonly production: PostgresProduction;
  readonly chains: PostgresChains;
  readonly derived: PostgresDerived;
  readonly gaps: PostgresGaps;
  readonly media: PostgresMedia;
  readonly retention: PostgresRetention;
  readonly credentials: PostgresCredentials;
  readonly rollouts: PostgresRollouts;
  readonly reviews: PostgresReviews;
  readonly claims: PostgresClaims;
  readonly cluster: PostgresCluster;
  readonly #pool: pg.Pool;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.batches = new PostgresBatches(pool);
    this.devices = new PostgresDevices(pool);
    this.records = new PostgresQueries(pool);
    this.production = new PostgresProduction(pool);
    this.chains = new PostgresChains(pool);
    this.derived = new PostgresDerived(pool);
    this.gaps = new PostgresGaps(pool);
    this.media = new PostgresMedia(pool);
    this.retention = new PostgresRetention(pool);
    this.credentials = new PostgresCredentials(pool);
    this.rollouts = new PostgresRollouts(pool);
    this.reviews = new PostgresReviews(pool);
    this.claims = new PostgresClaims(pool);
    this.cluster = new PostgresCluster(pool);
  }

  /** Connects and brings the tables up to date; throws CollectorError, `store_unreachable` when trying again may help. */
  static async open(address: PostgresAddress): Promise<PostgresStore> {
    return new PostgresStore(await openPostgres(address));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
