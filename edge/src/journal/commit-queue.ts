import { type Clock, isAbort } from '@lineside/kit';
import type { Entry, Position } from './journal-types.ts';

export interface CommitQueueOptions {
  /** No caller waits longer than this for the commit to begin. */
  readonly waitMs: number;
  /** This many records are committed at once. */
  readonly records: number;
}

interface Waiting {
  readonly entries: readonly Entry[];
  readonly inTransaction: (() => void) | undefined;
  readonly done: (positions: readonly Position[]) => void;
  readonly failed: (error: unknown) => void;
}

/** What the queue needs of a journal. */
export interface Appender {
  append(entries: readonly Entry[], inTransaction?: () => void): readonly Position[];
}

const DEFAULTS: CommitQueueOptions = { waitMs: 20, records: 64 };

/**
 * Stands in front of a journal and puts what several callers write at about the same time into one transaction, so that
 * a slow disk syncs once for all of them. It waits as long as the last commit took, at most `waitMs`: on a fast disk
 * there is no wait.
 */
export class CommitQueue {
  readonly #journal: Appender;
  readonly #clock: Clock;
  readonly #options: CommitQueueOptions;
  #waiting: Waiting[] = [];
  #records = 0;
  #timer: AbortController | undefined;
  #lastCommitMs = 0;

  constructor(journal: Appender, clock: Clock, options = DEFAULTS) {
    this.#journal = journal;
    this.#clock = clock;
    this.#options = options;
  }

  /** Resolves when `entries` are on the disk, with their numbers; rejects as `Journal.append` throws. */
  append(entries: readonly Entry[], inTransaction?: () => void): Promise<readonly Position[]> {
    const settled = new Promise<readonly Position[]>((done, failed) => {
      this.#waiting.push({ entries, inTransaction, done, failed });
    });
    this.#records += entries.length;
    if (this.#records >= this.#options.records) this.flush();
    else this.#timer ??= this.#begin();
    return settled;
  }

  /** Commits what waits, now. */
  flush(): void {
    this.#timer?.abort();
    this.#timer = undefined;
    const group = this.#waiting;
    this.#waiting = [];
    this.#records = 0;
    if (group.length === 0) return;
    const startedMs = this.#clock.monoMs();
    try {
      const positions = this.#journal.append(
        group.flatMap(({ entries }) => entries),
        () => {
          for (const { inTransaction } of group) inTransaction?.();
        },
      );
      let from = 0;
      for (const { entries, done } of group) done(positions.slice(from, (from += entries.length)));
    } catch (error) {
      // A bad entry of one caller must not cost the others their records.
      if (group.length === 1) group[0]?.failed(error);
      else for (const one of group) this.#alone(one);
    }
    this.#lastCommitMs = this.#clock.monoMs() - startedMs;
  }

  #alone({ entries, inTransaction, done, failed }: Waiting): void {
    try {
      done(this.#journal.append(entries, inTransaction));
    } catch (error) {
      failed(error);
    }
  }

  #begin(): AbortController {
    const timer = new AbortController();
    const waitMs = Math.min(this.#options.waitMs, this.#lastCommitMs);
    void this.#clock.sleep(waitMs, timer.signal).then(
      () => this.flush(),
      (error: unknown) => {
        if (!isAbort(error)) throw error;
      },
    );
    return timer;
  }
}
