import { randomBytes } from 'node:crypto';
import { type Clock, silentLogger } from '@lineside/kit';
import { Journal, journalPath, type JournalOptions } from '../../edge/src/journal/index.ts';

/** A clock that the test moves; sleeps end when it is moved past them. */
export class HandClock implements Clock {
  #monoMs = 1_000;
  #wallMs = Date.UTC(2026, 5, 1);
  readonly #sleepers = new Set<() => void>();

  monoMs(): number {
    return this.#monoMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.#monoMs + ms;
    while (this.#monoMs < until) {
      signal?.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#sleepers.add(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  advance(ms: number): void {
    this.#monoMs += ms;
    this.#wallMs += ms;
    const waiting = [...this.#sleepers];
    this.#sleepers.clear();
    for (const wake of waiting) wake();
  }

  /** Steps the wall clock alone, as a person or a time server does. */
  setWall(ms: number): void {
    this.#wallMs = ms;
  }
}

/** Opens a journal in `data` with a hand clock and small words for what a test does not care about. */
export function openTestJournal(data: string, options: Partial<JournalOptions> = {}): Journal {
  return Journal.open({
    path: journalPath(data),
    device: 'line-1',
    boot: 'boot-1',
    clock: new HandClock(),
    log: silentLogger,
    random: randomBytes,
    synced: () => false,
    quotaBytes: 64 * 1024 * 1024,
    ...options,
  });
}

/** A body of a few hundred bytes. */
export function sampleBody(n: number): object {
  return { camera: 'people', rule: 'headwear', n, text: 'x'.repeat(200) };
}
