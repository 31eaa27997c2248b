import { describe, expect, it } from 'vitest';
import type { Detection, Inspection, RuleOutput } from '../../edge/src/domain/index.ts';
import { ByteTracker } from '../../edge/src/tracking/index.ts';
import { type Box, type Incident, type Line, loadLine, parseLine, Scene } from '@lineside/twin';
import { ruleOf } from '../support/crafted-tracks.ts';

const FPS = 5;
const SECONDS = 120;
const line = await loadLine(new URL('../../scripts/twin/line.yaml', import.meta.url).pathname);

/** What a camera truly shows in its first minutes, FPS times a second, and the incidents of that time. */
function truthOf(camera: string, declared: Line = line, seconds = SECONDS): { truths: Box[][]; incidents: Incident[] } {
  const scene = new Scene({ ...declared, size: { width: 320, height: 180 } }, camera);
  const truths = Array.from({ length: seconds * FPS }, (_, k) => scene.truth(Math.round((k * declared.fps) / FPS)));
  return { truths, incidents: scene.incidents(0, seconds) };
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const CONFUSED: Readonly<Record<string, string>> = { bare_head: 'headwear', headwear: 'bare_head' };

/** What a middling detector reports: inexact boxes and scores, misses, wrong labels and false detections. */
function detections(truth: readonly Box[], labels: readonly string[], random: () => number): Detection[] {
  const seen = truth
    .filter(({ label, visible }) => labels.includes(label) && visible > 0.3 && random() > 0.08)
    .map(({ label, x1, y1, x2, y2, visible }): Detection => {
      const waver = (side: number): number => (random() - 0.5) * 0.1 * side;
      const reported = random() < 0.06 ? (CONFUSED[label] ?? label) : label;
      const [dx, dy] = [waver(x2 - x1), waver(y2 - y1)];
      const box = [x1 + dx, y1 + dy, x2 + dx + waver(x2 - x1), y2 + dy + waver(y2 - y1)] as const;
      return { label: reported, classId: 0, score: Math.min(0.98, 0.45 + 0.5 * visible * random()), box };
    });
  if (random() < 0.04) {
    const [x, y] = [random() * 290, random() * 150];
    const label = labels[Math.floor(random() * labels.length)]!;
    seen.push({ label, classId: 0, score: 0.3 + 0.35 * random(), box: [x, y, x + 22, y + 22] });
  }
  return seen;
}

type TimedOutput = RuleOutput & { readonly atSeconds: number };

function run(options: object, truths: readonly Box[][], labels: readonly string[], seed: number): TimedOutput[] {
  const random = randomFrom(seed);
  const tracker = new ByteTracker();
  const rule = ruleOf({ id: 'rule', ...options });
  return truths.flatMap((truth, index) => {
    const atMs = (index * 1000) / FPS;
    const frame = { camera: 'twin', index, atMs, width: 320, height: 180 };
    // One frame in twenty fails.
    const failed = random() < 0.05;
    const result: Inspection['result'] = { status: 'ok', detections: detections(truth, labels, random) };
    const tracks = failed
      ? undefined
      : tracker.update({ frame, model: 'm', result, times: { waitMs: 0, inferMs: 0, decodeMs: 0 } });
    return rule.step({ frame, tracks }).map((output) => ({ ...output, atSeconds: atMs / 1000 }));
  });
}

/**
 * `delay`: an event may open this many seconds after its incident can be seen. `late`: a closing may come this many
 * seconds after the incident truly ends, `clearAfter` and the life of a track included.
 */
const CASES: readonly {
  camera: string;
  labels: readonly string[];
  delay: number;
  late: number;
  rule: object;
}[] = [
  { camera: 'product', labels: ['product', 'cap', 'defect'], delay: 1.5, late: 6, rule: { type: 'product_defect' } },
  {
    camera: 'people',
    labels: ['person', 'headwear', 'bare_head'],
    delay: 4,
    late: 8,
    rule: { type: 'missing_headwear', minDuration: '3s' },
  },
  {
    camera: 'floor',
    labels: ['spill', 'litter'],
    delay: 7,
    late: 33,
    rule: { type: 'spill', minDuration: '4s' },
  },
];

/** A closing may come this much before the incident truly ends. */
const EARLY_SECONDS = 2;

describe.each(CASES)(
  'the rule of camera $camera, behind a middling detector',
  ({ camera, labels, delay, late, rule }) => {
    const { truths, incidents } = truthOf(camera);
    const mustClose = incidents.map(({ endSeconds }) => endSeconds + late < SECONDS);

    it('is tried on incidents that end while it runs', () => {
      expect(mustClose.filter(Boolean).length).toBeGreaterThan(1);
    });

    it.each([1, 2, 3, 4, 5])('opens and closes one event for each incident of the line, in time (noise %i)', (seed) => {
      const outputs = run(rule, truths, labels, seed);
      const opened = outputs.filter(({ phase }) => phase === 'opened');
      const begins = incidents.map(({ inspectableFrom, startSeconds }) => inspectableFrom ?? startSeconds);
      const reported = opened.map(({ atSeconds, label }) => `${label}@${atSeconds}`);
      const expected = incidents.map(({ label }, k) => `${label}@${begins[k]?.toFixed(1) ?? ''}`);
      expect(reported.length, `reported ${reported.join(' ')}, true ${expected.join(' ')}`).toBe(incidents.length);
      for (const [k, incident] of incidents.entries()) {
        const { key, label, atSeconds } = opened[k]!;
        expect(label).toBe(incident.label);
        expect(atSeconds).toBeGreaterThanOrEqual(incident.startSeconds - 0.5);
        expect(atSeconds).toBeLessThanOrEqual(begins[k]! + delay);
        const closings = outputs.filter((output) => output.phase === 'closed' && output.key === key);
        expect(closings.length, `closings of ${expected[k]}`).toBeLessThanOrEqual(1);
        if (mustClose[k] === true) expect(closings.length, `closings of ${expected[k]}`).toBe(1);
        for (const closing of closings) {
          expect(closing.atSeconds).toBeLessThanOrEqual(incident.endSeconds + late);
          expect(closing.atSeconds).toBeGreaterThanOrEqual(incident.endSeconds - EARLY_SECONDS);
        }
      }
    });
  },
);

const BUSY_SECONDS = 150;
const busy = parseLine(
  `seed: 11
size: { width: 640, height: 360 }
fps: 10
periodSeconds: 1000
cameras:
  - { id: floor, scene: floor, passersPerMinute: 20, incidents: [{ at: 2, seconds: 900, kind: spill }] }
  - { id: people, scene: people, visitsPerMinute: 6, violationRate: 0, visits: [{ at: 1, seconds: 900, headwear: none }] }
`,
  'busy.yaml',
);

describe('a hall in which people walk past all the time', () => {
  const floor = truthOf('floor', busy, BUSY_SECONDS);
  const people = truthOf('people', busy, BUSY_SECONDS);

  it.each([1, 2, 3, 4, 5, 6])('has one incident of a spill that stays (noise %i)', (seed) => {
    const outputs = run({ type: 'spill' }, floor.truths, ['spill', 'litter'], seed);
    expect(outputs.filter(({ phase }) => phase !== 'updated').map(({ phase }) => phase)).toEqual(['opened']);
  });

  it.each([1, 2, 3, 4, 5, 6])('has one incident of a person who stays without headwear (noise %i)', (seed) => {
    const outputs = run({ type: 'missing_headwear' }, people.truths, ['person', 'headwear', 'bare_head'], seed);
    expect(outputs.filter(({ phase }) => phase !== 'updated').map(({ phase }) => phase)).toEqual(['opened']);
  });
});
