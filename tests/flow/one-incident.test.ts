import { describe, expect, it } from 'vitest';
import type { Box, Detection, Inspection, RuleOutput, Track, Zone } from '../../edge/src/domain/index.ts';
import type { OtherTracks, Rule } from '../../edge/src/pipeline/index.ts';
import { ByteTracker } from '../../edge/src/tracking/index.ts';
import { ruleOf } from '../support/crafted-tracks.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = 200;
const PICTURE = { width: 640, height: 360 };
const MINUTE_MS = 60_000;

/** What a model detects at one instant; undefined where the frame was not inspected. */
type Seen = (atMs: number) => readonly Detection[] | undefined;
type Timed = RuleOutput & { readonly atMs: number };

interface Hours {
  readonly rule: Rule;
  readonly hours: number;
  readonly seen: Seen;
  /** What another model of the camera detects. */
  readonly others?: Seen;
  /** Whether a frame arrives at all. */
  readonly arrives?: (atMs: number) => boolean;
}

/** Hours of one camera at 5 frames a second: detections through trackers and the rule. */
function watch({ rule, hours, seen, others = () => [], arrives = () => true }: Hours): Timed[] {
  const [tracker, otherTracker] = [new ByteTracker(), new ByteTracker()];
  let newest: OtherTracks | undefined;
  const outputs: Timed[] = [];
  for (let atMs = 0; atMs <= hours * HOUR_MS; atMs += STEP_MS) {
    if (!arrives(atMs)) {
      outputs.push(...rule.expire(atMs).map((output) => ({ ...output, atMs })));
      continue;
    }
    const frame = { camera: 'c', index: atMs / STEP_MS, atMs, ...PICTURE };
    const tracks = tracksOf(tracker, frame, seen(atMs));
    outputs.push(
      ...rule.step({ frame, tracks, others: newest === undefined ? [] : [newest] }).map((one) => ({ ...one, atMs })),
    );
    // The other model answers later than the rule's own, as it does on a device.
    const otherTracks = tracksOf(otherTracker, frame, others(atMs));
    if (otherTracks !== undefined) newest = { model: 'ppe', atMs, tracks: otherTracks };
  }
  return outputs;
}

function tracksOf(
  tracker: ByteTracker,
  frame: Inspection['frame'],
  detections: readonly Detection[] | undefined,
): readonly Track[] | undefined {
  if (detections === undefined) return undefined;
  const result = { status: 'ok', detections } as const;
  return tracker.update({ frame, model: 'm', result, times: { waitMs: 0, inferMs: 0, decodeMs: 0 } });
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const one = (label: string, box: Box, score = 0.8): Detection => ({ label, classId: 0, score, box });
const shifted = ([x1, y1, x2, y2]: Box, dx: number, dy = 0): Box => [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
const phasesOf = (outputs: readonly Timed[]): string[] =>
  outputs.filter(({ phase }) => phase !== 'updated').map(({ phase, reason }) => `${phase} ${reason ?? ''}`.trim());

const RIGHT_HALF: Zone = {
  id: 'z',
  polygon: [
    [0.5, 0],
    [1, 0],
    [1, 1],
    [0.5, 1],
  ],
};
const spillRule = (more: object = {}, zone?: Zone): Rule =>
  ruleOf({ type: 'spill', id: 'floor', zone: zone?.id, ...more }, { zone });
const headwearRule = (more: object = {}, zone?: Zone): Rule =>
  ruleOf({ type: 'missing_headwear', id: 'hats', zone: zone?.id, ...more }, { zone });

const PUDDLE: Box = [400, 240, 500, 280];
const puddle = one('spill', PUDDLE);
const body = (x: number): Box => [x - 40, 100, x + 40, 320];
const bareheaded = (x: number): Detection[] => [one('person', body(x)), one('bare_head', [x - 15, 102, x + 15, 135])];

describe('a spill that does not move is one incident for hours', () => {
  it('although it is out of sight for four seconds of every minute, and nothing is detected in front of it', () => {
    const outputs = watch({
      rule: spillRule(),
      hours: 3,
      seen: (atMs) => (atMs % MINUTE_MS >= 30_000 && atMs % MINUTE_MS < 34_000 ? [] : [puddle]),
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
    expect(outputs[0]?.atMs).toBe(10_000);
  });

  it('although a pallet stands in front of it for ten minutes of every half hour, with a detection that flickers', () => {
    const random = randomFrom(1);
    const hides = (atMs: number): boolean =>
      atMs % (30 * MINUTE_MS) >= 15 * MINUTE_MS && atMs % (30 * MINUTE_MS) < 25 * MINUTE_MS;
    const outputs = watch({
      rule: spillRule(),
      hours: 3,
      seen: (atMs) => (hides(atMs) ? [] : [puddle]),
      others: (atMs) => (hides(atMs) && random() < 0.8 ? [one('pallet', [380, 150, 520, 300])] : []),
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although the model that sees the pallet fails while it stands there', () => {
    const outputs = watch({
      rule: spillRule(),
      hours: 0.5,
      seen: (atMs) => (atMs > 5 * MINUTE_MS && atMs < 15 * MINUTE_MS ? [] : [puddle]),
      others: (atMs) =>
        atMs > 6 * MINUTE_MS ? undefined : atMs > 5 * MINUTE_MS - 1000 ? [one('pallet', [380, 150, 520, 300])] : [],
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although camera or vision process are away for two minutes of every ten, and every third frame fails', () => {
    const outputs = watch({
      rule: spillRule(),
      hours: 3,
      seen: (atMs) => (atMs % 600 === 0 ? undefined : [puddle]),
      arrives: (atMs) => atMs % (10 * MINUTE_MS) < 8 * MINUTE_MS,
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although its score is below the threshold of the rule for minutes, but not below that for clearing', () => {
    const random = randomFrom(2);
    const outputs = watch({
      rule: spillRule({ minScore: 0.6 }),
      hours: 2,
      seen: (atMs) => [one('spill', PUDDLE, atMs % (5 * MINUTE_MS) < 15_000 ? 0.65 : 0.45 + 0.14 * random())],
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although it lies at the edge of the zone and its box sways by a fifth of its size', () => {
    const random = randomFrom(3);
    const edge: Box = [270, 240, 370, 280];
    const outputs = watch({
      rule: spillRule({}, RIGHT_HALF),
      hours: 3,
      seen: (atMs) => {
        const sway = 20 * Math.sin((2 * Math.PI * atMs) / (3 * MINUTE_MS)) + 4 * (random() - 0.5);
        return [one('spill', shifted(edge, sway))];
      },
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('and writes at most 360 updates an hour', () => {
    const outputs = watch({ rule: spillRule(), hours: 1, seen: () => [puddle] });
    expect(phasesOf(outputs)).toEqual(['opened']);
    expect(outputs.length - 1).toBeGreaterThan(350);
    expect(outputs.length - 1).toBeLessThanOrEqual(360);
    expect(outputs.at(-1)?.durationMs).toBeGreaterThan(HOUR_MS - 20_000);
  });
});

describe('a spill that is gone', () => {
  it('closes when its place was seen without it for clearAfter, also where people walked over it meanwhile', () => {
    const outputs = watch({
      rule: spillRule(),
      hours: 0.1,
      seen: (atMs) => (atMs <= MINUTE_MS ? [puddle] : []),
      others: (atMs) => (atMs > MINUTE_MS && atMs <= 1.5 * MINUTE_MS ? [one('person', body(450))] : []),
    });
    expect(phasesOf(outputs)).toEqual(['opened', 'closed cleared']);
    // 30 s hidden, 2 s for a detection that may flicker (and as long as the person's track lives), 30 s seen.
    expect(outputs.at(-1)?.atMs).toBeGreaterThan(2 * MINUTE_MS);
    expect(outputs.at(-1)?.atMs).toBeLessThan(2 * MINUTE_MS + 6000);
    expect(outputs.at(-1)?.durationMs).toBe(MINUTE_MS);
  });

  it('closes as not observed when its place stays hidden, and as camera lost when there are no results', () => {
    const hidden = watch({
      rule: spillRule(),
      hours: 1,
      seen: (atMs) => (atMs <= MINUTE_MS ? [puddle] : []),
      others: (atMs) => (atMs > MINUTE_MS - 1000 ? [one('pallet', [380, 150, 520, 300])] : []),
    });
    expect(phasesOf(hidden)).toEqual(['opened', 'closed not_observed']);
    expect(hidden.at(-1)?.atMs).toBe(31 * MINUTE_MS + STEP_MS);
    const lost = watch({ rule: spillRule(), hours: 1, seen: () => [puddle], arrives: (atMs) => atMs <= MINUTE_MS });
    expect(phasesOf(lost)).toEqual(['opened', 'closed camera_lost']);
    expect(lost.at(-1)?.atMs).toBe(31 * MINUTE_MS + STEP_MS);
  });

  it('is another incident than one elsewhere, and than one that is spilled at its place much later', () => {
    const elsewhere: Box = [100, 240, 200, 280];
    const outputs = watch({
      rule: spillRule(),
      hours: 0.2,
      seen: (atMs) => {
        if (atMs <= MINUTE_MS) return [puddle];
        if (atMs <= 2 * MINUTE_MS) return [one('spill', elsewhere)];
        return atMs > 5 * MINUTE_MS ? [puddle] : [];
      },
    });
    expect(phasesOf(outputs).filter((phase) => phase === 'opened')).toHaveLength(3);
  });
});

describe('a person without headwear is one incident', () => {
  it('although the feet sway over the edge of the zone', () => {
    const random = randomFrom(4);
    const outputs = watch({
      rule: headwearRule({}, RIGHT_HALF),
      hours: 2,
      seen: (atMs) => bareheaded(326 + 20 * Math.sin((2 * Math.PI * atMs) / (2 * MINUTE_MS)) + 6 * (random() - 0.5)),
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although both tracks are lost for five seconds of every minute while the person stands still', () => {
    const outputs = watch({
      rule: headwearRule(),
      hours: 2,
      seen: (atMs) => (atMs % MINUTE_MS >= 50_000 && atMs % MINUTE_MS < 55_000 ? [] : bareheaded(300)),
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although people with caps walk past in front twice a minute', () => {
    const outputs = watch({
      rule: headwearRule(),
      hours: 1,
      seen: (atMs) => {
        const x = 700 - (atMs % 30_000) * 0.1;
        const inFront = one('person', [x - 55, 80, x + 55, 350]);
        return [
          ...(Math.abs(x - 300) < 45 ? [] : bareheaded(300)),
          ...(x < -50 ? [] : [inFront, one('headwear', [x - 20, 80, x + 20, 115])]),
        ];
      },
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('although a forklift that another model detects stands in front for two minutes of every five', () => {
    const isHidden = (atMs: number): boolean => atMs % (5 * MINUTE_MS) >= 3 * MINUTE_MS;
    const outputs = watch({
      rule: headwearRule(),
      hours: 1,
      seen: (atMs) => (isHidden(atMs) ? [] : bareheaded(300)),
      others: (atMs) => (isHidden(atMs) ? [one('forklift', [200, 90, 420, 340])] : []),
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });

  it('and another person who comes to the place later is another one', () => {
    const outputs = watch({
      rule: headwearRule(),
      hours: 0.05,
      seen: (atMs) => (atMs <= MINUTE_MS || atMs > MINUTE_MS + 12_000 ? bareheaded(300) : []),
    });
    expect(phasesOf(outputs)).toEqual(['opened', 'closed object_lost', 'opened']);
  });

  it('and another person who passes the place of one who walked away is another one', () => {
    const outputs = watch({
      rule: headwearRule(),
      hours: 0.02,
      seen: (atMs) => {
        if (atMs <= 20_000) return bareheaded(200);
        const walk = (fromMs: number): number => 200 + (atMs - fromMs) * 0.12;
        if (atMs <= 23_500) return bareheaded(walk(20_000));
        return atMs > 25_000 ? bareheaded(200) : [];
      },
    });
    expect(phasesOf(outputs)).toEqual(['opened', 'closed object_lost', 'opened']);
  });
});

describe('a product with a defect that stands still because the belt has stopped is one incident', () => {
  it('although it is out of sight for four seconds of every minute, and a hand is in front of it for half of some', () => {
    const outputs = watch({
      rule: ruleOf({ type: 'product_defect', id: 'faults', minFraction: 0.3 }),
      hours: 1,
      seen: (atMs) => {
        const second = Math.floor(atMs / 1000) % 60;
        if (second < 4) return [];
        if (second >= 30 && Math.floor(atMs / MINUTE_MS) % 5 === 0) return [one('hand', [250, 90, 350, 250])];
        return [
          one('product', [270, 100, 330, 260]),
          ...(atMs % 600 === 0 ? [one('defect', [290, 180, 310, 200])] : []),
        ];
      },
    });
    expect(phasesOf(outputs)).toEqual(['opened']);
  });
});
