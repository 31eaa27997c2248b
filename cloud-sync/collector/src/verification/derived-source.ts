import type { Stream } from '@lineside/protocol';
import type { StoredSummary, StreamKey } from '../records/index.ts';

/** A difference that the comparison reports; `problem` names the table or the kind of fault. */
export interface BookFinding {
  readonly device: string;
  readonly epoch: string;
  readonly stream: Stream;
  readonly problem: 'derived' | 'truncated' | 'signature' | 'retired' | 'picture' | 'unlike_export';
  readonly first: number;
  readonly last: number;
  readonly message: string;
}

interface Range {
  readonly journal: number;
  readonly first: number;
  readonly last: number;
}

/** Rows of the tables that repeat what records say, by table. */
export interface DerivedTables {
  readonly signed_heads: StreamKey & {
    readonly seq: number;
    readonly audit_seq: number;
    readonly head: string;
    readonly key: string;
    readonly holds: number;
  };
  readonly declared: Range & { readonly reason: string; readonly head: string; readonly tombstone: number };
  readonly recovery_losses: Range & {
    readonly reason: string;
    readonly audit_journal: number;
    readonly audit_seq: number;
  };
  readonly transferred: Range;
  readonly expected_media: { readonly device: string; readonly event: string; readonly sha256: string };
  readonly media: { readonly sha256: string; readonly device: string; readonly retired_ms: number | null };
  readonly retired: { readonly journal: number; readonly last: number; readonly at_ms: number };
}

/** The derived tables as they are stored. */
export interface DerivedSource {
  rows<T extends keyof DerivedTables>(table: T): Promise<readonly DerivedTables[T][]>;
  /** A page of table `events`, by rising id. */
  events(afterId: number, limit: number): Promise<readonly { readonly id: number; readonly summary: StoredSummary }[]>;
}
