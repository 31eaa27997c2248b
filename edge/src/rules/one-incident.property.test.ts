import { describe, expect, it } from 'vitest';
import type { Box, RuleOutput, Track } from '../domain/index.ts';
import type { OtherTracks } from '../pipeline/index.ts';
import { ruleOf, SIZE, track } from '../../../tests/support/crafted-tracks.ts';

/** Results further apart count neither way. */
const MAX_GAP_MS = 2000;
/** A tracker keeps a lost object this long. */
const TRACK_LIFE_MS = 2000;
const ROUNDS = 30;
const ROUND_MS = 600_000;

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
type Random = ReturnType<typeof randomFrom>;

interface Kind {
  readonly type: string;
  readonly box: Box;
  readonly minDurationMs: number;
  /** Longest time out of sight, with nothing detected in front, that its event must survive. */
  readonly missedMs: number;
  /** Labels of one thing, and where in its box they are. */
  readonly parts: readonly { readonly label: string; readonly at: (box: Box) => Box; readonly misses: number }[];
}

const whole = (box: Box): Box => box;
const KINDS: readonly Kind[] = [
  {
    type: 'spill',
    box: [0, 0, 90, 40],
    minDurationMs: 10_000,
    missedMs: 24_000,
    parts: [{ label: 'spill', at: whole, misses: 0.2 }],
  },
  {
    type: 'missing_headwear',
    box: [0, 0, 80, 200],
    minDurationMs: 5000,
    missedMs: 5000,
    parts: [
      { label: 'person', at: whole, misses: 0.05 },
      { label: 'bare_head', at: ([x1, y1]) => [x1 + 25, y1 + 2, x1 + 55, y1 + 35], misses: 0.2 },
    ],
  },
  {
    type: 'ppe',
    box: [0, 0, 80, 200],
    // 5 s, and the three votes before that, which can come 1 s apart.
    minDurationMs: 8000,
    missedMs: 5000,
    parts: [
      { label: 'person', at: whole, misses: 0.05 },
      { label: 'bare_head', at: ([x1, y1]) => [x1 + 25, y1 + 2, x1 + 55, y1 + 35], misses: 0.2 },
    ],
  },
  {
    type: 'product_defect',
    box: [0, 0, 60, 160],
    // Three votes, and half of the frames.
    minDurationMs: 3000,
    missedMs: 5000,
    parts: [
      { label: 'product', at: whole, misses: 0.05 },
      { label: 'defect', at: ([x1, y1]) => [x1 + 20, y1 + 80, x1 + 40, y1 + 100], misses: 0.5 },
    ],
  },
];

/** One thing that stays where it is from `fromMs` on, and how a detector and a tracker show it. */
class Thing {
  readonly #kind: Kind;
  readonly #random: Random;
  readonly #box: Box;
  readonly #fromMs: number;
  readonly #nextId: () => number;
  readonly #tracks = new Map<string, { id: number; seenMs: number; firstMs: number; box: Box }>();
  #away: { untilMs: number; occluded: boolean };
  #cleanSinceMs: number | undefined;
  #lastMs = 0;
  /** The instant at which its event must be open at the latest. */
  dueMs: number | undefined;

  constructor(kind: Kind, random: Random, place: number, nextId: () => number) {
    const [, , width, height] = kind.box;
    const [x, y] = [10 + place * 210, 360 - height - 20 * random()];
    this.#kind = kind;
    this.#random = random;
    this.#box = [x, y, x + width, y + height];
    this.#fromMs = random() * 60_000;
    this.#away = { untilMs: 0, occluded: false };
    this.#nextId = nextId;
  }

  /** Tracks at this instant (none where the frame was not inspected), and what another model sees in front. */
  show(atMs: number, inspected: boolean): { readonly tracks: Track[]; readonly front: Track[] } {
    if (atMs < this.#fromMs) return { tracks: [], front: [] };
    this.#maybeHide(atMs);
    const isAway = atMs < this.#away.untilMs;
    const jitter = (): number => 0.08 * (this.#random() - 0.5) * Math.min(this.#kind.box[2], this.#kind.box[3]);
    const [dx, dy] = [jitter(), jitter()];
    const box = this.#box.map((side, k) => side + (k % 2 === 0 ? dx : dy)) as unknown as Box;
    let complete = !isAway && inspected;
    const tracks = !inspected
      ? []
      : this.#kind.parts.flatMap(({ label, at, misses }) => {
          const isDetected = !isAway && this.#random() >= misses;
          complete &&= isDetected;
          return this.#track(label, at(box), isDetected, atMs);
        });
    this.#countClean(atMs, complete);
    const isFrontSeen = isAway && this.#away.occluded && this.#random() < 0.85;
    const [x1, y1, x2, y2] = this.#box;
    return { tracks, front: isFrontSeen ? [track(900, 'forklift', [x1 - 15, y1 - 30, x2 + 15, y2 + 10])] : [] };
  }

  #maybeHide(atMs: number): void {
    // After having been away it is in sight for at least as long, so that its event has recovered.
    const { untilMs, occluded } = this.#away;
    const wait = Math.max(2000, occluded ? 5000 : this.#kind.missedMs);
    // What was seen for less than a second is not known to stand still.
    if (atMs < Math.max(untilMs + wait, this.#fromMs + 3000) || this.#random() > 0.005) return;
    const isOccluded = this.#random() < 0.5;
    const longestMs = isOccluded ? 30_000 : this.#kind.missedMs;
    this.#away = { untilMs: atMs + this.#random() * longestMs, occluded: isOccluded };
  }

  #track(label: string, box: Box, isDetected: boolean, atMs: number): Track[] {
    let known = this.#tracks.get(label);
    if (known !== undefined && atMs - known.seenMs > TRACK_LIFE_MS) known = undefined;
    if (isDetected) {
      known = { id: known?.id ?? this.#nextId(), seenMs: atMs, firstMs: known?.firstMs ?? atMs, box };
      this.#tracks.set(label, known);
    }
    if (known === undefined) return [];
    const times = { firstSeenMs: known.firstMs, lastSeenMs: known.seenMs };
    return [track(known.id, label, known.box, { score: 0.7, missed: isDetected ? 0 : 1, ...times })];
  }

  /** Detected completely, without a gap, over the minimum duration: from then on the event has to be open. */
  #countClean(atMs: number, complete: boolean): void {
    if (!complete || atMs - this.#lastMs > MAX_GAP_MS) this.#cleanSinceMs = undefined;
    if (complete) this.#cleanSinceMs ??= atMs;
    this.#lastMs = atMs;
    const isClean = this.#cleanSinceMs !== undefined && this.#cleanSinceMs < atMs;
    if (isClean && atMs - this.#cleanSinceMs! >= this.#kind.minDurationMs) this.dueMs ??= atMs;
  }
}

interface Round {
  readonly things: number;
  readonly opened: readonly number[];
  readonly closed: readonly string[];
  readonly due: readonly number[];
}

function play(kind: Kind, seed: number): Round {
  const random = randomFrom(seed);
  let ids = 0;
  const nextId = (): number => (ids += 1);
  const things = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, k) => new Thing(kind, random, k, nextId));
  const rule = ruleOf({ type: kind.type, id: 'r' });
  const outputs: (RuleOutput & { readonly atMs: number })[] = [];
  let index = 0;
  let atMs = 0;
  while (atMs < ROUND_MS) {
    // Frames are skipped; now and then the camera is away, or a machine that slept wakes up.
    atMs += random() < 0.001 ? 1000 + random() * 25_000 : random() < 0.2 ? 200 + random() * 800 : 200;
    const inspected = random() >= 0.05;
    const shown = things.map((thing) => thing.show(atMs, inspected));
    const frame = { camera: 'c', index: (index += 1), atMs, ...SIZE };
    const others: OtherTracks[] = [{ model: 'vehicles', atMs, tracks: shown.flatMap(({ front }) => front) }];
    const tracks = !inspected ? undefined : shown.flatMap((one) => one.tracks);
    const reported = [...(random() < 0.1 ? rule.expire(atMs) : []), ...rule.step({ frame, tracks, others })];
    outputs.push(...reported.map((output) => ({ ...output, atMs })));
  }
  return {
    things: things.length,
    opened: outputs.flatMap((output) => (output.phase === 'opened' ? [output.atMs] : [])),
    closed: outputs.flatMap((output) => (output.phase === 'closed' ? [`${output.reason ?? ''}@${output.atMs}`] : [])),
    due: things.flatMap(({ dueMs }) => dueMs ?? []).toSorted((a, b) => a - b),
  };
}

describe.each(KINDS)('things that stay where they are, judged by $type', (kind) => {
  const rounds = Array.from({ length: ROUNDS }, (_, seed) => ({ seed, ...play(kind, seed + 1) }));

  it('are one incident each, whatever hides them, however they jitter and flicker, and whichever frames are missing', () => {
    const wrong = rounds.filter(({ things, opened, closed }) => opened.length > things || closed.length > 0);
    expect(wrong).toEqual([]);
    expect(rounds.flatMap(({ opened }) => opened).length).toBe(rounds.reduce((sum, { things }) => sum + things, 0));
  });

  it('are reported no later than the minimum duration after they can be seen', () => {
    const late = rounds.filter(({ opened, due }) => due.some((dueMs, k) => (opened[k] ?? Infinity) > dueMs));
    expect(late).toEqual([]);
  });
});
