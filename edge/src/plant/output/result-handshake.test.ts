import { describe, expect, it } from 'vitest';
import { fractionsFrom } from '../../../../tests/support/dice.ts';
import { type Failure, type NewestResult, OutputStation, ResultHandshake, type StationOptions } from './index.ts';
import { resultBlock } from './result-block.ts';

const TIMEOUT_MS = 300;
const VALID = 5;

interface Seen {
  readonly shown: readonly number[];
  readonly handshake: ResultHandshake;
  readonly waiting: number;
}

/** Results at random moments, and a controller that answers each after `answerMs`, or never where that is undefined. */
function play(seed: number, answerMs: (random: () => number) => number | undefined): Seen {
  const [random, handshake] = [fractionsFrom(seed), new ResultHandshake({ timeoutMs: TIMEOUT_MS })];
  const shown: number[] = [];
  let [seq, answerAtMs, given] = [0, Infinity, 0];
  for (let nowMs = 0; nowMs < 60_000; nowMs += 10) {
    if (random() < 0.05) {
      seq += 1;
      const result: NewestResult = { piece: seq, result: 'ok', reason: 'none', atMs: nowMs, seq };
      handshake.offer(result, nowMs);
    }
    handshake.step(nowMs);
    const now = handshake.shown?.seq ?? 0;
    if (handshake.isPending && shown.at(-1) !== now) {
      shown.push(now);
      answerAtMs = nowMs + (answerMs(random) ?? Infinity);
    }
    // A controller that is out of step says numbers of long ago: they take nothing.
    if (random() < 0.1) expect(handshake.acknowledge(now + 1 + Math.floor(random() * 5), nowMs)).toBe(false);
    if (nowMs >= answerAtMs && handshake.acknowledge(shown.at(-1) ?? 0, nowMs)) {
      given += 1;
      answerAtMs = Infinity;
    }
  }
  const { offered, taken, untaken, overrun } = handshake.counts;
  expect(taken).toBe(given);
  return { shown, handshake, waiting: offered - taken - untaken - overrun };
}

describe('results that the controller acknowledges', () => {
  it.each([
    ['fast', () => 20],
    ['slow now and then', (random: () => number) => (random() < 0.2 ? 900 * random() : 30)],
    ['slower than the line', () => 280],
    ['silent', () => undefined],
  ] as const)(
    'are shown once each and in order to a controller that is %s, and all are accounted for',
    (name, answer) => {
      for (let seed = 1; seed <= 20; seed += 1) {
        const { shown, handshake, waiting } = play(seed, answer);
        expect(shown).toEqual([...new Set(shown)].sort((a, b) => a - b));
        const { offered, taken, untaken, overrun } = handshake.counts;
        expect(offered).toBeGreaterThan(200);
        expect(waiting).toBeGreaterThanOrEqual(0);
        // One is shown and sixteen wait behind it.
        expect(waiting).toBeLessThanOrEqual(17);
        if (name === 'fast') expect([untaken, overrun]).toEqual([0, 0]);
        if (name === 'slower than the line') expect(overrun).toBeGreaterThan(0);
        if (name === 'silent') expect([taken, untaken > 100]).toEqual([0, true]);
      }
    },
  );
});

const OPTIONS: StationOptions = {
  ...{ id: 'gate', distance: 1_000, pulseMs: 50, toleranceMs: 20, onMissing: 'reject', silentMs: 500 },
};

function station(more: Partial<StationOptions> = {}): OutputStation {
  const made = new OutputStation({ ...OPTIONS, ...more });
  made.arm(true);
  made.connection(true);
  made.beat(0, true);
  return made;
}

const kindsOf = (failures: readonly Failure[]): readonly string[] => failures.map(({ what }) => what);

describe('an output', () => {
  it('holds a result until it is taken, shows it as no longer valid then, and tells once that none is taken', () => {
    const one = station({ acknowledge: { timeoutMs: TIMEOUT_MS } });
    for (const piece of [1, 2, 3]) {
      one.piece({ piece, track: piece, capturedAtMs: 0 });
      one.verdict(piece, { result: piece === 2 ? 'nok' : 'ok', reason: 'none' }, 10);
    }
    const seen = (nowMs: number): readonly (number | undefined)[] => {
      one.beat(nowMs, true);
      const block = resultBlock(one, 1, nowMs);
      return [block[3], block[4], block[VALID]];
    };
    expect(seen(10)).toEqual([1, 1, 1]);
    one.acknowledge(1, 20);
    expect(seen(20)).toEqual([2, 2, 1]);
    one.step(400);
    expect(seen(400)).toEqual([3, 1, 1]);
    one.acknowledge(3, 410);
    expect(seen(410)).toEqual([3, 1, 0]);
    expect(one.handshake).toEqual({ offered: 3, taken: 2, untaken: 1, overrun: 0 });
    expect(kindsOf(one.takeFailures())).toEqual(['results_untaken']);
  });

  it('does not move for a verdict that comes late, counts it, and tells of a defect that has passed', () => {
    const passing = station({ onMissing: 'pass' });
    passing.piece({ piece: 1, track: 7, capturedAtMs: 0 });
    expect(passing.step(1_001).reject).toBe(false);
    passing.verdict(1, { result: 'nok', reason: 'defect' }, 1_150);
    expect(passing.step(1_151)).toMatchObject({ reject: false, firings: [] });
    expect(passing.counts).toMatchObject({ lateVerdicts: 1, passed: 1, due: 0 });
    expect(passing.takeFailures()).toEqual([{ piece: 1, track: 7, what: 'defect_passed', byMs: 149 }]);
  });

  it('tells of late verdicts for pieces that were rejected without one once, until a verdict is in time', () => {
    const one = station();
    const say = (piece: number, capturedAtMs: number, verdictAtMs: number): void => {
      one.piece({ piece, track: piece, capturedAtMs });
      if (verdictAtMs > capturedAtMs + 1_000) one.confirm(one.step(capturedAtMs + 1_001).firings, capturedAtMs + 1_002);
      one.verdict(piece, { result: 'ok', reason: 'none' }, verdictAtMs);
      one.step(verdictAtMs);
    };
    say(1, 0, 1_500);
    say(2, 2_000, 3_500);
    expect(kindsOf(one.takeFailures())).toEqual(['verdicts_late']);
    say(3, 4_000, 4_500);
    say(4, 6_000, 7_500);
    expect(kindsOf(one.takeFailures())).toEqual(['verdicts_late']);
    expect(one.counts).toMatchObject({ lateVerdicts: 3, safe: 3, done: 3 });
  });
});
