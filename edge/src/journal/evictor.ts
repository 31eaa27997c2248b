import { type SeqRange, STREAMS, type Stream, type TombstoneBody } from '@lineside/protocol/records';
import type { Logger } from '@lineside/kit';
import type { JournalAlarms } from './alarms.ts';
import type { Ballast } from './ballast.ts';
import { damaged, isFull } from './errors.ts';
import { chooseCandidate, chooseWithin, type EvictionCandidate } from './eviction-policy.ts';
import type { StreamHeads } from './stream-heads.ts';
import { OVERFLOW, fractionOver, type StreamQuotas } from './stream-quota.ts';
import type { StreamHead, StreamTable } from './stream-table.ts';
import { declareLost } from './tombstones.ts';

export interface EvictorParts {
  readonly path: string;
  readonly tables: ReadonlyMap<Stream, StreamTable>;
  readonly heads: StreamHeads;
  readonly quotas: StreamQuotas;
  readonly ballast: Ballast;
  readonly alarms: JournalAlarms;
  readonly log: Logger;
  /** Runs `work` in a transaction of its own. */
  readonly transact: (work: () => void) => void;
  readonly writeTombstone: (stream: Stream, body: TombstoneBody) => void;
  /** Declares `lost` numbers of `stream`, about to be deleted, under those that they had in earlier journals. */
  readonly declareEarlier: (stream: Stream, lost: readonly SeqRange[], reason: string) => void;
  /** Called before records of `stream` up to `upto` are deleted, in the same transaction. */
  readonly dropping: (stream: Stream, upto: number) => void;
  /** Copies the WAL into the file, so that the next writer starts it anew. */
  readonly checkpoint: () => void;
  /** Whether the quota's pages are used up; a full database whose quota is not reached lies on a full disk. */
  readonly quotaReached: () => boolean;
}

const FIRST_FRACTION = 1 / 16;
const MOST_ROUNDS = 256;

/**
 * Evicts records: the least important first when the journal or its disk is full, and the oldest of a stream that is
 * over its own quota. Whatever the collector lacks is declared by a tombstone in the same transaction.
 */
export class Evictor {
  readonly #parts: EvictorParts;

  constructor(parts: EvictorParts) {
    this.#parts = parts;
  }

  /** After SQLite reported that it is full: true when a write may succeed now. */
  freeSpace(): boolean {
    const { ballast, alarms, path, checkpoint } = this.#parts;
    const onDisk = !this.#parts.quotaReached();
    if (!onDisk) return this.#evictOldest('quota');
    alarms.raise('disk_full', `the disk of ${path} is full`);
    checkpoint();
    if (this.#evictOldest('disk_full')) {
      checkpoint();
      return true;
    }
    if (!ballast.release()) return false;
    // Even with nothing to evict, the ballast's own bytes may hold what is written next.
    this.#evictOldest('disk_full');
    checkpoint();
    return true;
  }

  /** Brings every stream under its quota. Does not throw when space is missing. */
  holdQuotas(): void {
    const { heads, quotas, tables } = this.#parts;
    for (const stream of STREAMS) {
      const mayLose = OVERFLOW[stream] === 'overwrite_oldest';
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const fraction = fractionOver(heads.get(stream), quotas[stream]);
        const chosen = fraction === 0 ? undefined : chooseWithin(stream, tables, heads, fraction, mayLose);
        if (chosen === undefined) break;
        try {
          this.#evict(chosen, 'stream_quota');
        } catch (error) {
          if (isFull(error)) return;
          throw error;
        }
      }
    }
  }

  /** True where the stream accepts nothing new: it is over its quota and its rule is to refuse. */
  refuses(stream: Stream): boolean {
    const { heads, quotas } = this.#parts;
    return OVERFLOW[stream] === 'reject_new' && fractionOver(heads.get(stream), quotas[stream]) > 0;
  }

  /** Deletes up to `upto` and moves the base of the chain there. For use inside a transaction. */
  drop(stream: Stream, upto: number, declared = 0): void {
    const { heads, tables, path, dropping } = this.#parts;
    const table = tables.get(stream);
    const head = heads.get(stream);
    const last = table?.at(upto);
    if (table === undefined || last === undefined) throw damaged(path, stream, upto);
    dropping(stream, upto);
    const bytes = Math.max(0, head.bytes - table.deleteUpTo(upto));
    const baseHash = last.hash.toString('hex');
    heads.set(stream, { ...head, declared: head.declared + declared, base: upto, baseHash, bytes });
  }

  /** False when nothing is left to evict, or there is no space to do it in. */
  #evictOldest(reason: 'quota' | 'disk_full'): boolean {
    for (let fraction = FIRST_FRACTION; fraction <= 1; fraction *= 2) {
      const chosen = chooseCandidate(this.#parts.tables, this.#parts.heads, fraction);
      if (chosen === undefined) return false;
      try {
        this.#evict(chosen, reason);
        return true;
      } catch (error) {
        if (!isFull(error)) throw error;
      }
    }
    return false;
  }

  #evict({ stream, upto, lost }: EvictionCandidate, reason: string): void {
    const { tables, heads, transact, writeTombstone, declareEarlier, log, alarms } = this.#parts;
    const table = tables.get(stream);
    if (table === undefined) return;
    transact(() => {
      const head = heads.get(stream);
      const bodies = declareLost(table, head, lost, upto, reason);
      declareEarlier(stream, lost, reason);
      this.drop(stream, upto, newlyLost(head, lost));
      for (const body of bodies) writeTombstone(stream, body);
    });
    const facts = { stream, upto, lost, reason };
    if (lost.length === 0) {
      log.info(facts, 'journal is full: evicted delivered records');
      return;
    }
    alarms.raise('quota_reached', `${stream}: evicted undelivered records up to ${upto} (${reason})`);
    log.error(facts, 'journal is full: evicted undelivered records, with a tombstone');
  }
}

/** Of `lost`, what no earlier tombstone had counted. */
function newlyLost(head: StreamHead, lost: readonly SeqRange[]): number {
  return lost.reduce((sum, [a, b]) => sum + Math.max(0, b - Math.max(a, head.base + 1) + 1), 0);
}
