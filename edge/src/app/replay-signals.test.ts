import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import type { Inspection } from '../domain/index.ts';
import type { RecordedReading } from '../signals/index.ts';
import type { ReplayEvent, ReplayOptions, ReplaySummary, ReplayTally } from './options.ts';
import { replay } from './replay.ts';

const CAMERA = { id: 'belt', url: '/unused.mp4', fps: 2, models: ['defect'] };
const SIGNALS = [
  { id: 'weight', type: 'number', source: 'push:' },
  { id: 'state', type: 'text', source: 'push:', staleAfter: '3s' },
];

interface Replayed {
  readonly summary: ReplaySummary;
  readonly events: readonly ReplayEvent[];
  readonly tallies: readonly ReplayTally[];
}

async function replayed(rule: object, more: Pick<ReplayOptions, 'signals' | 'inspections'>): Promise<Replayed> {
  await using dir = await tempDir();
  const configPath = dir.join('lineside.yaml');
  const rules = [{ id: 'rule', camera: 'belt', ...rule }];
  await writeFile(configPath, JSON.stringify({ device: 'd', cameras: [CAMERA], signals: SIGNALS, rules }));
  const events: ReplayEvent[] = [];
  const tallies: ReplayTally[] = [];
  const summary = await replay({
    ...{ configPath, recordings: [], version: 'test', signal: new AbortController().signal, ...more },
    sources: { catalog: await catalogIds(CATALOG_DIR), env: {} },
    onEvent: (event) => events.push(event),
    onTally: (tally) => tallies.push(tally),
  });
  return { summary, events, tallies };
}

function weights(...grams: readonly (number | 'bad')[]): RecordedReading[] {
  return grams.map((value, index) => ({
    atMs: 1000 * (index + 1),
    signal: { id: 'weight', reading: value === 'bad' ? { bad: 'overload' } : { value } },
  }));
}

function state(seconds: number, value: string): RecordedReading {
  return { atMs: seconds * 1000, signal: { id: 'state', reading: { value } } };
}

/** Frames twice a second in which nothing is detected. */
function emptyFrames(seconds: number): Inspection[] {
  return Array.from({ length: seconds * 2 }, (_, index) => ({
    frame: { camera: 'belt', index, atMs: index * 500, width: 640, height: 360 },
    model: 'defect',
    result: { status: 'ok' as const, detections: [] },
    times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
  }));
}

describe('a replay of recorded signals', () => {
  it('judges weights without a camera, on the clock of the recording', async () => {
    const light = weights(500, 500, 480, 500, 'bad', 500, 500, 500, 500);
    const { summary, events, tallies } = await replayed(
      { type: 'weight', signal: 'weight', nominal: 500, tolerance: 5 },
      { signals: light },
    );
    expect(events.map(({ atMs, output }) => [output.phase, output.label, atMs])).toEqual([
      ['opened', 'under_t2', 3000],
      ['closed', 'under_t2', 9000],
    ]);
    expect(summary).toMatchObject({ counts: { rule: { 'weighed item': 8, 'no_result item': 1 } }, recordedMs: 9000 });
    expect(tallies.filter(({ name }) => name === 'no_result')).toMatchObject([{ atMs: 5000, count: 1 }]);
  });

  it('lets the state of the line decide while it is good, and products while it is stale', async () => {
    const rule = { type: 'downtime', stateSignal: 'state', noProductFor: '30s' };
    const signals = [
      state(0, 'running'),
      { atMs: 2500 },
      { atMs: 5000 },
      state(6, 'jam'),
      { atMs: 8000 },
      state(9.5, 'running'),
    ];
    const { events } = await replayed(rule, { signals, inspections: emptyFrames(40) });
    expect(events.map(({ atMs, output }) => [output.phase, output.details?.['source'], atMs])).toEqual([
      ['opened', 'plant', 6500],
      ['closed', 'plant', 11_500],
      // The state is stale from 12.5 s on; no product was seen for 30 s at 30 s, and twice at 30.5 s.
      ['opened', 'products', 30_500],
      ['closed', 'products', 39_500],
    ]);
  });
});
