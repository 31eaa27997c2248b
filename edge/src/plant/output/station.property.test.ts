import { describe, expect, it } from 'vitest';
import type { PieceVerdict } from '../../domain/index.ts';
import { type Failure, OutputStation, type StationOptions } from './index.ts';

const STEP_MS = 5;
const PULSE_MS = 60;
const TOLERANCE_MS = 20;
const NOK: PieceVerdict = { result: 'nok', reason: 'defect' };
const OK: PieceVerdict = { result: 'ok', reason: 'none' };

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Piece {
  readonly piece: number;
  /** Counts of the belt between two pieces' lines. */
  readonly at: number;
  readonly isBad: boolean;
  /** Milliseconds from the line to the news of the piece, and to its verdict; undefined: none comes. */
  readonly newsMs: number;
  readonly verdictMs: number | undefined;
}

interface Passed extends Piece {
  readonly capturedAtMs: number;
  arrivedAtMs?: number;
  wasOn?: boolean;
  decidedInTime?: boolean;
}

interface Run {
  readonly station: OutputStation;
  readonly pieces: readonly Passed[];
  readonly failures: readonly Failure[];
}

const COUNTS_PER_MS = 0.5;
const DISTANCE = 700;

/** A belt with stops and short ways back, pieces at random distances, verdicts in any order, some late, some never. */
function run(
  seed: number,
  more: Partial<StationOptions>,
  world: { readonly stops: boolean; readonly stall?: number },
): Run {
  const random = randomFrom(seed);
  const isEncoder = more.encoder !== undefined;
  const station = new OutputStation({
    ...{ id: 'reject', distance: isEncoder ? DISTANCE : DISTANCE / COUNTS_PER_MS, pulseMs: PULSE_MS },
    ...{ toleranceMs: TOLERANCE_MS, onMissing: 'reject' as const, silentMs: 500, ...more },
  });
  station.arm(true);
  station.connection(true);
  let at = 100;
  const all = Array.from({ length: 60 }, (_, index): Piece => {
    // Sometimes one directly after another, in one window of the actuator.
    at += random() < 0.15 ? 20 + 10 * random() : 120 + 400 * random();
    const kind = random();
    const verdictMs = kind < 0.08 ? undefined : kind < 0.16 ? 1_500 + 3_000 * random() : 20 + 1_100 * random();
    return { piece: index + 1, at, isBad: random() < 0.3, newsMs: 10 + 60 * random(), verdictMs };
  });
  const passed: Passed[] = [];
  const news: { atMs: number; tell: (nowMs: number) => void }[] = [];
  const failures: Failure[] = [];
  let [place, speed, changeMs] = [65_000 - 200, COUNTS_PER_MS, 2_000];
  const origin = place;
  let stallUntilMs = -1;
  for (let nowMs = 0; nowMs < 120_000; nowMs += STEP_MS) {
    if (world.stops && nowMs >= changeMs) {
      const kind = random();
      speed = kind < 0.3 ? 0 : kind < 0.4 ? -0.05 : COUNTS_PER_MS * (0.6 + 0.6 * random());
      changeMs = nowMs + (speed < 0 ? 200 : 500 + 4_000 * random());
    }
    place += speed * STEP_MS;
    station.beat(nowMs, true);
    if (isEncoder && nowMs % 20 === 0) station.encoder(nowMs, Math.floor(place) % 2 ** more.encoder.bits);
    for (const piece of all.slice(passed.length)) {
      if (place - origin < piece.at) break;
      const one: Passed = { ...piece, capturedAtMs: nowMs };
      passed.push(one);
      const { piece: id, newsMs, verdictMs } = piece;
      news.push({
        atMs: nowMs + newsMs,
        tell: () => station.piece({ piece: id, track: id + 1000, capturedAtMs: nowMs }),
      });
      if (verdictMs === undefined) continue;
      const tell = (atMs: number): void => {
        one.decidedInTime = one.arrivedAtMs === undefined;
        station.verdict(id, piece.isBad ? NOK : OK, atMs);
      };
      news.push({ atMs: nowMs + Math.max(verdictMs, newsMs), tell });
    }
    if (world.stall !== undefined && random() < 0.001) stallUntilMs = nowMs + world.stall;
    for (const one of passed) {
      if (one.arrivedAtMs === undefined && place - origin >= one.at + DISTANCE) one.arrivedAtMs = nowMs;
    }
    if (nowMs < stallUntilMs) continue;
    for (const one of news.filter(({ atMs }) => atMs <= nowMs)) one.tell(nowMs);
    news.splice(0, news.length, ...news.filter(({ atMs }) => atMs > nowMs));
    const { reject, firings } = station.step(nowMs);
    station.confirm(firings, nowMs);
    failures.push(...station.takeFailures());
    for (const one of passed) {
      const beyond = place - origin - one.at - DISTANCE;
      // A belt that stops between two readings of the encoder is known to within their distance.
      if (Math.abs(beyond) > TOLERANCE_MS * COUNTS_PER_MS) continue;
      one.wasOn = one.wasOn === true || reject;
    }
  }
  return { station, pieces: passed, failures };
}

const ENCODER = { bits: 16, maxPerS: 5_000, maxGapMs: 500 } as const;
const CASES = [
  ['time, a belt that never stops', {}, { stops: false }],
  ['counts, a belt that stops and goes back', { encoder: ENCODER }, { stops: true }],
  ['counts of 32 bits', { encoder: { ...ENCODER, bits: 32 } }, { stops: true }],
] as const;

/** Others so near that their reject reaches this one too, in counts. */
const REACH = (PULSE_MS + 2 * TOLERANCE_MS) * COUNTS_PER_MS * 1.3;

describe.each(CASES)('an output by %s', (_title, options, world) => {
  const runs = Array.from({ length: 25 }, (_, seed) => run(seed, options, world));

  it('accounts for every piece and every reject', () => {
    for (const { station, pieces } of runs) {
      const { counts } = station;
      expect(counts.pieces).toBe(pieces.length);
      expect(counts.passed + counts.due + counts.cancelled + station.inTransit).toBe(counts.pieces);
      expect(counts.done + counts.late + counts.missed).toBe(counts.due);
      expect(counts.cancelled).toBe(0);
    }
  });

  it('is on for every bad piece, and for every piece that nobody has judged by then', () => {
    let rejected = 0;
    for (const { pieces } of runs) {
      for (const { piece, isBad, arrivedAtMs, decidedInTime, wasOn } of pieces) {
        if (arrivedAtMs === undefined || arrivedAtMs > 119_000 || (!isBad && decidedInTime === true)) continue;
        rejected += 1;
        expect({ piece, wasOn }).toEqual({ piece, wasOn: true });
      }
    }
    expect(rejected).toBeGreaterThan(200);
  });

  it('is off for every good piece that no rejected one is close to', () => {
    let passed = 0;
    for (const { pieces } of runs) {
      for (const { piece, at, isBad, arrivedAtMs, decidedInTime, wasOn } of pieces) {
        if (isBad || arrivedAtMs === undefined || arrivedAtMs > 119_000 || decidedInTime !== true) continue;
        const others = pieces.filter((other) => other.piece !== piece && (other.isBad || other.decidedInTime !== true));
        if (others.some((other) => Math.abs(other.at - at) < REACH)) continue;
        passed += 1;
        expect({ piece, wasOn }).toEqual({ piece, wasOn: false });
      }
    }
    expect(passed).toBeGreaterThan(200);
  });

  it('counts verdicts that come too late, and does not act on them', () => {
    const late = runs.reduce((sum, { station }) => sum + station.counts.lateVerdicts, 0);
    expect(late).toBeGreaterThan(10);
  });
});

it('does nothing for a piece that was at the output while the process stood still, and says so', () => {
  const runs = Array.from({ length: 4 }, (_, seed) => run(seed, {}, { stops: false, stall: 400 }));
  const counts = runs.map(({ station }) => station.counts);
  for (const one of counts) expect(one.done + one.late + one.missed).toBe(one.due);
  const missed = counts.reduce((sum, one) => sum + one.missed, 0);
  expect(missed).toBeGreaterThan(5);
  expect(runs.flatMap(({ failures }) => failures).filter(({ what }) => what === 'missed')).toHaveLength(missed);
});
