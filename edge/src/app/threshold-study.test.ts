import { describe, expect, it } from 'vitest';
import { checkConfig, type LoadedConfig } from '../config/index.ts';
import type { Detection, Inspection } from '../domain/index.ts';
import { studyThresholds } from './threshold-study.ts';

const CONFIG = `device: line-2
cameras:
  - { id: floor, url: 'lavfi:testsrc', models: [sanitation] }
rules:
  - { id: spills, type: spill, camera: floor, minDuration: 2s, clearAfter: 2s }
`;
const loaded = (): LoadedConfig => checkConfig(CONFIG, { catalog: ['sanitation'], env: {}, path: '/tmp/line.yaml' });

const spill = (score: number): Detection => ({ label: 'spill', classId: 0, score, box: [100, 200, 180, 260] });

/** Ten minutes at one frame per second. */
function recording(seen: (second: number) => readonly Detection[]): readonly Inspection[] {
  return Array.from({ length: 600 }, (_, second) => ({
    frame: { camera: 'floor', index: second, atMs: 1000 * second, width: 640, height: 360 },
    model: 'sanitation',
    result: { status: 'ok', detections: seen(second) },
    times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
  }));
}

function study(seen: (second: number) => readonly Detection[]) {
  const { config } = loaded();
  const [camera] = config.cameras;
  if (camera === undefined) throw new Error('no camera');
  const [rule] = studyThresholds(config, camera, [], recording(seen));
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

describe('the study of thresholds', () => {
  it('proposes one step above the lowest threshold from which on no event opens', () => {
    // A shadow every minute, that looks like a spill with a score of 0.62 for ten seconds.
    const { rows, proposed } = study((second) => (second % 60 < 10 ? [spill(0.62)] : []));
    const eventsAt = (score: number): number | undefined => rows.find(({ minScore }) => minScore === score)?.events;
    expect(eventsAt(0.5)).toBe(10);
    expect(eventsAt(0.65)).toBe(0);
    expect(proposed).toBe(0.7);
    expect(rows[0]?.openFraction).toBeGreaterThan(0.1);
  });

  it('proposes no change where no event opens, and says how few events that proves', () => {
    const { minScore, proposed, atMostPerHour } = study(() => []);
    expect(proposed).toBe(minScore);
    expect(atMostPerHour).toBeCloseTo(18, 0);
  });

  it('proposes nothing where the highest threshold makes events', () => {
    expect(study((second) => (second % 60 < 10 ? [spill(0.99)] : [])).proposed).toBeUndefined();
  });
});
