import { describe, expect, it } from 'vitest';
import type { Detection, Inspection, RuleOutput } from '../../edge/src/domain/index.ts';
import { createRule, type RuleSpec } from '../../edge/src/rules/index.ts';
import { ByteTracker } from '../../edge/src/tracking/index.ts';
import { type Box, type Incident, loadLine, Scene } from '@lineside/twin';

const FPS = 5;
const SECONDS = 120;
const line = await loadLine(new URL('../../scripts/twin/line.yaml', import.meta.url).pathname);

/** Every second frame of a camera's first two minutes, as the line truly is. */
function truthOf(camera: string): { truths: Box[][]; incidents: Incident[] } {
  const scene = new Scene({ ...line, size: { width: 320, height: 180 } }, camera);
  const truths = Array.from({ length: SECONDS * FPS }, (_, k) => scene.truth(Math.round((k * line.fps) / FPS)));
  return { truths, incidents: scene.incidents(0, SECONDS) };
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const CONFUSED: Readonly<Record<string, string>> = { bare_head: 'headwear', headwear: 'bare_head' };

/** What a middling detector makes of the truth: wavering boxes and scores, misses, wrong labels, things of its own. */
function detections(truth: readonly Box[], labels: readonly string[], random: () => number): Detection[] {
  const seen = truth
    .filter(({ label, visible }) => labels.includes(label) && visible > 0.3 && random() > 0.08)
    .map(({ label, x1, y1, x2, y2, visible }): Detection => {
      const waver = (side: number): number => (random() - 0.5) * 0.1 * side;
      const told = random() < 0.06 ? (CONFUSED[label] ?? label) : label;
      const [dx, dy] = [waver(x2 - x1), waver(y2 - y1)];
      const box = [x1 + dx, y1 + dy, x2 + dx + waver(x2 - x1), y2 + dy + waver(y2 - y1)] as const;
      return { label: told, classId: 0, score: Math.min(0.98, 0.45 + 0.5 * visible * random()), box };
    });
  if (random() < 0.04) {
    const [x, y] = [random() * 290, random() * 150];
    const label = labels[Math.floor(random() * labels.length)]!;
    seen.push({ label, classId: 0, score: 0.3 + 0.35 * random(), box: [x, y, x + 22, y + 22] });
  }
  return seen;
}

type Told = RuleOutput & { readonly atSeconds: number };

function run(spec: RuleSpec, truths: readonly Box[][], labels: readonly string[], seed: number): Told[] {
  const random = randomFrom(seed);
  const tracker = new ByteTracker();
  const rule = createRule(spec);
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

const common = { id: 'rule', model: 'm', severity: 'warning' } as const;
const CASES: readonly { camera: string; labels: readonly string[]; delay: number; spec: RuleSpec }[] = [
  { camera: 'product', labels: ['product', 'cap', 'defect'], delay: 1.5, spec: { ...common, type: 'product_defect' } },
  {
    camera: 'people',
    labels: ['person', 'headwear', 'bare_head'],
    delay: 4,
    spec: { ...common, type: 'missing_headwear', timing: { minDurationMs: 3000 } },
  },
  {
    camera: 'floor',
    labels: ['spill', 'litter'],
    delay: 7,
    spec: { ...common, type: 'dirt', timing: { minDurationMs: 4000 } },
  },
];

describe.each(CASES)('the rule of camera $camera, behind a middling detector', ({ camera, labels, delay, spec }) => {
  const { truths, incidents } = truthOf(camera);

  it.each([1, 2, 3, 4, 5])(
    'opens one event for each incident of the line, in time, and none else (noise %i)',
    (seed) => {
      const told = run(spec, truths, labels, seed);
      const opened = told.filter(({ phase }) => phase === 'opened');
      const begins = incidents.map(({ inspectableFrom, startSeconds }) => inspectableFrom ?? startSeconds);
      const story = opened.map(({ atSeconds, label }) => `${label}@${atSeconds}`);
      const expected = incidents.map(({ label }, k) => `${label}@${begins[k]?.toFixed(1) ?? ''}`);
      expect(story.length, `told ${story.join(' ')}, true ${expected.join(' ')}`).toBe(incidents.length);
      opened.forEach(({ atSeconds, label }, k) => {
        expect(label).toBe(incidents[k]?.label);
        expect(atSeconds).toBeGreaterThanOrEqual((incidents[k]?.startSeconds ?? 0) - 0.5);
        expect(atSeconds).toBeLessThanOrEqual((begins[k] ?? 0) + delay);
      });
      const endSeconds = incidents.map((incident) => incident.endSeconds);
      told
        .filter(({ phase }) => phase === 'closed')
        .forEach(({ key, atSeconds }) => {
          const k = opened.findIndex((event) => event.key === key);
          expect(atSeconds).toBeLessThanOrEqual((endSeconds[k] ?? 0) + 6);
          expect(atSeconds).toBeGreaterThanOrEqual((endSeconds[k] ?? 0) - 2);
        });
    },
  );
});
