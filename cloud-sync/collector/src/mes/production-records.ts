/** A stream of telemetry whose production records can be read in their order. */
export interface ProductionJournal {
  readonly journal: number;
  readonly device: string;
  readonly epoch: string;
  /** Up to here nothing is missing any more: every number is stored or declared lost. */
  readonly upto: number;
}

export interface StoredProduction {
  readonly seq: number;
  readonly receivedMs: number;
  /** The record as it was received. */
  readonly json: string;
}

export interface ProductionPage {
  readonly records: readonly StoredProduction[];
  /** The last number that was looked at; the next page begins behind it. */
  readonly throughSeq: number;
}

/** The records of kind `production` that the store has. */
export interface ProductionRecords {
  /** Of all devices, oldest first. */
  journals(): Promise<readonly ProductionJournal[]>;
  /** Those behind `afterSeq` and up to `upto`, a bounded part of them. */
  page(journal: number, afterSeq: number, upto: number): Promise<ProductionPage>;
}

/** Numbers that a page looks at: read between two batches, it must not hold up their commit. */
export const PAGE_NUMBERS = 1000;
