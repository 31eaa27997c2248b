import { describe, expect, it } from 'vitest';
import { type CameraConfig, checkConfig } from '../config/index.ts';
import type { LaneState, LanesState, ModelLaneState } from '../pipeline/index.ts';
import { progresses, type ProgressFacts } from './line-progress.ts';

const NOW_MS = 1_000_000;

/** A camera whose model gave its newest result so long ago, milliseconds; of its states only those that are read. */
function lane(camera: string, ageMs: number | undefined, more: { state?: string; model?: string } = {}): LaneState {
  const { state = 'streaming', model = 'ready' } = more;
  const newest = ageMs === undefined ? {} : { newest: { resultAtMs: NOW_MS - ageMs } };
  const seen = { model: 'ppe', status: { state: model }, ...newest } as unknown as ModelLaneState;
  return { camera, status: { camera, state, restarts: 0 }, models: [seen] } as unknown as LaneState;
}

function camerasWith(model: string): readonly CameraConfig[] {
  const text = `device: line-2\ncameras:\n  - { id: hall, url: 'lavfi:testsrc', models: [${model}] }\n`;
  return checkConfig(text, { catalog: ['ppe'], env: {}, path: '/tmp/line.yaml' }).config.cameras;
}

function line(lanes: readonly LaneState[], more: Partial<ProgressFacts> = {}): ProgressFacts {
  const vision = { state: 'up', sinceMs: 0, downs: 0 } as const;
  const start = { nowMs: NOW_MS, startedMs: 0, waitedFraction: 0, isBuilding: false };
  return { lanes: { vision, lanes, unroutedResults: 0 }, cameras: camerasWith('ppe'), ...start, ...more };
}

describe('a line makes progress', () => {
  it('while cameras that deliver are inspected, and not when none has been for half a minute', () => {
    expect(progresses(line([lane('hall', 29_000)]))).toBe(true);
    expect(progresses(line([lane('hall', 31_000)]))).toBe(false);
    expect(progresses(line([lane('hall', undefined)]))).toBe(false);
    expect(progresses(line([lane('hall', 31_000), lane('gate', 1000)]))).toBe(true);
  });

  it('when no camera delivers, while a model is loaded, an engine is built, or the service has just started', () => {
    expect(progresses(line([]))).toBe(true);
    expect(progresses(line([lane('hall', 99_000, { state: 'connecting' })]))).toBe(true);
    expect(progresses(line([lane('hall', undefined, { model: 'loading' })]))).toBe(true);
    expect(progresses(line([lane('hall', 99_000)], { isBuilding: true }))).toBe(true);
    expect(progresses(line([lane('hall', undefined)], { startedMs: NOW_MS - 29_000 }))).toBe(true);
  });

  it('with ten times as long where other programs take the CPUs', () => {
    expect(progresses(line([lane('hall', 299_000)], { waitedFraction: 0.6 }))).toBe(true);
    expect(progresses(line([lane('hall', 301_000)], { waitedFraction: 0.6 }))).toBe(false);
    expect(progresses(line([lane('hall', 31_000)], { waitedFraction: 0.4 }))).toBe(false);
  });

  it('with three periods of a model that is asked seldom', () => {
    const cameras = camerasWith('{ id: ppe, interval: 60s }');
    expect(progresses(line([lane('hall', 179_000)], { cameras }))).toBe(true);
    expect(progresses(line([lane('hall', 181_000)], { cameras }))).toBe(false);
  });

  it('while its vision process is replaced, but not for ever', () => {
    const down = (forMs: number): LanesState => ({
      ...{ lanes: [lane('hall', 99_000)], unroutedResults: 0 },
      vision: { state: 'down', sinceMs: NOW_MS - forMs, downs: 1 },
    });
    expect(progresses(line([], { lanes: down(29_000) }))).toBe(true);
    expect(progresses(line([], { lanes: down(31_000) }))).toBe(false);
  });
});
