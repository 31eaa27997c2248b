import { type Clock, isAbort } from '@lineside/kit';
import type { Entry, Position } from './journal-types.ts';

export interface GroupOptions {
  /** Nobody waits longer than this for the commit to begin. */
  readonly waitMs: number;
  /** So many records do not wait at all. */
  readonly records: number;
}

interface Waiting {
  readonly entries: readonly Entry[];
  readonly also: (() => void) | undefined;
  readonly done: (positions: readonly Position[]) => void;
  readonly failed: (error: unknown) => void;
}

type Append = (entries: readonly Entry[], also?: () => void) => readonly Position[];

/**
 * Gathers what several callers write into one transaction, so that a slow disk syncs once for all of them. It waits as
 * long as the last commit took, at most `waitMs`: a quick disk makes nobody wait.
 */
export class GroupCommit {
  readonly #append: Append;
  readonly #clock: Clock;
  readonly #options: GroupOptions;
  #waiting: Waiting[] = [];
  #records = 0;
  #timer: AbortController | undefined;
  #lastCommitMs = 0;

  constructor(append: Append, clock: Clock, options: GroupOptions) {
    this.#append = append;
    this.#clock = clock;
    this.#options = options;
  }

  /** Resolves when `entries` are on the disk, with their numbers; rejects as `append` throws. */
  add(entries: readonly Entry[], also?: () => void): Promise<readonly Position[]> {
    const settled = new Promise<readonly Position[]>((done, failed) => {
      this.#waiting.push({ entries, also, done, failed });
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
      const positions = this.#append(
        group.flatMap(({ entries }) => entries),
        () => {
          for (const { also } of group) also?.();
        },
      );
      let from = 0;
      for (const { entries, done } of group) done(positions.slice(from, (from += entries.length)));
    } catch (error) {
      // What one caller brought must not cost the others their records.
      if (group.length === 1) group[0]?.failed(error);
      else for (const one of group) this.#alone(one);
    }
    this.#lastCommitMs = this.#clock.monoMs() - startedMs;
  }

  #alone({ entries, also, done, failed }: Waiting): void {
    try {
      done(this.#append(entries, also));
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
