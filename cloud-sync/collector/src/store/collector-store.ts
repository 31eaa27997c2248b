import type { CredentialStore } from '../broker/index.ts';
import type { ClusterStore } from '../cluster/index.ts';
import type { DeviceStore } from '../devices/index.ts';
import type { ClaimStore } from '../enrolment/index.ts';
import type { GapStore } from '../gaps/index.ts';
import type { BatchStore } from '../ingest/index.ts';
import type { MediaCatalogue } from '../media/index.ts';
import type { ProductionRecords } from '../mes/index.ts';
import type { ChainSource, RecordQueries } from '../records/index.ts';
import type { DerivedSource } from '../verification/index.ts';
import type { RetentionStore } from '../retention/index.ts';
import type { ReviewStore } from '../reviews/index.ts';
import type { RolloutStore } from '../rollouts/index.ts';

/**
 * One database, as the ports of its users; each module takes only its own. Calls are asynchronous so that a database
 * across a network can stand behind them. Any call rejects when the database does.
 */
export interface CollectorStore {
  readonly batches: BatchStore;
  readonly devices: DeviceStore;
  readonly records: RecordQueries;
  /** What lines made, for `mes`. */
  readonly production: ProductionRecords;
  /** The stored hash chains, for `verifyChains`. */
  readonly chains: ChainSource;
  /** The tables that repeat what records say, for `verifyStore`. */
  readonly derived: DerivedSource;
  readonly gaps: GapStore;
  readonly media: MediaCatalogue;
  readonly retention: RetentionStore;
  readonly credentials: CredentialStore;
  readonly cluster: ClusterStore;
  readonly rollouts: RolloutStore;
  readonly reviews: ReviewStore;
  readonly claims: ClaimStore;
  close(): Promise<void>;
}
