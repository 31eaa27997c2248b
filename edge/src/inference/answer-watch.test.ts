import { describe, expect, it } from 'vitest';
import type { LifeSigns } from '@lineside/kit';
import { dice } from '../../../tests/support/dice.ts';
import { ANSWER_TICK_MS, AnswerWatch } from './answer-watch.ts';

interface Life {
  /** CPU time per ms. */
  readonly ran: number;
  /** Waiting for a CPU per ms. */
  readonly waited: number;
}

/** Ms after which the watch gives up a thread that lives so; undefined when it does not within `forMs`. */
function foundAfter(
  life: Life | undefined,
  { typicalCpuMs, patience = 1, forMs = 60_000 }: { typicalCpuMs?: number; patience?: number; forMs?: number } = {},
): number | undefined {
  const watch = new AnswerWatch({ deadlineMs: 5_000, typicalCpuMs, patience });
  for (let at = 0; at <= forMs; at += ANSWER_TICK_MS) {
    const signs: LifeSigns | undefined =
      life === undefined
        ? undefined
        : {
            ...{ atMs: at, state: 'runnable' },
            threads: new Map([[1, { ranMs: at * life.ran, waitedMs: at * life.waited }]]),
          };
    if (watch.tick(signs, at) !== undefined) return at;
  }
  return undefined;
}

describe('an inference without an answer', () => {
  it('is given up at the deadline when its thread does nothing', () => {
    expect(foundAfter({ ran: 0, waited: 0 }, { typicalCpuMs: 20 })).toBe(5_000);
  });

  it('is given up at the deadline when nothing is known about its thread', () => {
    expect(foundAfter(undefined, { typicalCpuMs: 20 })).toBe(5_000);
  });

  it('is given up at about the deadline when it computes much more than any before it', () => {
    expect(foundAfter({ ran: 1, waited: 0 }, { typicalCpuMs: 20 })).toBeLessThanOrEqual(5_000);
  });

  it.each([
    ['8 busy processes on two cores', 0.2],
    ['16 busy processes on two cores', 0.1],
  ])('is given up within 7 s beside %s', (_, ran) => {
    for (const typicalCpuMs of [1, 20, 100]) {
      expect(foundAfter({ ran, waited: 1 - ran }, { typicalCpuMs })).toBeLessThanOrEqual(7_000);
    }
  });

  it('is waited for while it only waits for a CPU', () => {
    expect(foundAfter({ ran: 0.002, waited: 0.998 }, { typicalCpuMs: 100 })).toBeUndefined();
  });

  it('is waited for as long as it takes up to four times the CPU time of the slowest before it', () => {
    expect(foundAfter({ ran: 1, waited: 0 }, { typicalCpuMs: 3_000, forMs: 11_750 })).toBeUndefined();
    expect(foundAfter({ ran: 1, waited: 0 }, { typicalCpuMs: 3_000 })).toBe(12_000);
  });

  it('is waited for longer after replacements that did not help', () => {
    expect(foundAfter({ ran: 0, waited: 0 }, { typicalCpuMs: 20, patience: 4 })).toBe(20_000);
  });
});

it('for any life of a thread, only one that had four times its typical CPU time or stood idle is given up', () => {
  const below = dice(11);
  for (let run = 0; run < 300; run += 1) {
    const ran = below(1000) / 1000;
    const waited = (1 - ran) * (below(1001) / 1000);
    const typicalCpuMs = 1 + below(2000);
    const foundMs = foundAfter({ ran, waited }, { typicalCpuMs });
    if (foundMs === undefined) continue;
    const idleMs = foundMs * (1 - ran - waited);
    const enough = Math.max(400, 4 * typicalCpuMs);
    expect(idleMs >= 4_999 || (foundMs >= 4_750 && foundMs * ran >= enough - 1)).toBe(true);
  }
});
